/** Which events a site wants to have: sampling, limits, pages, bots. */
import type { Rules } from "../types";

/** What a site's rules ask about. */
export interface Moment {
  /** Milliseconds of a clock that never goes back. */
  at: number;
  /** Name of the event; of an action its type. */
  name: string;
  /** Address of the page. */
  url: string;
  /** What stays the same for a visitor: their id, or in anonymous mode the session's. */
  visitor: string;
}

/** Length of the time in which events of one name are counted, in milliseconds. */
const WINDOW_MS = 60_000;

/** Most names that are counted apart. */
const MAX_NAMES = 100;

/** Parts of a user agent by which a program names itself that is no visitor. */
const BOTS =
  /bot|crawl|spider|slurp|headless|lighthouse|preview|phantomjs|puppeteer|playwright|selenium|facebookexternalhit|pingdom|gtmetrix|monitor|curl\/|wget|python-|go-http|okhttp|httpclient|scrap|archiver|^$/i;

/** Whether a program visits: one that says so, by its user agent or by `navigator.webdriver`. */
export const isBot = (userAgent: string, isDriven: boolean) => isDriven || BOTS.test(userAgent);

/**
 * A share from 0 up to 1 that looks random and is the same for the same text: FNV-1a, and the end of murmur3, without
 * which the last characters would hardly count.
 */
export function shareOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** The pages that patterns mean: paths where they begin with a slash, else hosts with paths; `*` stands for any text. */
function pagesOf(patterns: string | string[] = []): RegExp[] {
  return [patterns].flat().flatMap((list) =>
    list
      .split(/\s+/)
      .filter(Boolean)
      .map((pattern) => {
        const any = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*");
        return new RegExp(`^${pattern[0] === "/" ? "[^/]*" : ""}${any}$`);
      }),
  );
}

/** Gives whether an event may be recorded; it counts then. @throws the first rule that is wrong. */
export function limitsOf({ sample = 100, perMinute, allowPages, denyPages }: Rules): (moment: Moment) => boolean {
  if (!(sample >= 0 && sample <= 100)) throw "rules: sample must be a number from 0 to 100";
  if (perMinute !== undefined && !(perMinute >= 1 && perMinute <= 100_000 && perMinute % 1 === 0))
    throw "rules: perMinute must be a whole number from 1 to 100,000";
  const allowed = pagesOf(allowPages);
  const denied = pagesOf(denyPages);
  const counted = new Map<string, [since: number, events: number]>();
  return ({ at, name, url, visitor }) => {
    const page = url.replace(/^[a-z]+:\/\/|[?#].*$/gi, "");
    const isIn = (pages: RegExp[]) => pages.some((it) => it.test(page));
    if (isIn(denied) || (allowed[0] && !isIn(allowed)) || shareOf(visitor) * 100 >= sample) return false;
    if (!perMinute) return true;
    const key = counted.has(name) || counted.size < MAX_NAMES ? name : "";
    let [since, events] = counted.get(key) ?? [at, 0];
    if (at - since >= WINDOW_MS) [since, events] = [at, 0];
    counted.set(key, [since, ++events]);
    return events <= perMinute;
  };
}
