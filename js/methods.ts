/** The calls that are methods of a tracker at npm; {@link Tracker.call} takes their names in a script tag. */
import type { Callable, Calls } from "./types";

const NAMES = Object.keys({
  offer: 1,
  action: 1,
  outcome: 1,
  segment: 1,
  segmentAssigned: 1,
  identify: 1,
  reset: 1,
  session: 1,
  authenticated: 1,
  props: 1,
} satisfies Record<keyof Calls, 1>) as (keyof Calls)[];

/** A method for each call, all of which go to `call`. */
export function methodsOf(call: (name: keyof Calls, ...given: never) => void): Callable {
  return Object.fromEntries(NAMES.map((name) => [name, (...given: never) => call(name, ...given)])) as Callable;
}
