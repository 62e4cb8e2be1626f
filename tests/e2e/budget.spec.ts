/** What a visit costs on the wire, held by tests: `npm run bench` measures the same beside other trackers. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { FIXTURE_EVENTS, FIXTURE_GAP_MS, fixture } from "../bench/fixture.ts";
import { play } from "../bench/play.ts";
import { event, expectEvents, pageview } from "./support/expect-events.ts";
import { isBatch } from "./support/gate.ts";
import { setStage, test } from "./support/stage.ts";

/** Bytes of all bodies for each event. */
const MOST_BYTES_PER_EVENT = 45;

/** Requests of a visit of four seconds; two seconds is the default of `flushIntervalMs`. */
const MOST_REQUESTS = 4;
const FLUSH_INTERVAL_MS = 2_000;

describe("budget", () => {
  const stage = setStage({ isShared: true });
  let visit: ReturnType<typeof visitOnce> | undefined;

  /** One visit for all tests: a pageview, 200 events, and the page closes. */
  async function visitOnce() {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/lamps", `<!doctype html><title>Lamps and tents</title>${stage.tag(site)}`);
    const page = await (await stage.newVisitor()).open(url);
    const tookMs = await play(page, "sillage", fixture(), FIXTURE_GAP_MS);
    await page.close({ runBeforeUnload: true });
    const recorded = fixture().map(({ name, props }) => event(name, { ...props }));
    await expectEvents(collector, site, [pageview(url), ...recorded]);
    return { tookMs, asked: [...collector.gate.asked] };
  }
  const visited = () => {
    visit ??= visitOnce();
    return visit;
  };

  test("a visit of 201 events takes four requests and no preflight, and each event is stored once", async () => {
    const { asked, tookMs } = await visited();
    assert.deepEqual(
      asked.filter(({ method }) => method === "OPTIONS"),
      [],
    );
    // On a busy machine it lasts longer than four seconds, and its batches still leave every two.
    const late = Math.ceil(Math.max(0, tookMs - FIXTURE_EVENTS * FIXTURE_GAP_MS) / FLUSH_INTERVAL_MS);
    const requests = asked.filter(isBatch).length;
    assert.ok(requests <= MOST_REQUESTS + late, `${requests} requests in ${Math.round(tookMs)} ms`);
  });

  test("a visit of 201 events takes at most 45 body bytes for each", async () => {
    const { asked } = await visited();
    const bytes = asked.filter(isBatch).reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
    const each = bytes / (FIXTURE_EVENTS + 1);
    assert.ok(each <= MOST_BYTES_PER_EVENT, `${each.toFixed(1)} bytes`);
  });

  test("a first visit opens the database while the module loads, and makes one transaction until its page view leaves", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/first", `<!doctype html>${stage.tag(site)}`);
    let release = () => {};
    const released = new Promise<void>((done) => {
      release = done;
    });
    collector.gate.handler = async ({ path }, forward) => {
      if (/fallback[^/]*\.js$/.test(path)) await released;
      return forward();
    };
    const page = await (await stage.newVisitor(watch)).openBare(url);
    await page.waitForFunction(() => window.watched.hasOpened);
    release();
    await expectEvents(collector, site, [pageview(url)]);
    assert.equal(await page.evaluate(() => window.watched.beforeBatch), 1);
  });
});

declare global {
  interface Window {
    /** Whether a database was opened, and how many transactions there were before the first request with a body. */
    watched: { hasOpened: boolean; transactions: number; beforeBatch?: number };
  }
}

function watch() {
  // The module then comes by a request, which can be held.
  Reflect.deleteProperty(window, "WebAssembly");
  const watched: Window["watched"] = { hasOpened: false, transactions: 0 };
  window.watched = watched;
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (...its) {
    watched.hasOpened = true;
    return open.apply(this, its);
  };
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (...its) {
    watched.transactions++;
    return transaction.apply(this, its);
  };
  const { fetch } = window;
  window.fetch = (...its) => {
    if (its[1]?.body) watched.beforeBatch ??= watched.transactions;
    return fetch(...its);
  };
}
