// The installation check: asks the collector for the facts of a page, says what they mean, and visits it.

import { byId, element } from "../shared/element.js";
import { forgetToken, keepToken, readToken } from "../shared/token.js";
import { linesOf } from "./rules.js";
import { visit } from "./visit.js";

const VERDICTS = { ok: "Right", warn: "Look at", bad: "Wrong", unknown: "Not known", waiting: "Waiting" };

const ask = byId("ask");
let lines = [];
let address = "";
let endVisit = () => {};
let asking = new AbortController();

function show(changed) {
  const at = lines.findIndex(({ id }) => id === changed.id);
  if (at < 0) lines.push(changed);
  else lines[at] = changed;
  showAll();
}

function showAll() {
  byId("lines").replaceChildren(
    ...lines.map(({ id, verdict, title, text, cure }) => {
      const item = element(
        "li",
        {},
        element("span", { className: "verdict", textContent: VERDICTS[verdict] }),
        element("h3", { textContent: title }),
        element("p", { textContent: text }),
        cure ? element("p", { className: "note", textContent: cure }) : null,
      );
      Object.assign(item.dataset, { verdict, line: id });
      return item;
    }),
  );
  const count = (wanted) => lines.filter(({ verdict }) => verdict === wanted).length;
  const isWaiting = count("waiting") > 0;
  const words = [];
  if (count("bad") > 0) words.push(`${count("bad")} wrong`);
  if (count("warn") > 0) words.push(`${count("warn")} to look at`);
  words.push(`${count("ok")} right`);
  const event = lines.find(({ id }) => id === "event");
  const rest = isWaiting ? "; waiting for the first event" : event ? "" : "; no visit yet";
  byId("summary").textContent = `${words.join(", ")}${rest}.`;
}

async function read(url, signal) {
  const token = readToken();
  return fetch(`v1/check?${new URLSearchParams({ url })}`, {
    signal,
    headers: token ? { authorization: `Bearer ${token}` } : {},
  });
}

async function check() {
  endVisit();
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  address = ask.elements.address.value.trim();
  byId("refused").hidden = true;
  byId("result").hidden = true;
  byId("check-button").setAttribute("aria-busy", "true");
  try {
    const response = await read(address, signal);
    if (response.status === 401) return askForToken();
    const body = await response.json();
    if (!response.ok) return refuse(body.message);
    lines = linesOf(body);
    showAll();
    byId("visit").disabled = !body.page.isHtml;
    byId("result").hidden = false;
    byId("result").focus();
  } catch (error) {
    if (!signal.aborted) refuse(`The collector cannot be reached: ${error.message}`);
  } finally {
    byId("check-button").removeAttribute("aria-busy");
  }
}

function refuse(reason) {
  byId("refused-reason").textContent = reason;
  byId("refused").hidden = false;
}

function askForToken() {
  const form = byId("token-form");
  if (readToken()) byId("token-hint").textContent = "The token that was given is not the right one.";
  forgetToken();
  form.hidden = false;
  form.elements.token.focus();
}

ask.addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  void check();
});
byId("token-form").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  keepToken(submitted.target.elements.token.value);
  submitted.target.hidden = true;
  void check();
});
byId("visit").addEventListener("click", () => {
  endVisit();
  endVisit = visit({ url: address, tell: show });
});
addEventListener("pagehide", () => endVisit());

const given = new URLSearchParams(location.search).get("url");
if (given) {
  ask.elements.address.value = given;
  void check();
}
