/** The page never notices: whatever it passes in and whatever it has done to the browser, no exception reaches it. */
import assert from "node:assert/strict";
import { before, describe } from "node:test";
import { settled, type Visitor } from "./support/browser.ts";
import { dist } from "./support/collector.ts";
import { click, event, expectEvents, pageview } from "./support/expect-events.ts";
import { answer, isBatch } from "./support/gate.ts";
import { setStage, test } from "./support/stage.ts";

declare global {
  interface Window {
    init: (options?: unknown) => import("../../js/types.ts").Tracker;
    live: string[];
    heard: unknown[];
  }
}

/** A tracker that is called without regard to its types. */
type AnyTracker = Record<string, (...args: unknown[]) => unknown> & { ready: Promise<void> };

/** Every method of a tracker, as a page may call it. */
const METHODS = ["track", "page", "consent", "flush", "stats", "stop"];

describe("host safety", () => {
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
      event("controls \u0000   \u2028", { text: "a\u0000b\u001fc" }),
      event("Symbol(name)"),
      event("no object"),
      event("sound", ok),
    ];
    await expectEvents(collector, site, [pageview(url), ...once, ...once], { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
    const left = ["cycle", "node", "nested", "thrower", "bad", "props"].map(
      (key) => `[sillage] track: ${key} cannot be written as JSON and is left out`,
    );
    const dropped = ["invalid", "invalid", "invalid", "too_large"].map((reason) => `[sillage] dropped 1 ${reason}`);
    const said = [...left, ...left, ...dropped, ...dropped, ...Array(2).fill("[sillage] Error: thrown by the page")];
    assert.deepEqual([...visitor.trackerSaid].sort(), said.sort());
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

  test("a fetch of the page's own that throws costs nothing: what waits leaves with the page", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/fetch-throws", stage.tag(site));
    const visitor = await stage.newVisitor(() => {
      const { fetch } = window;
      window.fetch = (input, init) => {
        if (init?.method === "POST") throw new TypeError("replaced by the page");
        return fetch(input, init);
      };
    });
    const page = await visitor.open(url);
    await page.evaluate(() => window.sillage?.track("seen"));
    await page.goto(origin.serve("/nothing", "nothing"));
    await expectEvents(collector, site, [pageview(url), event("seen")]);
    assert.deepEqual(visitor.exceptions, []);
  });

  test("a fetch of the page's own that never settles is given up after half a minute", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/fetch-hangs", stage.tag(site));
    const visitor = await stage.newVisitor(() => {
      const { fetch } = window;
      let isFirst = true;
      window.heard = [];
      window.fetch = (input, init) => {
        if (init?.method !== "POST" || !isFirst) return fetch(input, init);
        isFirst = false;
        window.heard.push("first");
        return new Promise(() => undefined);
      };
    });
    await visitor.context.clock.install();
    const page = await visitor.open(url);
    await page.waitForFunction(() => window.heard.length > 0);
    await visitor.context.clock.fastForward(31_000);
    await expectEvents(collector, site, [pageview(url)], { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
  });

  test("a fetch or sendBeacon of the page's own may record events itself", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/re-entrant", stage.tag(site));
    const visitor = await stage.newVisitor(() => {
      const { fetch } = window;
      const { sendBeacon } = Navigator.prototype;
      let calls = 0;
      window.fetch = (input, init) => {
        if (init?.method === "POST" && ++calls === 1) window.sillage?.track("inside_fetch");
        return fetch(input, init);
      };
      navigator.sendBeacon = function (...args) {
        if (++calls < 100) window.sillage?.track("inside_beacon");
        calls = 100;
        return sendBeacon.apply(this, args);
      };
    });
    const page = await visitor.open(url);
    await settled(page);
    await page.evaluate(() => window.sillage?.track("seen"));
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide")));
    await expectEvents(collector, site, [pageview(url), event("inside_fetch"), event("seen"), event("inside_beacon")], {
      pages: [page],
    });
    assert.deepEqual(visitor.exceptions, []);
  });

  test("a sendBeacon that throws neither freezes the page nor loses what waits", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/beacon-throws", stage.tag(site, 'data-flush-interval-ms="60000"'));
    const visitor = await stage.newVisitor(() => {
      navigator.sendBeacon = () => {
        throw new TypeError("replaced by the page");
      };
    });
    const page = await visitor.open(url);
    await settled(page);
    await page.evaluate(() => window.sillage?.track("seen"));
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide")));
    await page.evaluate(() => window.sillage?.track("still_alive"));
    await expectEvents(collector, site, [pageview(url), event("seen"), event("still_alive")], { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
  });

  test("a page whose own DOM functions throw does not hear of it", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/dom-throws", stage.tag(site));
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.evaluate(async () => {
      const thrower = () => {
        throw new Error("replaced by the page");
      };
      document.querySelectorAll = thrower;
      history.pushState({}, "", "/dom-throws/next");
      await new Promise((next) => setTimeout(next));
      window.sillage?.page();
      window.sillage?.track("seen");
    });
    await settled(page);
    await collector.caughtUp();
    assert.ok(collector.rows(site).some((row) => JSON.stringify(row.event).includes('"seen"')));
    assert.deepEqual(visitor.exceptions, []);
  });

  test("an unreachable collector disturbs nobody, and gets everything when it is back", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/unreachable", `${stage.tag(site)}<button id="buy">Buy</button>`);
    let isDown = true;
    collector.gate.handler = async (asked, forward) => (isDown && isBatch(asked) ? undefined : forward());
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.click("#buy");
    await collector.gate.wasAsked(isBatch);
    assert.equal((await page.evaluate(() => window.sillage?.stats()))?.pending, 2);
    isDown = false;
    await expectEvents(collector, site, [pageview(url), click("#buy")], { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
    assert.deepEqual(visitor.trackerSaid, []);
  });

  for (const missing of [".wasm", "/tracker-"]) {
    test(`without its file *${missing}* the tracker does nothing, and one line says why`, async () => {
      const { collector, origin } = stage;
      const site = stage.newSite();
      collector.gate.handler = async ({ path }, forward) =>
        path.includes(missing) ? answer(404, "not here") : forward();
      const url = origin.serve("/missing", `${stage.tag(site)}<button id="buy">Buy</button>`);
      const visitor = await stage.newVisitor();
      const page = await visitor.openBare(url);
      await page.waitForFunction(() => window.sillage);
      const told = await page.evaluate(
        async (methods) => {
          const tracker = window.sillage as unknown as AnyTracker;
          for (const method of methods) tracker[method]?.("granted");
          const rejection = await tracker.ready.then(
            () => "works",
            (error) => `${error.name} ${error.code}`,
          );
          for (const method of methods) tracker[method]?.("granted");
          return { rejection, stats: tracker.stats?.() };
        },
        METHODS.filter((method) => method !== "stop"),
      );
      assert.deepEqual(told, {
        rejection: "TrackerError load_failed",
        stats: { tracked: 0, sent: 0, pending: 0, dropped: 0 },
      });
      await page.click("#buy");
      await expectEvents(collector, site, []);
      assert.deepEqual(visitor.exceptions, []);
      assert.equal(visitor.trackerSaid.length, 1);
    });
  }

  test("stop() sends what waits and leaves the page as it was", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve(
      "/stop",
      `${stage.tag(site, 'data-flush-interval-ms="60000"')}<button id="buy">Buy</button>`,
    );
    const visitor = await stage.newVisitor(() => {
      const { addEventListener, removeEventListener } = EventTarget.prototype;
      const live = new Set<string>();
      const numbers = new Map<unknown, number>();
      window.live = [];
      const told = (target: EventTarget, type: string, heard: unknown, options: unknown) => {
        if (!numbers.has(heard)) numbers.set(heard, numbers.size);
        const isCapture = typeof options === "object" ? (options as AddEventListenerOptions | null)?.capture : options;
        return [target.constructor.name, type, numbers.get(heard), Boolean(isCapture)].join(" ");
      };
      EventTarget.prototype.addEventListener = function (type: string, heard: never, options?: never) {
        // The page and the test driver listen too.
        if (new Error().stack?.includes("/tracker-")) live.add(told(this, type, heard, options));
        window.live = [...live];
        addEventListener.call(this, type, heard, options);
      };
      EventTarget.prototype.removeEventListener = function (type: string, heard: never, options?: never) {
        live.delete(told(this, type, heard, options));
        window.live = [...live];
        removeEventListener.call(this, type, heard, options);
      };
    });
    const page = await visitor.open(url);
    assert.ok((await page.evaluate(() => window.live.length)) > 5, "the tracker listens");
    await settled(page);
    await page.evaluate(() => {
      window.sillage?.track("waiting");
      window.sillage?.stop();
    });
    assert.deepEqual(await page.evaluate(() => window.live), []);
    assert.ok(await page.evaluate(() => history.pushState === History.prototype.pushState));
    assert.ok(await page.evaluate(() => history.replaceState === History.prototype.replaceState));
    await page.click("#buy");
    await page.evaluate(() => {
      history.pushState({}, "", "/stop/next");
      window.sillage?.track("too_late");
      window.sillage?.page();
      window.sillage?.stop();
    });
    await page.close({ runBeforeUnload: true });
    await expectEvents(collector, site, [pageview(url), event("waiting")]);
    assert.deepEqual(visitor.exceptions, []);
  });
});
