/** Captures of a page as a whole: how long it was seen, how far down, for how long it was used. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { settled } from "../support/browser.ts";
import { event, expectEvents, Id, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";

/** Ten windows high. */
const LONG = '<div style="height: 7000px"></div><a id="next" href="/next">Next</a>';

/** Scrolls until the window's lower edge is at that part of the page's height. */
async function scrollDownTo(page: Page, share: number) {
  await page.evaluate(async (share) => {
    const { scrollHeight } = document.scrollingElement ?? document.body;
    const scrolled = new Promise((resolve) => addEventListener("scroll", resolve, { once: true }));
    window.scrollTo(0, scrollHeight * share - innerHeight);
    await scrolled;
  }, share);
}

describe("captures of a page as a whole", () => {
  const stage = setStage();
  const served = (path: string, site: string, capture: string, body = LONG) =>
    stage.origin.serve(path, `<body style="margin: 0">${stage.tag(site, `data-clicks="false" ${capture}`)}${body}`);
  const asked = () => stage.collector.gate.asked.filter(({ path }) => path.startsWith("/captures-"));

  test("nothing is downloaded and nothing recorded where nothing is switched on", async () => {
    const site = stage.newSite();
    const url = served("/none", site, "");
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await scrollDownTo(page, 1);
    await page.goto(served("/next", site, ""));
    await expectEvents(stage.collector, site, [pageview(url), pageview(page.url())], { pages: [page] });
    assert.deepEqual(asked(), []);
    assert.deepEqual(visitor.exceptions, []);
  });

  test("depths are told as they are reached, and the end of a page by a link in time to arrive", async () => {
    const site = stage.newSite();
    const url = served("/long", site, 'data-capture="leave scroll=25,50,90"');
    const next = served("/next", site, 'data-capture="leave"', "next");
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await scrollDownTo(page, 0.55);
    await scrollDownTo(page, 0.3);
    await settled(page);
    await page.evaluate(() => document.getElementById("next")?.click());
    await page.waitForURL(next);
    const rows = await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "long" }),
        event("page_scrolled", { percent: 25 }, { view: "long", url }),
        event("page_scrolled", { percent: 50 }, { view: "long", url }),
        { correlationId: new Id("long"), webEvent: { eventName: "page_left", page: { url } } },
        pageview(next, { view: "next" }),
      ],
      { pages: [page] },
    );
    const left = attributesOf(rows[3]);
    assert.equal(left.scrollDepthPercent, 55);
    assert.ok((left.timeOnPageMs ?? 0) > 0 && (left.timeOnPageMs ?? 0) < 60_000, JSON.stringify(left));
    assert.deepEqual(visitor.exceptions, []);
    assert.deepEqual(visitor.trackerSaid, []);
  });

  test("a page of an application is left for the next one, under its own page view", async () => {
    const site = stage.newSite();
    const url = served("/app", site, 'data-capture="leave"');
    const page = await (await stage.newVisitor()).open(url);
    await page.evaluate(() => history.pushState(null, "", "/app/two"));
    await page.evaluate(() => history.replaceState(null, "", "/app/two#part"));
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "one" }),
        { correlationId: new Id("one"), webEvent: { eventName: "page_left", page: { url } } },
        pageview(`${stage.origin.origin}/app/two`, { view: "two" }),
      ],
      { pages: [page] },
    );
  });

  test("the time that a page was used is told when it is hidden or left, by the same clock", async () => {
    const site = stage.newSite();
    const url = served("/used", site, 'data-capture="engagement leave"');
    const visitor = await stage.newVisitor();
    await visitor.context.clock.install();
    const page = await visitor.open(url);
    await page.mouse.move(10, 10);
    await visitor.context.clock.runFor(5_000);
    await page.mouse.move(20, 20);
    await visitor.context.clock.runFor(120_000);
    await page.mouse.move(30, 30);
    await settled(page);
    await page.goto("about:blank");
    const other = await visitor.open(served("/other", site, ""));
    const rows = await expectEvents(
      stage.collector,
      site,
      [
        pageview(url),
        { webEvent: { eventName: "page_engaged" } },
        { webEvent: { eventName: "page_left" } },
        pageview(other.url()),
      ],
      { pages: [other] },
    );
    // 5 s until it was used, 30 s after it was used last; what passes really besides is less than 5 s.
    const engaged = attributesOf(rows[1]).engagedMs ?? 0;
    assert.ok(engaged >= 35_000 && engaged < 40_000, `${engaged} ms engaged`);
    const visible = attributesOf(rows[2]).timeOnPageMs ?? 0;
    assert.ok(visible >= 125_000 && visible < 130_000, `${visible} ms visible`);
  });

  test("a page is used again from the first press after its window was left, however soon that is", async () => {
    const site = stage.newSite();
    const url = served("/back", site, 'data-capture="engagement"');
    const visitor = await stage.newVisitor();
    await visitor.context.clock.install();
    const page = await visitor.open(url);
    await page.evaluate(() => {
      document.hasFocus = () => false;
      const press = () => document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
      press();
      window.dispatchEvent(new Event("blur"));
      press();
    });
    await visitor.context.clock.runFor(20_000);
    await settled(page);
    await page.goto("about:blank");
    const rows = await expectEvents(stage.collector, site, [
      pageview(url),
      { webEvent: { eventName: "page_engaged" } },
    ]);
    const engaged = attributesOf(rows[1]).engagedMs ?? 0;
    assert.ok(engaged >= 20_000 && engaged < 25_000, `${engaged} ms engaged`);
  });

  test("npm's options and the tag's text mean the same; what is misspelt is said, and the rest holds", async () => {
    const site = stage.newSite();
    const url = served("/wrong", site, 'data-capture="scrol scroll=100"');
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await scrollDownTo(page, 1);
    await expectEvents(stage.collector, site, [pageview(url), event("page_scrolled", { percent: 100 })], {
      pages: [page],
    });
    assert.deepEqual(visitor.trackerSaid, ["[sillage] capture: scrol is not a capture"]);
  });

  test("after stop() nothing is left of them", async () => {
    const site = stage.newSite();
    const url = served("/stop", site, 'data-capture="scroll leave engagement"');
    const visitor = await stage.newVisitor(() => {
      const listening: string[] = [];
      Object.assign(window, { listening });
      const { addEventListener: add, removeEventListener: remove } = window;
      const isOurs = () => /\/sillage\.js|\/tracker-|\/captures-/.test(new Error().stack ?? "");
      window.addEventListener = (...args: unknown[]) => {
        if (isOurs()) listening.push(String(args[0]));
        (add as (...args: unknown[]) => void).apply(window, args);
      };
      window.removeEventListener = (...args: unknown[]) => {
        if (isOurs()) listening.splice(listening.indexOf(String(args[0])), 1);
        (remove as (...args: unknown[]) => void).apply(window, args);
      };
    });
    const page = await visitor.open(url);
    await settled(page);
    assert.match(String(await page.evaluate("listening")), /click.*scroll/);
    await page.evaluate(() => window.sillage?.stop());
    assert.deepEqual(await page.evaluate("listening"), []);
    await scrollDownTo(page, 1);
    await page.goto("about:blank");
    await expectEvents(stage.collector, site, [pageview(url)]);
    assert.deepEqual(visitor.exceptions, []);
  });

  test("where the captures cannot be loaded, the tracker works as ever", async () => {
    const site = stage.newSite();
    const url = served("/blocked", site, 'data-capture="scroll=50"');
    const visitor = await stage.newVisitor();
    await visitor.context.route(/\/captures-/, (route) => route.abort());
    const page = await visitor.open(url);
    await scrollDownTo(page, 1);
    await page.evaluate(() => window.sillage?.track("bought"));
    await expectEvents(stage.collector, site, [pageview(url), event("bought")], { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
  });
});

/** The numbers among an event's attributes. */
function attributesOf(row: unknown): Record<string, number> {
  const { webEvent } = row as { webEvent: { attributes: Record<string, { value: string }> } };
  return Object.fromEntries(Object.entries(webEvent.attributes).map(([key, { value }]) => [key, Number(value)]));
}
