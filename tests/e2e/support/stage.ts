/** What every suite stands on: a collector, a browser, and an origin for pages made per test. */
import { after, afterEach, before, test as nodeTest, type TestContext } from "node:test";
import type { Browser } from "playwright-core";
import { ENGINE, launchBrowser, newVisitor, type Visitor } from "./browser.ts";
import { type Collector, startCollector } from "./collector.ts";
import { NotDriven } from "./engine.ts";
import { asTheCollector, type Handler, isBatch } from "./gate.ts";
import { type Origin, openOrigin } from "./origin.ts";

export interface Stage {
  readonly collector: Collector;
  readonly origin: Origin;
  /** A site id that no other test of the suite has. */
  newSite(): string;
  /** A browser profile of its own; `before` runs in every page ahead of the page's scripts. */
  newVisitor(before?: () => void): Promise<Visitor>;
  /** The script tag, as a site's owner would paste it; `attributes` as in HTML. */
  tag(site: string, attributes?: string): string;
  /** How batches of a site are answered, whatever becomes of those of others. */
  answerFor(site: string, handler: Handler): void;
}

/**
 * Sets the stage up before the suite's tests and takes it down after them. Tests of a suite that run at
 * the same time share it to the end: they keep to their own site, paths and visitors. `flags` are the collector's.
 */
export function setStage({ isShared = false, flags = [] as string[] } = {}): Stage {
  let collector: Collector;
  let origin: Origin;
  let browser: Browser;
  let sites = 0;
  let visitors: Visitor[] = [];
  const handlers = new Map<string, Handler>();

  before(async () => {
    [collector, origin, browser] = await Promise.all([startCollector(flags), openOrigin(), launchBrowser()]);
  });
  afterEach(async () => {
    if (isShared) return;
    await inTime(Promise.all(visitors.map(({ context }) => context.close())));
    visitors = [];
    collector.gate.handler = asTheCollector;
    collector.gate.asked.length = 0;
    handlers.clear();
  });
  after(async () => {
    await inTime(browser?.close());
    origin?.close();
    await collector?.remove();
  });

  return {
    get collector() {
      return collector;
    },
    get origin() {
      return origin;
    },
    newSite: () => `site-${++sites}`,
    async newVisitor(before) {
      const visitor = await newVisitor(browser, { before });
      visitors.push(visitor);
      return visitor;
    },
    tag: (site, attributes = "") =>
      `<script async src="${collector.gate.origin}/sillage.js" data-site="${site}" ${attributes}></script>`,
    answerFor(site, handler) {
      handlers.set(site, handler);
      collector.gate.handler = (asked, forward) =>
        ((isBatch(asked) && handlers.get(siteOf(asked.body))) || asTheCollector)(asked, forward);
    },
  };
}

const siteOf = (body: string) => (JSON.parse(body) as { siteId: string }).siteId;

/** How long something may take to close, in milliseconds. */
const CLOSE_TIMEOUT_MS = 20_000;

/** Waits until that has closed, not for ever: Playwright may miss the end of a page that was closed while it went. */
const inTime = (closed?: Promise<unknown>) =>
  Promise.race([closed, new Promise((late) => setTimeout(late, CLOSE_TIMEOUT_MS).unref())]);

/** Longest time of one test, in milliseconds: a page that hangs must not hold up everything. */
const TEST_TIMEOUT_MS = 60_000;

/** A test of a suite; it is skipped where the engine cannot be driven to do what it asks for. */
export function test(name: string, body: (context: TestContext) => Promise<void>): void {
  nodeTest(name, { timeout: TEST_TIMEOUT_MS }, async (context) => {
    try {
      await body(context);
    } catch (error) {
      if (!(error instanceof NotDriven)) throw error;
      context.skip(`${ENGINE} cannot be driven to do this: ${error.message}`);
    }
  });
}
