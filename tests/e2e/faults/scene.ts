/**
 * Where one row of the fault table plays: a collector, a gate, pages and a browser profile of its own,
 * so that rows can break theirs at the same time.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Collector, dist, startCollector } from "../support/collector.ts";
import { type Engine, engine, type RunningBrowser, type Tab } from "../support/engine.ts";
import { asTheCollector, type Handler } from "../support/gate.ts";
import { type Origin, openOrigin } from "../support/origin.ts";
import { BUTTONS } from "./fixture.ts";
import { newTally, type Tally } from "./tally.ts";

/** Site of the row's events: a row has a collector to itself. */
export const SITE = "faults";

export interface Scene {
  readonly collector: Collector;
  readonly origin: Origin;
  readonly tally: Tally;
  /** A page of the same visitor's without a tracker. */
  readonly outside: string;
  /** Starts the visitor's browser: the same profile each time. */
  launch(): Promise<RunningBrowser>;
  /** The address of the visit with this number: a page with the tracker. */
  pageOf(visit: number): string;
  /** Opens that page in a new tab, and waits until its tracker is at work. */
  visit(browser: RunningBrowser, visit: number): Promise<Tab>;
  /**
   * Opens that page with the inline stub and a script tag that comes after the page is loaded, in a new
   * tab; waits for neither.
   */
  visitEarly(browser: RunningBrowser, visit: number): Promise<Tab>;
  /** How the gate answers from now on; everything is counted. */
  answerBy(handler: Handler): void;
  /** What came to be open, in the order of opening; all is closed again at the end. */
  close(): Promise<void>;
}

export async function openScene(on: Engine = engine()): Promise<Scene> {
  const profile = mkdtempSync(join(tmpdir(), "sillage-profile-"));
  const [collector, origin] = await Promise.all([startCollector(), openOrigin()]);
  const tally = newTally();
  const browsers: RunningBrowser[] = [];
  const answerBy = (handler: Handler) => {
    collector.gate.handler = tally.counted(handler);
  };
  answerBy(asTheCollector);
  const tag = `<script async src="${collector.gate.origin}/sillage.js" data-site="${SITE}"></script>`;
  const stub = readFileSync(join(dist, "web/stub.js"), "utf8").replace('"shop"', `"${SITE}"`);
  const pageOf = (visit: number) => `${origin.origin}/visit-${visit}`;
  return {
    collector,
    origin,
    tally,
    outside: origin.serve("/outside", "<!doctype html><title>Outside</title>No tracker here"),
    async launch() {
      const browser = await on.launch(profile);
      browsers.push(browser);
      return browser;
    },
    pageOf,
    async visit(browser, visit) {
      const html = `<!doctype html><title>Visit ${visit}</title>${tag}${BUTTONS}`;
      const tab = await browser.open(origin.serve(`/visit-${visit}`, html));
      await trackerReady(tab);
      return tab;
    },
    visitEarly(browser, visit) {
      const html = `<!doctype html><title>Visit ${visit}</title><script>${stub}</script>${BUTTONS}
        <script>addEventListener("load", () => setTimeout(() => {
          const script = document.createElement("script");
          script.src = "${collector.gate.origin}/sillage.js";
          script.dataset.site = "${SITE}";
          document.head.append(script);
        }))</script>`;
      return browser.open(origin.serve(`/visit-${visit}`, html));
    },
    answerBy,
    async close() {
      await Promise.allSettled(browsers.map((browser) => browser.kill()));
      origin.close();
      await collector.remove();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Waits until the tab's tracker is at work. */
export const trackerReady = (tab: Tab): Promise<void> =>
  tab.run(async () => {
    while (!window.sillage) await new Promise((later) => setTimeout(later, 10));
    await window.sillage.ready;
  });

/**
 * Waits, in a page of the site, until nothing is left in the browser that would be sent once more:
 * neither an event nor a batch. Gives what is left after `timeoutMs`.
 */
export const leftInOutbox = (tab: Tab, timeoutMs: number): Promise<string[]> =>
  tab.run(async (timeoutMs) => {
    /** Keys of events and batches: everything else may stay. */
    const isUnsent = (key: string) => /^[de]/.test(key);
    const left = async () => {
      const pending = window.sillage?.stats().pending ?? 0;
      const keys = pending > 0 ? [`${pending} pending`] : [];
      keys.push(...Object.keys(localStorage).filter((key) => /^sillage:.*[:~]/.test(key)));
      for (const { name } of await indexedDB.databases()) {
        if (!name?.startsWith("sillage:")) continue;
        const database = await new Promise<IDBDatabase>((opened, failed) => {
          const request = indexedDB.open(name);
          request.onsuccess = () => opened(request.result);
          request.onerror = () => failed(request.error);
        });
        for (const store of database.objectStoreNames) {
          keys.push(
            ...(await new Promise<string[]>((read) => {
              const request = database.transaction(store).objectStore(store).getAllKeys();
              request.onsuccess = () => read(request.result.map(String).filter(isUnsent));
            })),
          );
        }
        database.close();
      }
      return keys;
    };
    const deadline = Date.now() + timeoutMs;
    let keys = await left();
    while (keys.length > 0 && Date.now() < deadline) {
      await new Promise((later) => setTimeout(later, 200));
      keys = await left();
    }
    return keys;
  }, timeoutMs);
