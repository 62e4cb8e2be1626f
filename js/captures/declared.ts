/** Triggers as a site declares them, with their defaults and ranges. */
import type { Trigger } from "../types";

/** What a trigger waits for that takes time or a depth, in the order of `add_trigger` in `crates/capture-module/src/bindings.rs`. */
const TIMED = ["view", "scroll", "idle", "time"];

/** What needs no memory. */
const DEEDS = ["click", "submit"];

/** Most triggers of a document: those of marks with properties of their own are one each. */
const MAX_TRIGGERS = 500;

/** Share of an element that has to be in view where the site does not say, in per cent. */
const SHARE = 50;

/**
 * Seconds: least, most, and what is usual where the site does not say. Nothing is told of a visitor who has done nothing for
 * longer: that would begin a session, half an hour behind the last one.
 */
const SECONDS: Partial<Record<string, [least: number, most: number, usual?: number]>> = {
  view: [0, 600, 1],
  idle: [5, 1_200],
  time: [1, 3_600],
};

/** Adds a trigger: its number, or what is wrong with it; nothing where there are too many. */
export type AddTrigger = (trigger: Partial<Trigger>) => number | string;

/** What is recorded when a trigger comes true. */
export interface Declared {
  event: string;
  props: object | undefined;
}

/** The triggers of one document; `add` takes those that the module has to watch. */
export function triggersOf(add: (on: number, percent: number, ms: number, repeats: boolean) => number) {
  const declared = new Map<number, Declared>();
  const addTrigger: AddTrigger = ({ on = "", percentage, seconds, repeat, event, props }) => {
    if (![...TIMED, ...DEEDS].includes(on)) return "on must be view, click, submit, scroll, idle or time";
    const percent = percentage === undefined && on !== "scroll" ? SHARE : Number(percentage);
    if (!(Number.isInteger(percent) && percent > 0 && percent <= 100))
      return "percentage must be a whole number from 1 to 100";
    const [least, most, usual] = SECONDS[on] ?? [0, 0, 0];
    const duration = SECONDS[on] ? Number(seconds ?? usual) : 0;
    if (!(duration >= least && duration <= most)) return `seconds must be a number from ${least} to ${most}`;
    const name = event || (on === "view" ? "element_viewed" : "");
    if (!name) return "event must be the name of an event";
    if (declared.size >= MAX_TRIGGERS) return "";
    const timed = TIMED.indexOf(on);
    // What needs no memory has numbers of its own, below 0.
    const number = timed < 0 ? -declared.size - 1 : add(timed, percent, Math.round(duration * 1_000), !!repeat);
    declared.set(number, { event: String(name), props });
    return number;
  };
  return { declared, addTrigger };
}
