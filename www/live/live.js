// Live view: shows events as the collector stores them.
//
// What events contain was written by strangers: it enters the page as text nodes only.

/** Events kept in the page; older ones leave. */
const MAX_EVENTS = 500;
/** Stored events that are shown when the page is opened. */
const RECENT_EVENTS = 100;
/** Time between two attempts after the collector refused or vanished, in milliseconds. */
const RETRY_MS = 3_000;
/** Time over which news are gathered for screen readers, in milliseconds. */
const ANNOUNCE_MS = 4_000;
const TOKEN_KEY = "sillage.readToken";

const byId = (id) => document.getElementById(id);
const list = byId("events");
const filters = byId("filters");
const detail = byId("detail");

/** Everything received, newest first: { message, look, title, haystack, item, button }. */
let entries = [];
let waiting = [];
let isPaused = false;
let selected = null;
let lastEventId = "";
let source = null;
let retryTimer = 0;
const visitors = new Set();
const totals = { pageview: 0, click: 0, custom: 0 };

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child != null));
  return made;
}

// --- What an event looks like -------------------------------------------------------------------

const BADGES = { pageview: "P", click: "C", custom: "E" };
const LOOK_NAMES = { pageview: "Page view", click: "Click", custom: "Event" };

function lookOf(event) {
  if (event.webActionEvent) return "click";
  return event.webEvent?.eventName === "page_viewed" ? "pageview" : "custom";
}

function titleOf(event) {
  const action = event.webActionEvent;
  if (action) {
    const name = action.action?.prompt || action.actionMap?.displayName || "element";
    const state = action.action?.state ?? "engaged";
    return `${state === "engaged" ? "Clicked" : capitalized(state)} “${name}”`;
  }
  if (event.webEvent?.eventName === "page_viewed") return event.webEvent.page?.title || "Page viewed";
  const name = event.webEvent?.eventName ?? shortType(event);
  return capitalized(name.replaceAll("_", " "));
}

function subtitleOf(event) {
  const action = event.webActionEvent;
  if (action) return action.actionMap?.displayName ?? "";
  const attributes = Object.entries(event.webEvent?.attributes ?? {});
  return attributes
    .slice(0, 4)
    .map(([name, attribute]) => `${name}: ${attribute.value}`)
    .join(" · ");
}

function pageOf(event) {
  const page = event.webEvent?.page;
  if (page?.url)
    return (page.hostname ?? "") + (page.pathname ?? page.url) + (page.fragment ? `#${page.fragment}` : "");
  const target = event.webActionEvent?.actionTarget?.selfUri;
  if (target) return `→ ${target}`;
  // A click names no page: it happened in the page view that it is correlated with.
  const cause = entries.find((entry) => entry.message.event.id === event.correlationId)?.message.event;
  return cause && cause !== event && cause.webEvent ? pageOf(cause) : "";
}

function visitorOf(event) {
  return event.customerId ?? event.session?.id ?? "";
}

function shortType(event) {
  return String(event.eventType ?? "event")
    .split(".")
    .pop();
}

