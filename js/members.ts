/** Writes what an event says as members of a JSON object: as text, which nobody on the way to the collector takes apart. */
import { cut } from "./cut";
import { redactUrl } from "./redact";

/** Longest name of an event, in characters. */
const MAX_NAME = 256;

/** Stands in a part where browser and device belong (ASCII "file separator"). JSON text never holds it. */
export const ENVIRONMENT = "\x1c";

const { stringify } = JSON;

/** An event's type, its last word, empty for a web event; and its members, nothing where it cannot be recorded. */
export type Said = [word: string, members?: string];

/** What a click says: see `clickFacts`. The sixth word are further members of the event, each behind a comma. */
export function clickSaid([name, selector, prompt, href, isOffer, more]: string[]): Said {
  const target = redactUrl(href as string);
  return [
    "WebActionEvent",
    `"webActionEvent":{"action":{"state":"engaged","mediaType":"${isOffer ? "contentOffer" : "openAction"}","prompt":${stringify(
      cut(prompt as string),
    )}},"actionMap":{"displayName":${stringify(name || selector)}}${
      target && `,"actionTarget":{"selfUri":${stringify(target)}}`
    }${ENVIRONMENT}}${more ?? ""}`,
  ];
}

/**
 * What a call of the site's says: an event's name and properties, as the text of a JSON object, which further members of
 * `webEvent` may follow. Where the event is no web event, the last word of its type says so, and in place of properties
 * stand members of the event, the first of them the part that the type names.
 */
export function trackedSaid([name, props, , word]: string[]): Said {
  if (word) return [word, props];
  if (!name || [...name].length > MAX_NAME) return [""];
  return ["", `"eventName":${stringify(name)}${props && `,"attributes":${props}`}`];
}

/** What a page says of where an event happens: members of `webEvent`, and browser and device behind them as a word of its own. */
export const placeOf = (url: string, referrer: string, members: string, environment: string) =>
  `"page":{"url":${stringify(url)},${members}},"referrer":${
    referrer ? `{"url":${stringify(referrer)}}` : "null"
  }\x1f${environment && `,${environment}`}`;
