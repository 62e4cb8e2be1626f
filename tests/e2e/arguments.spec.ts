/** Whatever a page passes to `init()` and `track()`, no exception reaches it, and debug mode says what was left out. */
import assert from "node:assert/strict";
import { before, describe } from "node:test";
import { type AnyTracker, METHODS, settled, type Visitor } from "./support/browser.ts";
import { dist } from "./support/collector.ts";
import { click, event, expectEvents, pageview } from "./support/expect-events.ts";
import { setStage, test } from "./support/stage.ts";

declare global {
  interface Window {
    init: (options?: unknown) => import("../../js/types.ts").Tracker & import("../../js/types.ts").Callable;
  }
}

describe("arguments", () => {
  const stage = setStage();
  before(() => stage.origin.serveFolder("/npm/", `${dist}/npm`));

  /** A page that has `init` of the npm package. */
  async function openWithInit(visitor: Visitor, path: string) {
    const module = `<script type="module">import { init } from "/npm/index.js"; window.init = init;</script>`;
    const page = await visitor.openBare(
      stage.origin.serve(path, `<title>${path}</title>${module}<button id="buy">Buy</button>`),
    );
    await page.waitForFunction(() => window.init);
    return page;
  }

  test("init() twice is one tracker", async () => {
    const { collector } = stage;
    const site = stage.newSite();
    const visitor = await stage.newVisitor();
    const page = await openWithInit(visitor, "/init-twice");
    const endpoint = collector.gate.origin;
    const isSame = await page.evaluate(
      ([site, endpoint]) => {
        const tracker = window.init({ site, endpoint });
        window.sillage = tracker;
        return window.init({ site, endpoint, clicks: false }) === tracker;
      },
      [site, endpoint],
    );
    assert.ok(isSame);
    await page.click("#buy");
    await expectEvents(collector, site, [pageview(page.url()), click("#buy")], { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
  });

  test("what a script tag calls by name are methods of what init() returns", async () => {
    const { collector } = stage;
    const site = stage.newSite();
    const visitor = await stage.newVisitor();
    const page = await openWithInit(visitor, "/methods");
    await page.evaluate(
      ([site, endpoint]) => {
        const tracker = window.init({ site, endpoint });
        window.sillage = tracker;
        tracker.identify("jo@shop.test", { type: "email" });
        tracker.outcome({ name: "Bought" });
        tracker.reset();
      },
      [site, collector.gate.origin],
    );
    const email = { customerId: "jo@shop.test", customerIdType: "email" };
    await expectEvents(
      collector,
      site,
      [
        pageview(page.url()),
        event("customer_identified", {}, { also: email }),
        { ...email, outcomeAchievedEvent: { outcome: { displayName: "Bought" } } },
      ],
      { pages: [page] },
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  test("options of the wrong type or value are told by a rejection and one warning, and nothing is thrown", async () => {
    const { collector } = stage;
    const visitor = await stage.newVisitor();
    const page = await openWithInit(visitor, "/wrong-options");
    const told = await page.evaluate(
      async ([endpoint, methods]) => {
        const thrower = () => {
          throw new Error("thrown by the page");
        };
        const cases: Record<string, unknown> = {
          "no options": undefined,
          null: null,
          "a number": 42,
          "a text": "shop",
          "no site": { endpoint },
          "a site of null": { endpoint, site: null },
          "an empty site": { endpoint, site: "" },
          "a site with a blank": { endpoint, site: "my shop" },
          "a site that is a symbol": { endpoint, site: Symbol("shop") },
          "a site that cannot be read": Object.defineProperty({ endpoint }, "site", { get: thrower, enumerable: true }),
          "a site that is no text": { endpoint, site: { toString: thrower } },
          "no endpoint": { site: "wrong-1" },
          "an endpoint that is none": { site: "wrong-2", endpoint: "http://" },
          "an endpoint of null": { site: "wrong-3", endpoint: null },
          "an endpoint of another scheme": { site: "wrong-4", endpoint: "mailto:collector@example.com" },
          "an endpoint that cannot be read": Object.defineProperty({ site: "wrong-5" }, "endpoint", {
            get: thrower,
            enumerable: true,
          }),
          "an unknown consent": { site: "wrong-6", endpoint, consent: "maybe" },
          "pageviews that are no flag": { site: "wrong-7", endpoint, pageviews: "some" },
          "a time that is a text": { site: "wrong-8", endpoint, idleTimeoutMs: "soon" },
          "a time below zero": { site: "wrong-9", endpoint, flushIntervalMs: -1 },
          "a number that is none": { site: "wrong-10", endpoint, maxBatchEvents: Number.NaN },
        };
        const told: Record<string, string> = {};
        for (const [name, options] of Object.entries(cases)) {
          try {
            const tracker = window.init(options) as unknown as AnyTracker;
            for (const method of methods) tracker[method]?.("granted");
            const fresh = window.init(options) as unknown as AnyTracker;
            told[name] = await fresh.ready.then(
              () => "works",
              (error) => `${error.name} ${error.code}`,
            );
          } catch (error) {
            told[name] = `thrown: ${error}`;
          }
        }
        return told;
      },
      [collector.gate.origin, METHODS] as [string, string[]],
    );
    assert.deepEqual(
      Object.entries(told).filter(([, what]) => what !== "TrackerError invalid_option"),
      [],
    );
    assert.ok(visitor.trackerSaid.length > 0, "the mistakes are on the console");
    assert.deepEqual(visitor.exceptions, []);
  });

  test("numbers out of their range are brought into it, and a mistake can be corrected", async () => {
    const { collector } = stage;
    const site = stage.newSite();
    const visitor = await stage.newVisitor();
    const page = await openWithInit(visitor, "/corrected");
    await page.evaluate(
      async ([site, endpoint]) => {
        await window.init({ site, endpoint, consent: "maybe" }).ready.catch(() => undefined);
        window.sillage = window.init({ site, endpoint, idleTimeoutMs: 1, flushIntervalMs: 1e9, maxBatchEvents: 0 });
      },
      [site, collector.gate.origin],
    );
    await expectEvents(collector, site, [pageview(page.url())], { pages: [page] });
  });

  test("track() takes anything, before and after the module is loaded, and says in debug mode what it left out", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve(
      "/strange",
      `<script>
         window.strange = () => {
           const { track } = window.sillage;
           const cyclic = { ok: 1 };
           cyclic.cycle = { back: cyclic };
           const thrower = () => { throw new Error("thrown by the page"); };
           track("cyclic", cyclic);
           track("big", { big: 12345678901234567890n });
           track("node", { ok: 1, node: document.body, nested: [document.body] });
           track("getter", Object.defineProperty({ ok: 1 }, "thrower", { get: thrower, enumerable: true }));
           track("to_json", { ok: 1, bad: { toJSON: thrower } });
           track("proxy", new Proxy({}, { ownKeys: thrower }));
           track("silent", { ok: 1, nothing: undefined, call: () => 1, symbol: Symbol("s"), none: null });
           track("numbers", { int: 3, float: 2.5, nan: NaN, inf: Infinity });
           track("kinds", { yes: true, list: [1, "two"], date: new Date(0), map: new Map([[1, 2]]) });
           track("half an emoji", { ok: 1, text: "\\ud83d", "\\udc00key": 1 });
           track("controls \\u0000 \\u001f \\u2028", { text: "a\\u0000b\\u001fc" });
           track(Symbol("name"), "no props");
           track("no object", 42);
           track("", { ok: 1 });
           track(undefined);
           track({ toString: thrower });
           track("x".repeat(257));
           track("too large", { text: "x".repeat(60000) });
           track("sound", { ok: 1 });
         };
         const early = setInterval(() => {
           if (!window.sillage) return;
           clearInterval(early);
           window.strange();
         }, 1);
       </script>${stage.tag(site, "data-debug")}`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await settled(page);
    await page.evaluate(() => (window as unknown as { strange(): void }).strange());
    const ok = { ok: 1 };
    const once = [
      event("cyclic", ok),
      event("big", { big: "12345678901234567890" }),
      event("node", ok),
      event("getter", ok),
      event("to_json", ok),
      event("proxy"),
      event("silent", ok),
      event("numbers", { int: 3, float: 2.5 }),
      event("kinds", { yes: true, list: [1, "two"], date: "1970-01-01T00:00:00.000Z", map: {} }),
      event("half an emoji", { ok: 1, text: "\ufffd", "\ufffdkey": 1 }),
      event("controls \u0000 \u001f \u2028", { text: "a\u0000b\u001fc" }),
      event("Symbol(name)"),
      event("no object"),
      event("sound", ok),
    ];
    await expectEvents(collector, site, [pageview(url), ...once, ...once], { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
    const left = ["cycle", "node", "nested", "thrower", "bad", "props"].map(
      (key) => `[sillage] its name: ${key} cannot be JSON`,
    );
    const dropped = ["invalid", "invalid", "invalid", "too_large"].map((reason) => `[sillage] dropped 1 ${reason}`);
    const said = [...left, ...left, ...dropped, ...dropped, ...Array(2).fill("[sillage] Error: thrown by the page")];
    const heard = visitor.trackerSaid.map((it) =>
      it.replace(/\] .*: (?=\w+ cannot be JSON)/, "] its name: ").replace(/(dropped 1 \w+): .+; .+/, "$1"),
    );
    assert.deepEqual(heard.sort(), said.sort());
  });

  test("a tracker that is not in debug mode says nothing", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/silent", stage.tag(site));
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.evaluate(() => {
      window.sillage?.track("");
      window.sillage?.track("node", { node: document.body as never });
    });
    await expectEvents(collector, site, [pageview(url), event("node")], { pages: [page] });
    assert.deepEqual(visitor.trackerSaid, []);
  });
});
