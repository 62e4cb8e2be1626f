/** Trackers beside each other, and beside a page that must not notice: mistakes that other trackers are known for. */
import assert from "node:assert/strict";
import { before, describe } from "node:test";
import { dist } from "../support/collector.ts";
import { click, event, expectEvents, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";

const EVERYTHING =
  "leave scroll engagement forms links downloads contacts rage dead errors errorClicks media search idle vitals triggers";

describe("captures together", () => {
  const stage = setStage();
  before(() => stage.origin.serveFolder("/npm/", `${dist}/npm`));

  test("two trackers of one page record each click once each, and one goes on when the other has stopped", async () => {
    const [one, two] = [stage.newSite(), stage.newSite()];
    const url = stage.origin.serve(
      "/two-trackers",
      `<!doctype html><title>Two</title>
       <script type="module">import { init } from "/npm/index.js"; window.init = init;</script>
       <button id="buy">Buy</button><p id="text">Text</p>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.openBare(url);
    await page.waitForFunction(() => window.init);
    await page.evaluate(
      async ([one, two, endpoint]) => {
        const trackers = [one, two].map((site) =>
          window.init({
            site,
            endpoint,
            capture: { triggers: [{ on: "click", selector: "#text", event: `clicked_${site}`.replace("-", "_") }] },
          }),
        );
        Object.assign(window, { trackers });
        await Promise.all(trackers.map(({ ready }) => ready));
      },
      [one, two, stage.collector.gate.origin] as const,
    );
    await page.click("#buy");
    await page.click("#text");
    await page.evaluate("trackers[0].stop()");
    await page.click("#buy");
    await page.click("#text");
    await page.evaluate("history.pushState(null, '', '/two-trackers/next')");
    await page.evaluate("(async () => { await 0; trackers[1].flush(); })()");
    const told = (site: string) => event(`clicked_${site.replace("-", "_")}`, { element: "#text" });
    await expectEvents(stage.collector, one, [pageview(url), click("#buy"), told(one)]);
    await expectEvents(stage.collector, two, [
      pageview(url, { view: "page" }),
      click("#buy", { view: "page" }),
      told(two),
      click("#buy", { view: "page" }),
      told(two),
      pageview(`${url}/next`),
    ]);
    assert.deepEqual(visitor.exceptions, []);
  });

  test("no click, key or form is prevented or put off, whatever is captured", async () => {
    const site = stage.newSite();
    const next = stage.origin.serve("/next", `<!doctype html>${stage.tag(site)}Next`);
    const url = stage.origin.serve(
      "/untouched",
      `<!doctype html>${stage.tag(site, `data-capture="${EVERYTHING}"`)}
       <form id="form" action="/next"><input id="field" name="q"><button id="send">Send</button></form>
       <a id="link" href="#part" data-sillage-click="link_clicked">Link</a>`,
    );
    const visitor = await stage.newVisitor(() => {
      const meddled: string[] = [];
      Object.assign(window, { meddled });
      for (const name of ["preventDefault", "stopPropagation", "stopImmediatePropagation"] as const) {
        const original = Event.prototype[name];
        Event.prototype[name] = function () {
          meddled.push(`${name} of ${this.type}`);
          original.call(this);
        };
      }
    });
    const page = await visitor.open(url);
    await page.click("#link");
    await page.focus("#field");
    await page.keyboard.type("rope");
    await page.keyboard.press("Tab");
    assert.deepEqual(await page.evaluate("meddled"), []);
    await page.keyboard.press("Enter");
    await page.waitForURL(`${next}?q=rope`);
    const names = () => stage.collector.rows(site).map(({ event }) => Object(event.webEvent).eventName ?? "clicked");
    const expected = [
      "page_viewed",
      "clicked",
      "link_clicked",
      "form_started",
      "clicked",
      "form_submitted",
      "page_left",
    ];
    assert.ok(
      await stage.collector.until(() => expected.every((name) => names().includes(name)), 8_000),
      `only ${names()} came`,
    );
    assert.deepEqual(visitor.exceptions, []);
  });
});
