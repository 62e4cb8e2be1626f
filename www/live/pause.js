// Pausing: what arrives meanwhile waits.

import { byId } from "../shared/element.js";
import { MAX_EVENTS } from "./list.js";

const button = byId("pause");
let waiting = [];

export let isPaused = false;

export function hold(message) {
  waiting.push(message);
  waiting.splice(0, waiting.length - MAX_EVENTS);
  show();
}

/** Pauses, or goes on; gives the messages that have waited. */
export function toggle() {
  isPaused = !isPaused;
  return forget();
}

/** Lets nothing wait any more; gives what has waited. */
export function forget() {
  const held = waiting;
  waiting = [];
  show();
  return held;
}

function show() {
  button.setAttribute("aria-pressed", String(isPaused));
  button.textContent = isPaused ? `Resume${waiting.length ? ` (${waiting.length} new)` : ""}` : "Pause";
}
