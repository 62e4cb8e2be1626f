/** Brings the two ways of switching captures on to one: the text of `data-capture`. */
import type { Capture } from "../types";

/** The captures as words, each with its values behind `=`. */
export function namedCaptures(capture: Capture | string): string {
  if (typeof capture === "string") return capture;
  return Object.entries(capture)
    .filter(([, values]) => values || values === 0)
    .map(([name, values]) => (values === true ? name : `${name}=${values}`))
    .join(" ");
}
