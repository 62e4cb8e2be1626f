// One row of the list.

import { element } from "../shared/element.js";
import { BADGES, LOOK_NAMES, lookOf, pageOf, subtitleOf, titleOf, visitorOf } from "../shared/wording.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function timeOf(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? "" : clock.format(date);
}

function hueOf(text) {
  let hash = 0;
  for (const char of text) hash = (hash * 31 + char.codePointAt(0)) % 360;
  return hash;
}

/** An entry of the list: { message, look, title, haystack, item, button }. `causeOf` as in `pageOf`. */
export function entryOf(message, causeOf) {
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
  const page = pageOf(event, causeOf);
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
  entry.item = element("li", { className: "is-fresh" }, entry.button);
  entry.item.dataset.look = entry.look;
  return entry;
}