function capitalized(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function hueOf(text) {
  let hash = 0;
  for (const char of text) hash = (hash * 31 + char.codePointAt(0)) % 360;
  return hash;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function timeOf(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? "" : clock.format(date);
}

// --- The list -----------------------------------------------------------------------------------

function entryOf(message) {
  const { event } = message;
  const entry = {
    message,
    look: lookOf(event),
    title: titleOf(event),
    haystack: JSON.stringify(message).toLowerCase(),
  };
  const visitor = visitorOf(event);
  const who = element(
    "span",
    { className: event.customerId ? "who" : "who is-anonymous" },
    visitor ? visitor.slice(-6) : "",
  );
  who.title = event.customerId ? `Visitor ${visitor}` : `Anonymous, session ${visitor}`;
  who.style.setProperty("--hue", hueOf(visitor));
  const badge = element("span", { className: "badge" }, BADGES[entry.look]);
  badge.setAttribute("aria-hidden", "true");
  const subtitle = subtitleOf(event);
  const page = pageOf(event);
  entry.button = element(
    "button",
    { type: "button" },
    badge,
    element("time", { className: "time", dateTime: event.createdDate ?? "" }, timeOf(event.createdDate)),
    element(
      "span",
      { className: "name" },
      element("span", { className: "hidden-visually" }, `${LOOK_NAMES[entry.look]}: `),
      entry.title,
      subtitle ? element("small", {}, subtitle) : null,
    ),
    element("span", { className: "page", title: page }, page),
    who,
  );
  entry.button.addEventListener("click", () => open(entry));
  entry.item = element("li", { className: "is-fresh" }, entry.button);
  entry.item.dataset.look = entry.look;
  return entry;
}

function add(message) {
  const entry = entryOf(message);
  entries.unshift(entry);
  for (const old of entries.splice(MAX_EVENTS)) old.item.remove();
  entry.item.hidden = !matches(entry);
  list.prepend(entry.item);
  totals[entry.look] += 1;
  visitors.add(visitorOf(message.event));
  rememberSite(message.siteId);
  markRelated();
  announce(entry);
}

function showTotals() {
  for (const look of Object.keys(totals)) byId(`total-${look}`).textContent = totals[look];
  byId("total-visitor").textContent = visitors.size;
  byId("empty").hidden = entries.length > 0;
  byId("no-match").hidden = entries.length === 0 || entries.some((entry) => !entry.item.hidden);
}

function rememberSite(site) {
  const select = filters.elements.site;
  if ([...select.options].some((option) => option.value === site)) return;
  select.append(element("option", { value: site }, site));
}

function matches(entry) {
  const looks = [...filters.querySelectorAll("[name=look]:checked")].map((box) => box.value);
  const text = filters.elements.text.value.trim().toLowerCase();
  const site = filters.elements.site.value;
  return looks.includes(entry.look) && (!site || entry.message.siteId === site) && entry.haystack.includes(text);
}

function applyFilters() {
  for (const entry of entries) entry.item.hidden = !matches(entry);
  showTotals();
}

function clear() {
  close();
  entries = [];
  waiting = [];
  visitors.clear();
  for (const look of Object.keys(totals)) totals[look] = 0;
  list.replaceChildren();
  showPause();
  showTotals();
}

function showPause() {
  const button = byId("pause");
  button.setAttribute("aria-pressed", String(isPaused));
  button.textContent = isPaused ? `Resume${waiting.length ? ` (${waiting.length} new)` : ""}` : "Pause";
}

function togglePause() {
  isPaused = !isPaused;
  for (const message of waiting.splice(0)) add(message);
  showPause();
  showTotals();
}

// --- One event ----------------------------------------------------------------------------------

function open(entry) {
  selected?.button.removeAttribute("aria-current");
  selected = entry;
  entry.button.setAttribute("aria-current", "true");
  markRelated();
  const { message } = entry;
  const { event } = message;
  byId("detail-heading").textContent = entry.title;
  const facts = [
    ["Type", `${LOOK_NAMES[entry.look]} (${shortType(event)})`],
    ["Site", message.siteId],
    ["Happened", event.createdDate],
    ["Stored", `${message.receivedAt}, as number ${message.sequence}`],
    ["Session", event.session?.id],
    ["Visitor", event.customerId ?? "anonymous"],
    ["Caused by", event.correlationId === event.id ? "itself" : event.correlationId],
  ];
  byId("detail-facts").replaceChildren(
    ...facts
      .filter(([, value]) => value)
      .flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, String(value))]),
  );
  byId("detail-json").replaceChildren(...colored(JSON.stringify(event, null, 2)));
  detail.hidden = false;
  byId("detail-heading").focus();
}

function close() {
  if (!selected) return;
  const { button } = selected;
  button.removeAttribute("aria-current");
  selected = null;
  detail.hidden = true;
  markRelated();
  if (button.isConnected) button.focus();
}

/** Marks what belongs to the same page view as the event that is shown. */
function markRelated() {
  const id = selected?.message.event.correlationId;
  for (const entry of entries) {
    entry.button.classList.toggle(
      "is-related",
      id != null && entry !== selected && entry.message.event.correlationId === id,
    );
  }
}

const JSON_PARTS = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)/g;

function colored(json) {
  const nodes = [];
  let from = 0;
  for (const match of json.matchAll(JSON_PARTS)) {
    nodes.push(json.slice(from, match.index));
    const className = match[1] ? (match[2] ? "key" : "string") : match[3] ? "number" : "word";
    nodes.push(element("span", { className }, match[0]));
    from = match.index + match[0].length;
  }
  nodes.push(json.slice(from));
  return nodes;
}

