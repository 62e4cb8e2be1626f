/** Web vitals: what the browser has measured of a document, by npm's web-vitals. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { ENGINE, settled } from "../support/browser.ts";
import { event, expectEvents, Id, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";

/** Text that is painted, and moved by what comes above it later. */
const BODY = `<div id="above"></div><h1>A page with something to see</h1>
  <button id="slow" onclick="const end = performance.now() + 80; while (performance.now() < end);">Slow</button>`;

describe("web vitals", () => {
  const stage = setStage();
  const served = (path: string, site: string, capture: string) =>
    stage.origin.serve(
      path,
      `<!doctype html><title>Page</title>${stage.tag(site, `data-clicks="false" data-capture="${capture}"`)}${BODY}`,
    );
  const asked = () => stage.collector.gate.asked.filter(({ path }) => path.startsWith("/vitals-"));
  /** Waits for what measures, and for the page to be painted. */
  const measuring = async (page: Page) => {
    while (asked().length === 0) await new Promise((later) => setTimeout(later, 20));
    await page.waitForLoadState("networkidle");
    await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  };
  const told = { correlationId: new Id("page"), webEvent: { eventName: "vitals_measured" } };

  test("they are told once, when the page is hidden, and are not downloaded where they are not named", async () => {
    const site = stage.newSite();
    const url = served("/measured", site, "vitals");
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await measuring(page);
    await page.click("#slow");
    await page.evaluate(async () => {
      const above = document.querySelector("#above") as HTMLElement;
      // Half a second after an input nothing counts as unexpected: it is moved until something does.
      const moving = setInterval(() => {
        above.style.height = above.style.height ? "" : "300px";
      }, 400);
      await new Promise<void>((moved) => {
        if (!PerformanceObserver.supportedEntryTypes.includes("layout-shift")) return moved();
        new PerformanceObserver((list) => {
          const shifts = list.getEntries() as (PerformanceEntry & { hadRecentInput?: boolean })[];
          // Told after web-vitals' own, which is older and waits for its turn.
          if (shifts.some(({ hadRecentInput }) => !hadRecentInput)) setTimeout(moved, 50);
        }).observe({ type: "layout-shift" });
      });
      clearInterval(moving);
    });
    for (const isHidden of [true, false, true]) {
      await page.evaluate((isHidden) => {
        Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
        Object.defineProperty(document, "visibilityState", {
          value: isHidden ? "hidden" : "visible",
          configurable: true,
        });
        document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
      }, isHidden);
    }
    const rows = await expectEvents(stage.collector, site, [pageview(url, { view: "page" }), told], { pages: [page] });
    const { attributes } = Object(rows[1]?.webEvent) as { attributes: Record<string, { value: string }> };
    const number = (name: string) => Number(attributes[name]?.value);
    assert.equal(attributes.navigationType?.value, "navigate");
    assert.ok(number("ttfbMs") >= 0 && number("fcpMs") > 0, JSON.stringify(attributes));
    if (ENGINE === "chromium") {
      assert.ok(number("lcpMs") >= number("fcpMs"), JSON.stringify(attributes));
      assert.ok(number("inpMs") >= 80 && number("inpMs") < 5_000, JSON.stringify(attributes));
      assert.ok(number("cls") > 0 && number("cls") < 1, JSON.stringify(attributes));
    }
    assert.deepEqual(visitor.exceptions, []);
    assert.deepEqual(visitor.trackerSaid, []);

    const other = stage.newSite();
    const before = asked().length;
    const bare = await visitor.open(served("/bare", other, "leave"));
    await settled(bare);
    await bare.waitForLoadState("networkidle");
    assert.equal(asked().length, before);
  });

  test("a page that is left by a link tells them in time to arrive", async () => {
    const site = stage.newSite();
    const url = served("/left", site, "vitals");
    const next = stage.origin.serve("/next", `<!doctype html>${stage.tag(site)}Next`);
    const page = await (await stage.newVisitor()).open(url);
    await measuring(page);
    await settled(page);
    await page.evaluate((next) => {
      location.href = next;
    }, next);
    await page.waitForURL(next);
    await expectEvents(stage.collector, site, [pageview(url, { view: "page" }), told, pageview(next)], {
      pages: [page],
    });
  });

  test("after stop() nothing of the package listens or observes", async () => {
    const site = stage.newSite();
    const url = served("/stop", site, "vitals");
    const visitor = await stage.newVisitor(() => {
      const left: string[] = [];
      Object.assign(window, { left });
      const isOurs = () => /\/vitals-/.test(new Error().stack ?? "");
      const { addEventListener: add, removeEventListener: remove } = window;
      window.addEventListener = (...args: unknown[]) => {
        if (isOurs()) left.push(String(args[0]));
        (add as (...args: unknown[]) => void).apply(window, args);
      };
      window.removeEventListener = (...args: unknown[]) => {
        if (isOurs() && left.includes(String(args[0]))) left.splice(left.indexOf(String(args[0])), 1);
        (remove as (...args: unknown[]) => void).apply(window, args);
      };
      const { observe, disconnect } = PerformanceObserver.prototype;
      const observing = new Set<PerformanceObserver>();
      PerformanceObserver.prototype.observe = function (options) {
        if (isOurs() && !observing.has(this)) {
          observing.add(this);
          left.push("observer");
        }
        observe.call(this, options);
      };
      PerformanceObserver.prototype.disconnect = function () {
        if (observing.delete(this)) left.splice(left.indexOf("observer"), 1);
        disconnect.call(this);
      };
    });
    const page = await visitor.open(url);
    await measuring(page);
    assert.match(String(await page.evaluate("left")), /visibilitychange.*observer|observer.*visibilitychange/);
    await page.evaluate(() => window.sillage?.stop());
    assert.deepEqual(await page.evaluate("left"), []);
    await page.goto("about:blank");
    await expectEvents(stage.collector, site, [pageview(url)]);
    assert.deepEqual(visitor.exceptions, []);
  });

  test("where the package cannot be loaded, the other captures work", async () => {
    const site = stage.newSite();
    const url = served("/blocked", site, "vitals leave");
    const visitor = await stage.newVisitor();
    await visitor.context.route(/\/vitals-/, (route) => route.abort());
    const page = await visitor.open(url);
    await settled(page);
    await page.goto("about:blank");
    await expectEvents(stage.collector, site, [
      pageview(url, { view: "page" }),
      event("page_left", {}, { view: "page", also: { webEvent: { attributes: undefined } } }),
    ]);
    assert.deepEqual(visitor.exceptions, []);
  });
});
