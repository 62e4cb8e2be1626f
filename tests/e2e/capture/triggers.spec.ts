/** Events that a site declares: by a list, and by marks on its elements. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { settled } from "../support/browser.ts";
import { click, event, expectEvents, Id, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";

/** An empty space of a window and a half. */
const SPACE = '<div style="height: 1050px"></div>';

describe("events that a site declares", () => {
  const stage = setStage();
  const served = (path: string, site: string, capture: unknown, body: string) => {
    const text = typeof capture === "string" ? capture : JSON.stringify(capture);
    return stage.origin.serve(path, `<!doctype html>${stage.tag(site, `data-capture='${text}'`)}${body}`);
  };
  /** Has what came into view been told to the observers of the page? They are called with the next frame but one. */
  const framed = (page: Page) =>
    page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const into = async (page: Page, selector: string) => {
    await page.locator(selector).scrollIntoViewIfNeeded();
    await framed(page);
  };

  test("marked elements are told when they are seen: in a shadow tree, and added later, but not those that nobody reached", async () => {
    const site = stage.newSite();
    const url = served(
      "/marks",
      site,
      "triggers",
      `<p id="top" data-sillage-view="top_seen" data-sillage-seconds="0">Top</p>${SPACE}
       <x-card id="card"><template shadowrootmode="open">
         <p id="deep" data-sillage-view="" data-sillage-name="deep card" data-sillage-seconds="0">Deep</p></template></x-card>
       <div id="later"></div>${SPACE}
       <p id="ignored" data-sillage-ignore><b data-sillage-view="ignored_seen" data-sillage-seconds="0">Ignored</b></p>
       <p data-sillage-view="bottom_seen" data-sillage-seconds="0">Bottom</p>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await framed(page);
    await into(page, "#deep");
    await page.evaluate(() => {
      class Late extends HTMLElement {
        connectedCallback() {
          this.attachShadow({ mode: "open" }).innerHTML =
            '<p id="late" data-sillage-view="late_seen" data-sillage-seconds="0" data-sillage-prop-item-id="7">Late</p>';
        }
      }
      document.querySelector("#later")?.append(document.createElement("x-late"));
      setTimeout(() => customElements.define("x-late", Late), 200);
    });
    await expectEvents(stage.collector, site, [
      pageview(url, { view: "page" }),
      event("top_seen", { element: "#top" }, { view: "page", url }),
      event("element_viewed", { element: "deep card" }, { view: "page" }),
      event("late_seen", { element: "#late", itemId: "7" }, { view: "page" }),
    ]);
    await settled(page);
    assert.deepEqual(visitor.exceptions, []);
    assert.deepEqual(visitor.trackerSaid, []);
  });

  test("what passes by is not seen; what stays is, once a page view or each time, and never in a hidden tab", async () => {
    const site = stage.newSite();
    const view = (event: string, more: object) => ({ on: "view", selector: "#offer", event, ...more });
    const url = served(
      "/dwell",
      site,
      {
        triggers: [
          view("offer_seen", { seconds: 5, props: { element: "ours", place: 3 } }),
          view("offer_seen_again", { seconds: 5, repeat: true }),
          view("offer_seen_whole", { seconds: 5, percentage: 100 }),
        ],
      },
      `${SPACE}<div id="offer" style="height: 200px">Offer</div>${SPACE}`,
    );
    const visitor = await stage.newVisitor();
    await visitor.context.clock.install();
    const page = await visitor.open(url);
    const passes = (ms: number) => visitor.context.clock.runFor(ms);
    /** Scrolls until so much of the offer's 200 pixels is above the window's lower edge. */
    const show = async (pixels: number) => {
      await page.evaluate(async (pixels) => {
        const offer = document.querySelector("#offer") as Element;
        scrollBy(0, offer.getBoundingClientRect().top + pixels - innerHeight);
        // Told after the tracker's, which is older.
        await new Promise((told) => new IntersectionObserver(told).observe(offer));
      }, pixels);
    };
    const setHidden = (isHidden: boolean) =>
      page.evaluate((isHidden) => {
        Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
        dispatchEvent(new Event("visibilitychange"));
      }, isHidden);
    await show(150);
    await passes(4_000);
    await show(0);
    await passes(10_000);
    await show(150);
    await passes(3_000);
    await setHidden(true);
    await passes(60_000);
    await settled(page);
    assert.equal(stage.collector.rows(site).length, 1, "nobody has seen the offer for five seconds");
    await setHidden(false);
    await passes(3_000);
    await show(0);
    await show(120);
    await passes(6_000);
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "page" }),
        event("offer_seen", { element: "ours", place: 3 }, { view: "page" }),
        event("offer_seen_again", { element: "#offer" }, { view: "page" }),
        event("offer_seen_again", { element: "#offer" }, { view: "page" }),
      ],
      { pages: [page], order: "stored" },
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  test("clicks and forms have events of the site's own, which follow from the click; depth and time too", async () => {
    const site = stage.newSite();
    const url = served(
      "/list",
      site,
      {
        idle: 30,
        triggers: [
          { on: "click", selector: "#plans button", event: "plan_chosen", props: { from: "list" } },
          { on: "submit", selector: "form#news", event: "newsletter_joined" },
          { on: "scroll", percentage: 60, event: "middle_reached" },
          { on: "time", seconds: 20, event: "page_read", props: { seconds: 20 } },
          { on: "idle", seconds: 40, event: "help_offered" },
        ],
      },
      `<div id="plans"><button id="m"><b>M</b></button></div>
       <p id="plain" data-sillage-click="plain_clicked">Plain</p>
       <form id="news" onsubmit="return false"><input name="mail"><button id="join">Join</button></form>
       <form id="marked" data-sillage-submit="form_sent" onsubmit="return false"><button id="send">Send</button></form>
       <div style="height: 3000px"></div>`,
    );
    const visitor = await stage.newVisitor();
    await visitor.context.clock.install();
    const page = await visitor.open(url);
    await page.click("#m b");
    await page.focus("#m");
    await page.keyboard.press("Enter");
    await page.click("#plain");
    await page.click("#join");
    await page.click("#send");
    await page.evaluate(async () => {
      const scrolled = new Promise((resolve) => addEventListener("scroll", resolve, { once: true }));
      scrollTo(0, 2000);
      await scrolled;
    });
    await visitor.context.clock.runFor(60_000);
    await page.mouse.move(50, 50);
    await visitor.context.clock.runFor(31_000);
    const clicked = (element: string, id: string) => click(element, { view: "page", also: { id: new Id(id) } });
    const following = (id: string, name: string, attributes: Record<string, unknown>) =>
      event(name, attributes, { also: { correlationId: new Id(id) } });
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "page" }),
        clicked("#m", "mouse"),
        following("mouse", "plan_chosen", { element: "#m", from: "list" }),
        clicked("#m", "keyboard"),
        following("keyboard", "plan_chosen", { element: "#m", from: "list" }),
        event("plain_clicked", { element: "#plain" }, { view: "page" }),
        clicked("#join", "join"),
        event("newsletter_joined", { element: "#news" }, { view: "page" }),
        clicked("#send", "send"),
        event("form_sent", { element: "#marked" }, { view: "page" }),
        event("middle_reached", {}, { view: "page" }),
        event("page_read", { seconds: 20 }, { view: "page" }),
        event("visitor_idled", { idleSeconds: 30 }, { view: "page" }),
        event("visitor_idled", { idleSeconds: 30 }, { view: "page" }),
        event("help_offered", {}, { view: "page" }),
      ],
      // A minute passes at once: what it brings about is in several batches, any of which may be stored first.
      { pages: [page], order: "stored", timed: ["page_read", "visitor_idled", "help_offered"] },
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  test("what is wrong in a list or a mark is said with its place, and the rest holds", async () => {
    const site = stage.newSite();
    const url = served(
      "/wrong",
      site,
      {
        triggers: [
          { on: "hover", selector: "p", event: "x" },
          { on: "click", selector: "p:(", event: "x" },
          { on: "click", event: "x" },
          { on: "time", seconds: "soon", event: "x" },
          null,
          { on: "click", selector: "p", event: "text_clicked" },
        ],
      },
      '<p id="text">Text</p><b data-sillage-view="bold_seen" data-sillage-seconds="long">Bold</b>',
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.click("#text");
    await expectEvents(stage.collector, site, [pageview(url), event("text_clicked", { element: "#text" })], {
      pages: [page],
    });
    const on = "on must be view, click, submit, scroll, idle or time";
    const selector = "selector must be one of CSS";
    assert.deepEqual(
      visitor.trackerSaid.map((it) => it.replace("[sillage] capture: ", "")),
      [
        `triggers[0]: ${on}`,
        `triggers[1]: ${selector}`,
        `triggers[2]: ${selector}`,
        "triggers[3]: seconds must be a number from 1 to 3600",
        `triggers[4]: ${on}`,
        "data-sillage-view: seconds must be a number from 0 to 600",
      ],
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  test("JSON that cannot be read is said, and the tracker works as ever", async () => {
    const site = stage.newSite();
    const url = served("/broken", site, '{"leave": true,}', "");
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await expectEvents(stage.collector, site, [pageview(url)], { pages: [page] });
    assert.deepEqual(visitor.trackerSaid, ["[sillage] capture: JSON is not a capture"]);
  });

  test("after stop() no observer is left, and no timer", async () => {
    const site = stage.newSite();
    const url = served(
      "/stop",
      site,
      "triggers idle=5",
      '<p data-sillage-view="seen" data-sillage-seconds="5">Text</p>',
    );
    const visitor = await stage.newVisitor(() => {
      const left = { observers: 0, most: 0 };
      Object.assign(window, { left });
      for (const name of ["MutationObserver", "IntersectionObserver"] as const) {
        const { observe, disconnect } = window[name].prototype as MutationObserver;
        const isOurs = () => /\/captures-/.test(new Error().stack ?? "");
        const watching = new WeakSet<object>();
        Object.assign(window[name].prototype, {
          observe(this: MutationObserver, ...args: [Node, MutationObserverInit]) {
            if (isOurs() && !watching.has(this)) {
              watching.add(this);
              left.observers++;
              left.most = Math.max(left.most, left.observers);
            }
            return observe.apply(this, args);
          },
          disconnect(this: MutationObserver) {
            if (watching.delete(this)) left.observers--;
            return disconnect.apply(this);
          },
        });
      }
    });
    await visitor.context.clock.install();
    await visitor.context.addInitScript(() => {
      const { setTimeout, clearTimeout } = window;
      const timers = new Set<number>();
      Object.assign(window, {
        timers,
        setTimeout(...args: [TimerHandler, number]) {
          const timer = setTimeout(...args);
          // The first of ours on the stack: what is captured leads to timers of the tracker too.
          if (/\/(captures|tracker)-/.exec(new Error().stack ?? "")?.[1] === "captures") timers.add(timer);
          return timer;
        },
        clearTimeout(timer: number) {
          timers.delete(timer);
          clearTimeout(timer);
        },
      });
    });
    const page = await visitor.open(url);
    await settled(page);
    assert.equal(await page.evaluate("left.most"), 2);
    assert.equal(
      await page.evaluate("timers.size"),
      1,
      "one wake-up is pending, however many triggers wait for a time",
    );
    await page.evaluate(() => window.sillage?.stop());
    assert.equal(await page.evaluate("left.observers"), 0);
    assert.equal(await page.evaluate("timers.size"), 0);
    await page.evaluate(() => {
      document.body.insertAdjacentHTML(
        "beforeend",
        '<p data-sillage-view="added_seen" data-sillage-seconds="0">Text</p>',
      );
    });
    await visitor.context.clock.runFor(60_000);
    await page.goto("about:blank");
    await expectEvents(stage.collector, site, [pageview(url)]);
    assert.deepEqual(visitor.exceptions, []);
  });
});
