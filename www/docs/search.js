// The documentation's search: reads the index that the build made when somebody first turns to it, and lists what fits.
// "/" comes here from anywhere; arrows go through the results, Escape back.

import MiniSearch from "minisearch";
import { OPTIONS } from "./search-options.js";

/** Words are found by their beginning, headings count more, and one letter in five may be wrong. */
const SEARCHING = { prefix: true, fuzzy: 0.2, combineWith: "AND", boost: { heading: 4, page: 2 } };

/** Most results that are shown. */
const MOST = 12;

const input = document.getElementById("search");
const results = document.getElementById("search-results");
const state = document.getElementById("search-state");
/** The site's root, from this page. */
const site = new URL(input.dataset.home, document.baseURI);

let loading;

function load() {
  loading ??= fetch(input.dataset.index).then(async (answer) => {
    if (!answer.ok) throw new Error(`the index answers ${answer.status}`);
    return MiniSearch.loadJSON(await answer.text(), OPTIONS);
  });
  return loading;
}

async function show() {
  const words = input.value.trim();
  if (words.length < 2) {
    close();
    return;
  }
  try {
    const index = await load();
    // Somebody has typed on.
    if (input.value.trim() === words) list(index.search(words, SEARCHING).slice(0, MOST));
  } catch {
    loading = undefined;
    tell("The search cannot be loaded");
  }
}

function list(found) {
  results.replaceChildren(...found.map(resultOf));
  results.hidden = false;
  if (found.length === 0) tell("Nothing found");
  else state.textContent = found.length === 1 ? "1 result" : `${found.length} results`;
}

/** Nothing to choose from, but something to say. */
function tell(text) {
  const line = document.createElement("li");
  line.className = "nothing";
  line.textContent = text;
  results.replaceChildren(line);
  results.hidden = false;
  state.textContent = text;
}

function resultOf({ page, heading, url, excerpt }) {
  const link = document.createElement("a");
  link.href = new URL(url, site).href;
  const title = document.createElement("strong");
  title.textContent = heading;
  const where = document.createElement("small");
  where.textContent = heading === page ? excerpt : `${page} · ${excerpt}`;
  link.append(title, where);
  const line = document.createElement("li");
  line.append(link);
  return line;
}

function close() {
  results.hidden = true;
  results.replaceChildren();
  state.textContent = "";
}

/** The input and the results, in the order in which arrows go through them. */
function move(step) {
  const stops = [input, ...results.querySelectorAll("a")];
  const at = stops.indexOf(document.activeElement);
  stops[Math.min(Math.max(at + step, 0), stops.length - 1)].focus();
}

input.addEventListener("focus", () => {
  load().catch(() => {
    loading = undefined;
  });
});
input.addEventListener("input", show);
const search = input.closest("search");
search.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    move(event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
  } else if (event.key === "Enter" && event.target === input) {
    results.querySelector("a")?.click();
  } else if (event.key === "Escape") {
    input.focus();
    close();
  }
});
search.addEventListener("focusout", (event) => {
  if (!search.contains(event.relatedTarget)) results.hidden = true;
});
// A result of this very page does not leave it.
results.addEventListener("click", (event) => {
  if (event.target.closest("a")) close();
});
addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  input.focus();
  event.preventDefault();
});
