/**
 * The language of the end-to-end tests: what a visit should have left, written by hand, against what
 * it did leave. {@link expectEvents} is the only assertion on rows.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { settled } from "./browser.ts";
import type { Collector } from "./collector.ts";
import type { JourneyEvent } from "./model.ts";

/**
 * A row as it should be: members that are not named may be anything, `null` is absence, a `RegExp`
 * fits a text, an {@link Id} is the same value wherever it has the same name, and another one elsewhere.
 */
export type Expected = { [member: string]: unknown };

/** An id that nobody can know beforehand. */
export class Id {
  constructor(readonly name: string) {}
}

/** A value all of whose members are named. */
class Exactly {
  constructor(readonly value: Expected) {}
}

/** What most rows say; all of it by name, or not at all. */
interface Facts {
  /** Names the page view that the event belongs to. */
  view?: string;
  session?: string;
  /** `null` where nobody may be recognised. */
  visitor?: string | null;
  /** Address of the page. */
  url?: string;
  /** Everything else, in the shape of the event. */
  also?: Expected;
}

const named = (name: string | null | undefined) => (typeof name === "string" ? new Id(name) : name);

const base = ({ view, session, visitor }: Facts): Expected => ({
  correlationId: named(view),
  session: { id: named(session && `session ${session}`), type: "web" },
  customerId: named(visitor && `visitor ${visitor}`),
  customerIdType: visitor === null ? null : "cookie",
});

/** A page view of `url`; `referrer` is `null` where there must be none. `totals`: events and page views of the visitor so far. */
export function pageview(
  url: string,
  {
    referrer,
    totals,
    ...facts
  }: Facts & { referrer?: string | null; totals?: [events: number, pageviews: number] } = {},
): Expected {
  return merged(
    {
      ...base(facts),
      id: named(facts.view),
      eventType: "com.genesys.journey.WebEvent",
      webEvent: {
        eventName: "page_viewed",
        page: { url },
        referrer: typeof referrer === "string" ? { url: referrer } : referrer,
        totalEventCount: totals?.[0],
        totalPageviewCount: totals?.[1],
      },
      webActionEvent: null,
    },
    facts.also,
  );
}

/** A click on what is known by `name`; `href` is `null` where it must not lead anywhere. */
export function click(
  name: string | RegExp,
  {
    prompt,
    href,
    offer = false,
    ...facts
  }: Facts & { prompt?: string | RegExp; href?: string | null; offer?: boolean } = {},
): Expected {
  return merged(
    {
      ...base(facts),
      eventType: "com.genesys.journey.WebActionEvent",
      webActionEvent: {
        action: { state: "engaged", mediaType: offer ? "contentOffer" : "openAction", prompt },
        actionMap: { displayName: name },
        actionTarget: href === undefined ? undefined : { selfUri: href },
      },
      webEvent: null,
    },
    facts.also,
  );
}

/** An event of the site's own, with exactly these attributes. */
export function event(name: string, attributes: Record<string, unknown> = {}, facts: Facts = {}): Expected {
  return merged(
    {
      ...base(facts),
      eventType: "com.genesys.journey.WebEvent",
      webEvent: {
        eventName: name,
        page: facts.url === undefined ? undefined : { url: facts.url },
        attributes: new Exactly(
          Object.fromEntries(Object.entries(attributes).map(([key, it]) => [key, attribute(it)])),
        ),
      },
      webActionEvent: null,
    },
    facts.also,
  );
}

/** As the Genesys model writes a value: its kind, and itself as text. */
function attribute(value: unknown) {
  if (typeof value === "string") return { dataType: "string", value };
  if (typeof value === "boolean") return { dataType: "boolean", value: String(value) };
  if (typeof value === "number")
    return { dataType: Number.isInteger(value) ? "integer" : "number", value: String(value) };
  return { dataType: "json", value: JSON.stringify(value) };
}

function merged(row: Expected, also: Expected | undefined): Expected {
  if (!also) return row;
  const isPlain = (it: unknown): it is Expected => Object.getPrototypeOf(it ?? 0) === Object.prototype;
  const both = Object.entries(also).map(([key, value]) => {
    const own = row[key];
    return [key, isPlain(own) && isPlain(value) ? merged(own, value) : value];
  });
  return { ...row, ...Object.fromEntries(both) };
}

/**
 * Waits for the rows of a site and compares: these, in this order, and no others.
 *
 * `pages` are the tabs that are still open: each is made to send what it has, so that a row too many
 * cannot come too late to be noticed. `order` is that of their making, as the collector dates it, or that
 * of storing: dates of a moved clock are corrected to within a request's time only. Events of the names `timed` are
 * compared after all others: they come when a time is over, whatever a busy machine has done until then.
 */
export async function expectEvents(
  collector: Collector,
  site: string,
  expected: Expected[],
  {
    pages = [],
    order = "made",
    timed = [],
  }: { pages?: Page[]; order?: "made" | "stored"; timed?: readonly string[] } = {},
): Promise<JourneyEvent[]> {
  const trouble: string[] = [];
  for (const page of pages) await settled(page).catch((error) => trouble.push(`a page keeps events back: ${error}`));
  await collector.hasRows(site, expected.length);
  await collector.caughtUp();
  const rows = collector.rows(site);
  if (order === "stored") rows.sort((a, b) => a.sequence - b.sequence);
  const place = ({ event }: (typeof rows)[number]) =>
    timed.indexOf(String((event.webEvent as { eventName?: string } | undefined)?.eventName));
  rows.sort((a, b) => place(a) - place(b));
  const came = rows.map((row) => row.event);
  const report = compare(expected, came);
  if (report || trouble.length > 0) assert.fail([...trouble, report].join("\n"));
  return came;
}

