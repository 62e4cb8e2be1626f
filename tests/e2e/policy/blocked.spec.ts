/** Ad blockers and firewalls: any one file may never come. The page does not hear of it, and a later page makes up for it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { settled, type Visitor, withoutWebAssembly } from "../support/browser.ts";
import { dist } from "../support/collector.ts";
import { click, event, expectEvents, pageview } from "../support/expect-events.ts";
import { isBatch } from "../support/gate.ts";
import { setStage, test } from "../support/stage.ts";

declare global {
  interface Window {
    /** Errors and rejections that nobody has caught. */
    uncaught: string[];
  }
}

describe("blocked files", () => {
  const stage = setStage();
  const stub = (site: string) =>
    `<script>${readFileSync(join(dist, "web/stub.js"), "utf8").replace('("shop")', `("${site}")`)}</script>`;

  /** A visitor whose browser refuses what has an address like this, as ad blockers do, until it is `lifted`. */
  async function newBlocker(address: RegExp): Promise<{ visitor: Visitor; lifted(): Promise<void> }> {
    const visitor = await stage.newVisitor(() => {
      window.uncaught = [];
      addEventListener("error", ({ message }) => window.uncaught.push(message));
      addEventListener("unhandledrejection", ({ reason }) => window.uncaught.push(String(reason)));
    });
    await visitor.context.route(address, (route) => route.abort("blockedbyclient"));
    return { visitor, lifted: () => visitor.context.unroute(address) };
  }

  const ready = (page: Page) => page.evaluate(() => window.sillage?.ready?.catch(({ code }) => code));

  for (const [what, address, before] of [
    ["sillage.js", /\/sillage\.js/],
    ["the tracker's chunk", /\/tracker-\w+\.js/],
    ["WebAssembly and its stand-in", /\/fallback-/, withoutWebAssembly],
    ["/v1/batches", /\/v1\/batches/],
    ["everything of the collector's", /./],
  ] as const) {
    test(`without ${what} the page hears nothing, and a later page sends what happened`, async () => {
      const { collector, origin } = stage;
      const site = stage.newSite();
      const ofCollector = new RegExp(`^${collector.gate.origin}.*${address.source}`);
      const { visitor, lifted } = await newBlocker(ofCollector);
      if (before) await visitor.context.addInitScript(before);
      const url = origin.serve("/blocked", `${stub(site)}${stage.tag(site)}<button id="buy">Buy</button>`);
      const back = origin.serve("/back", `${stub(site)}${stage.tag(site)}`);
      const page = await visitor.openBare(url);
      await ready(page);
      await page.click("#buy");
      await page.evaluate(() => {
        window.sillage?.track("seen", { n: 1 });
        window.sillage?.flush?.();
      });
      await ready(page);
      assert.deepEqual(await page.evaluate(() => window.uncaught), []);
      await page.goto(origin.serve("/elsewhere", "no tracker here"));
      await lifted();
      await page.goto(back);
      const rows = [pageview(url), click("#buy"), event("seen", { n: 1 }), pageview(back)];
      await expectEvents(collector, site, rows, { pages: [page] });
      assert.deepEqual(await page.evaluate(() => window.uncaught), []);
      assert.deepEqual(visitor.exceptions, []);
    });
  }

  for (const [what, address, withStub] of [
    ["sillage.js", /\/sillage\.js/, true],
    ["the tracker's chunk", /\/tracker-\w+\.js/, false],
  ] as const) {
    test(`without ${what}, what more pages than are kept had tracked is counted as lost`, async () => {
      const { collector, origin } = stage;
      const site = stage.newSite();
      const { visitor, lifted } = await newBlocker(address);
      const tags = `${withStub ? stub(site) : ""}${stage.tag(site)}`;
      const url = origin.serve("/often", tags);
      const page = await visitor.context.newPage();
      const VISITS = 8;
      for (let n = 0; n < VISITS; n++) {
        await page.goto(`${url}?${n}`);
        await page.waitForFunction(() => window.sillage);
        await page.evaluate(() => window.sillage?.track("seen"));
      }
      await page.goto(origin.serve("/elsewhere", "no tracker here"));
      await lifted();
      await page.goto(origin.serve("/often-back", tags));
      await page.waitForFunction(() => window.sillage?.ready);
      await page.evaluate(() => window.sillage?.track("seen"));
      await settled(page);
      await collector.caughtUp();
      const bodies = collector.gate.asked.filter(isBatch).map(({ body }) => JSON.parse(body));
      const { tracked, dropped } = bodies.at(-1).counters;
      assert.deepEqual(dropped, { queue_full: 2 * (VISITS - 5) });
      assert.equal(collector.rows(site).length, 2 * 5 + 2);
      assert.equal(tracked, 2 * (VISITS + 1));
      const left = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes("~")));
      assert.deepEqual(left, []);
    });
  }
});
