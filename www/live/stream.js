// The stream of events from the collector, and what is said of it.

import { byId } from "../shared/element.js";
import { forgetToken, readToken } from "../shared/token.js";
import { isPaused } from "./pause.js";

/** Stored events that are shown when the page is opened. */
const RECENT_EVENTS = 100;
/** Time between two attempts after the collector refused or vanished, in milliseconds. */
const RETRY_MS = 3_000;

const STATES = {
  connecting: "Connecting",
  live: "Live",
  paused: "Live, paused",
  lost: "Connection lost, trying again",
  refused: "Not allowed",
};

let lastEventId = "";
let source = null;
let retryTimer = 0;
let take = () => {};

/** Opens the stream. `receive` is called with each message: { siteId, sequence, receivedAt, event }. */
export function start(receive) {
  take = receive;
  connect();
}

/** Says how the stream is: a key of `STATES`. */
function showState(state) {
  const shown = state === "live" && isPaused ? "paused" : state;
  const connection = byId("connection");
  if (connection.dataset.state !== shown || shown === "connecting") {
    connection.dataset.state = shown;
    connection.textContent = STATES[shown];
  }
}

/** Says it again: whether events are shown as they come has changed. */
export function showStateAgain() {
  showState(source?.readyState === EventSource.OPEN ? "live" : "lost");
}

function streamUrl() {
  const parameters = new URLSearchParams(lastEventId ? { lastEventId } : { recent: String(RECENT_EVENTS) });
  const token = readToken();
  if (token) parameters.set("token", token);
  return `v1/live?${parameters}`;
}

export function connect() {
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

/** An open stream keeps a page out of the back-forward cache. */
export function disconnect() {
  source?.close();
}

function receive(incoming) {
  lastEventId = incoming.lastEventId;
  take(JSON.parse(incoming.data));
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
  forgetToken();
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
