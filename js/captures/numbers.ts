/** Numbers for what has a name in the page: the module knows forms, fields, media and elements by these. */
import { cut } from "../cut";

/** Most names that are kept: a page of which elements come and go must not fill up. The oldest go first. */
const MAX_NAMES = 2_000;

const ofElements = new WeakMap<object, number>();
const ofTexts = new Map<string, number>();
const names = new Map<number, string>();
let last = 0;

function keep<Key, Value>(map: Map<Key, Value>, key: Key, value: Value) {
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= MAX_NAMES) break;
    map.delete(oldest);
  }
}

/** The number of an element, or of a text; `name` is its name from then on. */
export function numberOf(it: Element | string, name = ""): number {
  const known = typeof it === "string" ? ofTexts.get(it) : ofElements.get(it);
  if (known) return known;
  last++;
  if (typeof it === "string") keep(ofTexts, it, last);
  else ofElements.set(it, last);
  keep(names, last, cut(name));
  return last;
}

/** The name of what has that number. */
export const nameOf = (number: number) => names.get(number);
