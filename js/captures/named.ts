/** Brings the ways of switching captures on to one: the text of `data-capture`, and the list of triggers beside it. */
import { attempt } from "../attempt";
import type { Capture, Trigger } from "../types";

/** The captures as words, each with its values behind `=`; and the triggers. */
export function namedCaptures(capture: Capture | string): { named: string; triggers: Partial<Trigger>[] } {
  if (typeof capture === "string") {
    if (!capture.trim().startsWith("{")) return { named: capture, triggers: [] };
    // The object as JSON. What cannot be read is named as it is, and so reported.
    const text = capture;
    capture = attempt<Capture>(() => JSON.parse(text)) ?? ({ JSON: true } as Capture);
  }
  const { triggers } = capture;
  const named = Object.entries(capture)
    .filter(([, values]) => values || values === 0)
    .map(([name, values]) => (values === true || name === "triggers" ? name : `${name}=${values}`))
    .join(" ");
  return { named, triggers: Array.isArray(triggers) ? triggers : [] };
}