/** What differs, for people; empty where nothing does. */
function compare(expected: Expected[], came: JourneyEvent[]): string {
  const ids = new Map<string, string>();
  const lines: string[] = [];
  let differs = false;
  let at = 0;
  for (const row of expected) {
    const found = came.findIndex((event, index) => index >= at && differences(row, event, new Map(ids)).length === 0);
    if (found < 0) {
      differs = true;
      const nearest = came[at];
      lines.push(`- missing    ${summary(row)}`);
      if (nearest) lines.push(...differences(row, nearest, new Map(ids)).map((it) => `               ${it}`));
      continue;
    }
    for (; at < found; at++) {
      differs = true;
      lines.push(`+ unexpected ${summary(came[at])}`);
    }
    const event = came[at] as JourneyEvent;
    differences(row, event, ids);
    lines.push(`  as expected ${summary(event)}`);
    at++;
  }
  for (; at < came.length; at++) {
    differs = true;
    lines.push(`+ unexpected ${summary(came[at])}`);
  }
  return differs ? `expected ${expected.length} rows, ${came.length} came:\n${shortened(lines).join("\n")}` : "";
}

/** Most lines of one kind that are shown after each other. */
const LONGEST_RUN = 8;

/** Long runs of rows of one kind say no more than their first few. */
function shortened(lines: string[]): string[] {
  let run = 0;
  return lines.flatMap((line, index) => {
    const isSame = line.slice(0, 12) === lines[index - 1]?.slice(0, 12);
    run = isSame ? run + 1 : 0;
    const isEnd = line.slice(0, 12) !== lines[index + 1]?.slice(0, 12);
    if (run < LONGEST_RUN) return [line];
    return isEnd ? [`  ... and ${run - LONGEST_RUN + 1} more of these`] : [];
  });
}

/** Where `actual` is not what was expected. Binds ids that are met for the first time. */
function differences(expected: unknown, actual: unknown, ids: Map<string, string>, path = ""): string[] {
  const differs = () => [`${path}: expected ${shown(expected)}, came ${shown(actual)}`];
  if (expected === undefined) return [];
  if (expected === null) return actual === undefined || actual === null ? [] : differs();
  if (expected instanceof RegExp) return typeof actual === "string" && expected.test(actual) ? [] : differs();
  if (expected instanceof Id) {
    const known = ids.get(expected.name);
    if (typeof actual !== "string") return differs();
    if (known !== undefined) return known === actual ? [] : [`${path}: another id than that of "${expected.name}"`];
    const other = [...ids].find(([, value]) => value === actual);
    if (other) return [`${path}: the id of "${expected.name}" is that of "${other[0]}"`];
    ids.set(expected.name, actual);
    return [];
  }
  if (expected instanceof Exactly) {
    const surplus = Object.keys(Object(actual)).filter((key) => !(key in expected.value));
    return [
      ...differences(expected.value, actual, ids, path),
      ...surplus.map((key) => `${path}.${key}: not expected, came ${shown(Object(actual)[key])}`),
    ];
  }
  if (Array.isArray(expected)) return JSON.stringify(expected) === JSON.stringify(actual) ? [] : differs();
  if (typeof expected === "object") {
    if (typeof actual !== "object" || actual === null) {
      // An object of which nothing is asked says nothing.
      return Object.values(expected).every((it) => it === undefined || it === null) ? [] : differs();
    }
    return Object.entries(expected).flatMap(([key, value]) =>
      differences(value, (actual as Expected)[key], ids, path ? `${path}.${key}` : key),
    );
  }
  return expected === actual ? [] : differs();
}

const shown = (value: unknown): string => {
  if (value instanceof Id) return `the id of "${value.name}"`;
  if (value instanceof RegExp) return String(value);
  return JSON.stringify(value) ?? "nothing";
};

// biome-ignore lint/suspicious/noExplicitAny: rows and what is expected of them are read alike
function summary(row: any): string {
  const { webEvent, webActionEvent, correlationId, session } = row ?? {};
  const of = (id: unknown) => (id instanceof Id ? `"${id.name}"` : id === undefined ? "any" : String(id).slice(-6));
  const what = webActionEvent
    ? `click on ${webActionEvent.actionMap?.displayName} ${shown(webActionEvent.action?.prompt)} -> ${webActionEvent.actionTarget?.selfUri}`
    : `${webEvent?.eventName} at ${webEvent?.page?.url} from ${webEvent?.referrer?.url ?? "nowhere"} ${attributesShown(webEvent?.attributes)}`;
  return `${what} (view ${of(correlationId)}, session ${of(session?.id)})`;
}

function attributesShown(attributes: unknown): string {
  const values = attributes instanceof Exactly ? attributes.value : Object(attributes);
  const parts = Object.entries(values).map(([key, it]) => `${key}=${(it as { value?: unknown }).value}`);
  return parts.length > 0 ? `[${parts.join(" ")}]` : "";
}
