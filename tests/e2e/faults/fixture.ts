/**
 * What the visitor does in every row of the fault table: 100 events of five properties, or 30 clicks,
 * numbered, so that the report can name which is missing and which is there twice.
 */
import type { Tab } from "../support/engine.ts";
import type { StoredEvent } from "../support/model.ts";

/** What is done, how often, and how its number is read out of a row. */
export interface Fixture {
  readonly name: "track" | "clicks";
  readonly count: number;
  /** Does those from `from` until before `to`; in one task, or `paceMs` apart. */
  perform(tab: Tab, from?: number, to?: number, paceMs?: number): Promise<void>;
  /** The same, with the page leaving for `url` in the task of the last one. */
  performAndLeave(tab: Tab, url: string): Promise<void>;
  /** The number of a row; `undefined` where it is none of the fixture's. */
  numberOf(row: StoredEvent): number | undefined;
}

export const tracks: Fixture = {
  name: "track",
  count: 100,
  perform: (tab, from = 0, to = 100, paceMs = 0) => tab.run(trackNumbered, from, to, paceMs, ""),
  async performAndLeave(tab, url) {
    await tab.run(trackNumbered, 0, 100, 0, url);
    await tab.arrivedAt(url);
  },
  numberOf({ event }) {
    const { eventName, attributes } = (event.webEvent ?? {}) as WebEvent;
    return eventName === "product_viewed" ? Number(attributes?.n?.value) : undefined;
  },
};

export const clicks: Fixture = {
  name: "clicks",
  count: 30,
  async perform(tab, from = 0, to = 30) {
    for (let n = from; n < to; n++) await tab.click(`#b${n}`);
  },
  async performAndLeave(tab, url) {
    await clicks.perform(tab, 0, 29);
    await tab.run((url) => {
      const last = document.querySelector("#b29") as HTMLButtonElement;
      last.onclick = () => {
        location.href = url;
      };
    }, url);
    await tab.click("#b29");
    await tab.arrivedAt(url);
  },
  numberOf({ event }) {
    const { displayName } = (event.webActionEvent as { actionMap?: { displayName?: string } })?.actionMap ?? {};
    const number = /^#b(\d+)$/.exec(displayName ?? "")?.[1];
    return number === undefined ? undefined : Number(number);
  },
};

/** What is done before there is more than the inline stub. */
export const callsOfStub: Fixture = { ...tracks, count: 20, perform: (tab) => tracks.perform(tab, 0, 20) };
export const clicksOnStub: Fixture = { ...clicks, count: 3, perform: (tab) => clicks.perform(tab, 0, 3) };

interface WebEvent {
  eventName?: string;
  attributes?: Record<string, { value: string }>;
}

/** What is clicked. */
export const BUTTONS = Array.from({ length: clicks.count }, (_, n) => `<button id="b${n}">${n}</button>`).join("");

/** Runs in the page; leaves it in the task of the last one where it is told for which address. */
function trackNumbered(from: number, to: number, paceMs: number, leaveFor: string): Promise<void> | undefined {
  const track = (n: number) =>
    window.sillage?.track("product_viewed", {
      n,
      sku: `SKU-${1000 + n}`,
      price: n + 0.5,
      currency: "EUR",
      inStock: n % 2 === 0,
    });
  const trackAll = () => {
    for (let n = from; n < to; n++) track(n);
    if (leaveFor) location.href = leaveFor;
  };
  // Later, so that who runs this hears that it was taken.
  if (leaveFor) setTimeout(trackAll, 50);
  else if (paceMs === 0) trackAll();
  else {
    return new Promise((done) => {
      let n = from;
      const timer = setInterval(() => {
        track(n++);
        if (n < to) return;
        clearInterval(timer);
        done();
      }, paceMs);
    });
  }
  return undefined;
}
