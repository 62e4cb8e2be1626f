/** What the oldest browsers of docs/browsers.md lack, each switched off by itself: nothing is lost and nothing counted twice. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { settled, trackerReady, withoutWebAssembly, writtenDown } from "./support/browser.ts";
import { root } from "./support/collector.ts";
import { click, event, expectEvents, pageview } from "./support/expect-events.ts";
import { isBatch } from "./support/gate.ts";
import { setStage, test } from "./support/stage.ts";

/** Names as in docs/browsers.md; each runs in a page ahead of its scripts. */
const SWITCHED_OFF: Record<string, () => void> = {
  WebAssembly: withoutWebAssembly,
  IndexedDB: () => {
    Object.defineProperty(window, "indexedDB", { value: undefined });
  },
  "`commit()` of IndexedDB": () => {
    Reflect.deleteProperty(IDBTransaction.prototype, "commit");
  },
  "Compression Streams": () => {
    Reflect.deleteProperty(window, "CompressionStream");
  },
  "`keepalive` of `fetch`": () => {
    const { fetch } = window;
    window.fetch = (url, init) => fetch(url, { ...init, keepalive: false });
  },
  "`sendBeacon`": () => {
    Reflect.deleteProperty(Navigator.prototype, "sendBeacon");
  },
  "Navigation API": () => {
    Object.defineProperty(window, "navigation", { value: undefined });
  },
  "Client Hints": () => {
    Reflect.deleteProperty(Navigator.prototype, "userAgentData");
  },
  "all of these at once": () => {
    for (const name of ["WebAssembly", "CompressionStream"]) Reflect.deleteProperty(window, name);
    for (const name of ["sendBeacon", "userAgentData"]) Reflect.deleteProperty(Navigator.prototype, name);
    for (const name of ["indexedDB", "navigation"]) Object.defineProperty(window, name, { value: undefined });
    const { fetch } = window;
    window.fetch = (url, init) => fetch(url, { ...init, keepalive: false });
  },
};

/** So many that a body of theirs is worth compressing. */
const STEPS = 40;

describe("older browsers", () => {
  const stage = setStage();

  test("what docs/browsers.md says to be missed by some is switched off here", async () => {
    const text = readFileSync(join(root, "docs/browsers.md"), "utf8");
    const [, table = ""] = text.split("\n|---|---|---|\n");
    const features = [...table.matchAll(/^\| (.*?) \|/gm)].map(([, feature]) => feature);
    assert.deepEqual([...features, "all of these at once"], Object.keys(SWITCHED_OFF));
  });

  for (const [what, switchOff] of Object.entries(SWITCHED_OFF)) {
    test(`without ${what}, all of two pages and of the way between them arrives once`, async () => {
      const { collector, origin } = stage;
      const site = stage.newSite();
      const url = origin.serve("/older", `${stage.tag(site)}<a id="next" href="/older/next">Next</a>`);
      const next = origin.serve("/older/next", stage.tag(site));
      const visitor = await stage.newVisitor(switchOff);
      const page = await visitor.open(url);
      const take = (from: number, to: number) =>
        page.evaluate(
          ([from, to]) => {
            for (let n = from; n <= to; n++)
              window.sillage?.track("step_taken", { n, text: `step ${n} of a long way` });
          },
          [from, to] as [number, number],
        );
      const steps = (from: number, to: number, view: string) =>
        Array.from({ length: to - from + 1 }, (_, at) => from + at).map((n) =>
          event("step_taken", { n, text: `step ${n} of a long way` }, { view }),
        );
      await take(1, STEPS);
      await settled(page);
      await page.evaluate(() => history.pushState({}, "", "/older/part"));
      const part = new URL("/older/part", url).href;
      await take(STEPS + 1, STEPS + 2);
      await page.click("#next");
      await page.waitForURL(next);
      await trackerReady(page);
      const visit = { session: "one", visitor: "me" };
      await expectEvents(
        collector,
        site,
        [
          pageview(url, { view: "first", ...visit }),
          ...steps(1, STEPS, "first"),
          pageview(part, { view: "part", referrer: url, ...visit }),
          ...steps(STEPS + 1, STEPS + 2, "part"),
          click("#next", { view: "part", href: next }),
          pageview(next, { view: "next", referrer: part, ...visit }),
        ],
        { pages: [page] },
      );
      assert.deepEqual(visitor.exceptions, []);
      assert.deepEqual(visitor.trackerSaid, []);
    });
  }

  test("without `commit()` of IndexedDB its outbox is used all the same, and nothing is left in localStorage", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/uncommitted", stage.tag(site, 'data-flush-interval-ms="60000"'));
    const visitor = await stage.newVisitor(SWITCHED_OFF["`commit()` of IndexedDB"]);
    const page = await visitor.open(url);
    await settled(page);
    await page.evaluate(() => window.sillage?.track("seen"));
    await writtenDown(page);
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), [`sillage:${site}`]);
    await expectEvents(collector, site, [pageview(url), event("seen")], { pages: [page] });
  });

  test("without Compression Streams a body goes as it is", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/uncompressed", stage.tag(site));
    const visitor = await stage.newVisitor(SWITCHED_OFF["Compression Streams"]);
    const page = await visitor.open(url);
    await page.evaluate((text) => window.sillage?.track("seen", { text }), "x".repeat(4_000));
    await settled(page);
    const bodies = collector.gate.asked.filter(isBatch);
    assert.ok(bodies.some(({ bodyBytes }) => bodyBytes > 4_000));
    await expectEvents(collector, site, [pageview(url), event("seen", { text: "x".repeat(4_000) })], { pages: [page] });
  });
});
