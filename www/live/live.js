// Live view: shows events as the collector stores them. Begins here: joins what the other files do to
// the page's buttons and keys.

import { byId } from "../shared/element.js";
import { keepToken } from "../shared/token.js";
import { announce } from "./announcer.js";
import { close, copy, markRelated, open } from "./detail.js";
import { add, applyFilters, clear, entryAt, MAX_EVENTS, moveFocus, showTotals } from "./list.js";
import { forget, hold, isPaused, toggle } from "./pause.js";
import { connect, disconnect, showStateAgain, start } from "./stream.js";

const list = byId("events");
const filters = byId("filters");

function show(messages) {
  for (const message of messages) announce(add(message));
  markRelated();
  showTotals();
}

list.addEventListener("click", (click) => {
  const entry = entryAt(click.target);
  if (entry) open(entry);
});
list.addEventListener("keydown", (key) => {
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -MAX_EVENTS, End: MAX_EVENTS };
  if (key.key in steps) {
    key.preventDefault();
    moveFocus(steps[key.key]);
  }
});
document.addEventListener("keydown", (key) => {
  if (key.key === "Escape") close();
});
filters.addEventListener("input", applyFilters);
filters.addEventListener("submit", (submit) => submit.preventDefault());
byId("pause").addEventListener("click", () => {
  show(toggle());
  showStateAgain();
});
byId("clear").addEventListener("click", () => {
  close();
  forget();
  clear();
});
byId("close").addEventListener("click", close);
byId("copy").addEventListener("click", copy);
byId("token-form").addEventListener("submit", (submit) => {
  submit.preventDefault();
  keepToken(submit.target.elements.token.value);
  connect();
});
addEventListener("pagehide", disconnect);
addEventListener("pageshow", (shown) => {
  if (shown.persisted) connect();
});

byId("snippet").textContent =
  `<script async src="${new URL("sillage.js", location.href)}" data-site="my-site"></` + "script>";
showTotals();
start((message) => {
  if (isPaused) hold(message);
  else show([message]);
});
