/** Whatever a page has done to the browser, and whatever fails, no exception reaches it. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { type AnyTracker, METHODS, settled, withoutWebAssembly } from "./support/browser.ts";
import { click, event, expectEvents, pageview } from "./support/expect-events.ts";
import { answer, isBatch } from "./support/gate.ts";
import { setStage, test } from "./support/stage.ts";

declare global {
  interface Window {
    /** Listeners that the tracker has added and not removed. */
    live: string[];
    /** What the page's own functions were called for. */
    heard: unknown[];
  }
}

/** In the page: keeps in `window.live` the listeners that the tracker has. */
function watchListeners() {
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
    if (/\/sillage\.js|\/tracker-|\/fallback-/.test(new Error().stack ?? ""))
      live.add(told(this, type, heard, options));
    window.live = [...live];
    addEventListener.call(this, type, heard, options);
  };
  EventTarget.prototype.removeEventListener = function (type: string, heard: never, options?: never) {
    live.delete(told(this, type, heard, options));
    window.live = [...live];
    removeEventListener.call(this, type, heard, options);
  };
}

describe("host safety", () => {
  const stage = setStage();

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

  test("a fetch of the page's own that never settles is given up after ten seconds", async () => {
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
    await visitor.context.clock.fastForward(11_000);
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

  for (const [what, missing] of [
    ["its script", "/tracker-"],
    ["WebAssembly and its stand-in", "/fallback-"],
  ] as const) {
    test(`without ${what} the tracker sends nothing, and one line says why`, async () => {
      const { collector, origin } = stage;
      const site = stage.newSite();
      collector.gate.handler = async ({ path }, forward) =>
        path.includes(missing) ? answer(404, "not here") : forward();
      const url = origin.serve("/missing", `${stage.tag(site)}<button id="buy">Buy</button>`);
      const visitor = await stage.newVisitor(missing === "/fallback-" ? withoutWebAssembly : undefined);
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
        // The page, and twice a call of track() and of page(): kept for a page that has the file.
        stats: { tracked: 5, sent: 0, pending: 5, dropped: 0 },
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
    const visitor = await stage.newVisitor(watchListeners);
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

  test("a tracker whose option is wrong leaves no listener behind", async () => {
    const url = stage.origin.serve("/wrong", stage.tag(stage.newSite(), 'data-idle-timeout-ms="soon"'));
    const visitor = await stage.newVisitor(watchListeners);
    const page = await visitor.openBare(url);
    await page.waitForFunction(() => window.sillage);
    const code = await page.evaluate(() => window.sillage?.ready.catch((error) => error.code));
    assert.equal(code, "invalid_option");
    assert.deepEqual(await page.evaluate(() => window.live), []);
  });
});
