// One event, shown whole.

import { byId, element } from "../shared/element.js";
import { colored } from "../shared/json.js";
import { LOOK_NAMES, shortType } from "../shared/wording.js";
import { entries } from "./list.js";

const detail = byId("detail");
let selected = null;

// Its text can be longer than the window: the keys of arrows scroll it.
byId("detail-scroll").tabIndex = 0;

export function open(entry) {
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

export function close() {
  if (!selected) return;
  const { button } = selected;
  button.removeAttribute("aria-current");
  selected = null;
  detail.hidden = true;
  markRelated();
  if (button.isConnected) button.focus();
}

/** Marks what belongs to the same page view as the event that is shown. */
export function markRelated() {
  const id = selected?.message.event.correlationId;
  for (const entry of entries) {
    entry.button.classList.toggle(
      "is-related",
      id != null && entry !== selected && entry.message.event.correlationId === id,
    );
  }
}

export async function copy() {
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
