/** Visits as a tracker would report them, put into a collector without a browser. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import type { Collector } from "../support/collector.ts";

const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

type Members = Record<string, unknown>;

/** Events of one visitor in one session, a second apart, the last of them just now. */
export class Visit {
  readonly events: Members[] = [];
  #pageview: string | undefined;
  readonly #visitor: string;
  readonly #session: string;

  constructor(visitor: string, session: string = randomUUID()) {
    this.#visitor = visitor;
    this.#session = session;
  }

  view(url: string, title: string, more: Members = {}): this {
    const id = randomUUID();
    this.#pageview = id;
    return this.#add(id, { webEvent: { eventName: "page_viewed", page: { url, title }, ...more } });
  }

  click(action: Members): this {
    return this.#add(randomUUID(), { webActionEvent: action });
  }

  happen(eventName: string, attributes: Members, url = "https://shop.example/"): this {
    return this.#add(randomUUID(), { webEvent: { eventName, page: { url }, attributes } });
  }

  #add(id: string, part: Members): this {
    const kind = "webEvent" in part ? "WebEvent" : "WebActionEvent";
    this.events.push({
      id,
      correlationId: this.#pageview ?? id,
      customerId: this.#visitor,
      customerIdType: "cookie",
      session: { id: this.#session, type: "web" },
      eventType: `com.genesys.journey.${kind}`,
      ...part,
    });
    return this;
  }
}

/** Stores a visit; every event of it must be taken. */
export async function store(collector: Collector, site: string, visit: Visit, userAgent = CHROME): Promise<void> {
  const now = Date.now();
  const { length } = visit.events;
  const events = visit.events.map((event, at) => ({
    ...event,
    createdDate: new Date(now - (length - at) * 1_000).toISOString(),
  }));
  const batch = {
    id: randomUUID(),
    siteId: site,
    sentAt: new Date(now).toISOString(),
    tracker: { name: "sillage", version: "0.1.0" },
    events,
    counters: { outboxId: randomUUID(), tracked: length + 3, dropped: { no_consent: 2 } },
  };
  const answer = await fetch(`${collector.origin}/v1/batches`, {
    method: "POST",
    headers: { "user-agent": userAgent },
    body: JSON.stringify(batch),
  });
  const verdict = (await answer.json()) as { stored?: number };
  assert.equal(verdict.stored, length, JSON.stringify(verdict));
}

/** Waits until the dashboard shows what it has asked for. */
export async function shown(page: Page): Promise<void> {
  await page.waitForFunction(() => document.getElementById("state")?.textContent?.startsWith("As of"));
}

/** The cells of a table, row by row, without those of its head. */
export function cells(page: Page, selector: string): Promise<string[][]> {
  return page.$$eval(`${selector} tbody tr`, (rows) =>
    rows.map((row) => [...row.querySelectorAll("th, td")].map((cell) => (cell as HTMLElement).innerText.trim())),
  );
}