async function copy() {
  if (!selected) return;
  const button = byId("copy");
  try {
    await navigator.clipboard.writeText(JSON.stringify(selected.message.event, null, 2));
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed";
  }
  setTimeout(() => {
    button.textContent = "Copy";
  }, 1_500);
}

// --- Screen readers -----------------------------------------------------------------------------

let news = [];

function announce(entry) {
  if (news.length === 0) setTimeout(speak, ANNOUNCE_MS);
  news.push(`${LOOK_NAMES[entry.look]}: ${entry.title}`);
}

function speak() {
  const told = news.length > 3 ? `${news.length} new events, last ${news.at(-1)}` : news.join(". ");
  byId("announcer").textContent = told;
  news = [];
}

// --- The stream ---------------------------------------------------------------------------------

const STATES = {
  connecting: "Connecting",
  live: "Live",
  paused: "Live, paused",
  lost: "Connection lost, trying again",
  refused: "Not allowed",
};

function showState(state) {
  const shown = state === "live" && isPaused ? "paused" : state;
  const connection = byId("connection");
  if (connection.dataset.state !== shown || shown === "connecting") {
    connection.dataset.state = shown;
    connection.textContent = STATES[shown];
  }
}

function streamUrl() {
  const parameters = new URLSearchParams(lastEventId ? { lastEventId } : { recent: String(RECENT_EVENTS) });
  const token = readToken();
  if (token) parameters.set("token", token);
  return `/v1/live?${parameters}`;
}

function connect() {
  clearTimeout(retryTimer);
  source?.close();
  const url = streamUrl();
  source = new EventSource(url);
  source.addEventListener("open", () => {
    byId("token-form").hidden = true;
    byId("refused").hidden = true;
    showState("live");
  });
  source.addEventListener("message", receive);
  source.addEventListener("error", () => {
    showState("lost");
    // Where the browser tries again by itself, it also says where it stopped.
    if (source.readyState === EventSource.CLOSED) void explain(url);
  });
}

function receive(incoming) {
  lastEventId = incoming.lastEventId;
  const message = JSON.parse(incoming.data);
  if (isPaused) {
    waiting.push(message);
    waiting.splice(0, waiting.length - MAX_EVENTS);
    showPause();
  } else {
    add(message);
    showTotals();
  }
}

/** An `EventSource` does not tell why it was refused: asks once more to learn it. */
async function explain(url) {
  const abort = new AbortController();
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (response.status === 401) return askForToken();
    if (response.status === 403) return showRefusal((await response.json()).message);
  } catch {
    // Not there: tried again below.
  } finally {
    abort.abort();
  }
  retryTimer = setTimeout(connect, RETRY_MS);
}

function askForToken() {
  const form = byId("token-form");
  if (readToken()) byId("token-hint").textContent = "The token that was given is not the right one.";
  sessionStorage.removeItem(TOKEN_KEY);
  form.hidden = false;
  byId("empty").hidden = true;
  form.elements.token.focus();
  showState("refused");
}

function showRefusal(reason) {
  byId("refused-reason").textContent = reason;
  byId("refused").hidden = false;
  byId("empty").hidden = true;
  showState("refused");
}

function readToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    // Out of the address bar, where it could be seen or shared.
    sessionStorage.setItem(TOKEN_KEY, given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(TOKEN_KEY) ?? "";
}

// --- Keys and buttons ---------------------------------------------------------------------------

function moveFocus(step) {
  const buttons = entries.filter((entry) => !entry.item.hidden).map((entry) => entry.button);
  const at = buttons.indexOf(document.activeElement);
  if (at >= 0) buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)].focus();
}

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
  togglePause();
  showState(source?.readyState === EventSource.OPEN ? "live" : "lost");
});
byId("clear").addEventListener("click", clear);
byId("close").addEventListener("click", close);
byId("copy").addEventListener("click", copy);
byId("token-form").addEventListener("submit", (submit) => {
  submit.preventDefault();
  sessionStorage.setItem(TOKEN_KEY, submit.target.elements.token.value);
  connect();
});
// An open stream keeps a page out of the back-forward cache.
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (shown) => {
  if (shown.persisted) connect();
});

byId("snippet").textContent = `<script async src="${location.origin}/sillage.js" data-site="my-site"></` + "script>";
showTotals();
connect();
