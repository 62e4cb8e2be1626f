/** Offers and items that a page marks, on pages of its own; on the demo shop see deals.spec.ts. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { settled } from "../support/browser.ts";
import { click, event, expectEvents, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";

describe("marks", () => {
  const stage = setStage();

  const isStored = (site: string, name: string, state: string) => () =>
    stage.collector.rows(site).some(({ event }) => {
      const { action, actionMap } = (event.webActionEvent ?? {}) as Record<string, Record<string, string>>;
      return actionMap?.displayName === name && action?.state === state;
    });

  test("an offer is offered when it is really seen, and answered, refused, out of time or ignored once", async () => {
    const site = stage.newSite();
    const url = stage.origin.serve(
      "/offers",
      `<!doctype html>${stage.tag(site, 'data-marks="offers"')}
       <a id="taken" href="#x" data-sillage-offer="taken">Take it</a>
       <div data-sillage-offer="asked" data-sillage-offer-id="o-2"><button id="yes" data-sillage-offer-accept>Yes</button>
         <button id="no" data-sillage-offer-reject>No</button></div>
       <p data-sillage-offer="late" data-sillage-offer-timeout="0.3">Only now</p>
       <p id="gone" data-sillage-offer="gone">Short-lived</p>
       <p data-sillage-offer="left">Nobody looks at me</p>
       <div style="height:3000px"></div><p data-sillage-offer="below">Too far down</p>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    const waits = async (name: string, state: string) => {
      await page.evaluate(() => window.sillage?.flush());
      assert.ok(await stage.collector.until(isStored(site, name, state), 8_000), `${name} is ${state}`);
    };
    await waits("left", "offered");
    await waits("late", "timedout");
    await page.click("#taken");
    await page.click("#no");
    await page.click("#yes");
    await page.evaluate(() => document.querySelector("#gone")?.remove());
    await waits("gone", "ignored");
    await page.goto("about:blank");
    assert.ok(await stage.collector.until(isStored(site, "left", "ignored"), 8_000));
    await stage.collector.caughtUp();
    const states = stage.collector.rows(site).flatMap(({ event }) => {
      const { action, actionMap } = (event.webActionEvent ?? {}) as Record<string, Record<string, string>>;
      return action && actionMap ? [`${actionMap.displayName} ${action.state}`] : [];
    });
    assert.deepEqual(
      states.sort(),
      [
        "asked offered",
        "asked rejected",
        "gone ignored",
        "gone offered",
        "late offered",
        "late timedout",
        "left ignored",
        "left offered",
        "taken accepted",
        "#taken engaged",
        "taken offered",
        "#no engaged",
        "#yes engaged",
      ].sort(),
    );
    const rows = stage.collector.rows(site).map(({ event }) => event);
    const of = (name: string, state: string) =>
      rows.find((it) => {
        const part = it.webActionEvent as Record<string, Record<string, string>> | undefined;
        return part?.actionMap?.displayName === name && part.action?.state === state;
      }) as (typeof rows)[number] & { webActionEvent: Record<string, unknown>; correlationId: string };
    assert.equal(of("taken", "accepted").correlationId, of("#taken", "engaged").id, "it followed from the click");
    assert.ok((of("taken", "accepted").webActionEvent.timeToDisposition as number) > 0);
    assert.ok((of("late", "timedout").webActionEvent.timeToDisposition as number) >= 300);
    assert.equal((of("asked", "rejected").webActionEvent.action as { id: string }).id, "o-2");
    assert.deepEqual(visitor.exceptions, []);
  });

  test("items are told once they were really seen, and a click takes its item along", async () => {
    const site = stage.newSite();
    const items = ["a", "b", "c"].map(
      (id) => `<li data-sillage-item="${id}" data-sillage-value="1.5"><button id="${id}">${id}</button></li>`,
    );
    const url = stage.origin.serve(
      "/items",
      `<!doctype html>${stage.tag(site, 'data-marks="items"')}
       <ul data-sillage-recommendation="RID-7" data-sillage-attribution="home">${items.join("")}
       <li style="margin-top:3000px" data-sillage-item="below">Too far down</li></ul>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    const viewed = () =>
      stage.collector
        .rows(site)
        .some(({ event }) => (event.webEvent as { eventName?: string })?.eventName === "items_viewed");
    await page.evaluate(
      () => new Promise((done) => setInterval(() => window.sillage?.stats().tracked === 2 && done(1), 20)),
    );
    await page.evaluate(() => window.sillage?.flush());
    assert.ok(await stage.collector.until(viewed, 8_000));
    await page.click("#b");
    await settled(page);
    const shared = { recommendationId: "RID-7", metricAttribution: { eventAttributionSource: "home" } };
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "page" }),
        event("items_viewed", {}, { view: "page", also: { personalize: { ...shared, impression: ["a", "b", "c"] } } }),
        click("#b", {
          view: "page",
          also: { personalize: { ...shared, itemId: "b", eventValue: 1.5, impression: ["b", "a", "c"] } },
        }),
      ],
      { pages: [page] },
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  test("marks in shadow trees are watched as others are, and belong to the list around them", async () => {
    const site = stage.newSite();
    const url = stage.origin.serve(
      "/shadow",
      `<!doctype html>${stage.tag(site, 'data-marks="offers items"')}
       <div data-sillage-recommendation="RID-8" data-sillage-mask><shop-card></shop-card></div>
       <script>customElements.define("shop-card", class extends HTMLElement {
         connectedCallback() {
           this.attachShadow({ mode: "open" }).innerHTML =
             '<section data-sillage-offer="gift"><b>Only for Jo</b> <button>Yes</button></section>' +
             '<p data-sillage-item="d">d</p>';
         }
       })</script>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.waitForFunction(() => window.sillage?.stats().tracked === 3, undefined, { polling: 20 });
    await page.locator("shop-card button").click();
    await settled(page);
    assert.ok(await stage.collector.hasRows(site, 5));
    const rows = stage.collector.rows(site).map(({ event }) => event) as Record<string, Record<string, unknown>>[];
    const states = rows.flatMap(({ webActionEvent: it }) => (it ? [(it.action as { state: string }).state] : []));
    assert.deepEqual(states.sort(), ["accepted", "engaged", "offered"]);
    const viewed = rows.find((it) => it.webEvent?.eventName === "items_viewed");
    assert.deepEqual(viewed?.personalize, { recommendationId: "RID-8", impression: ["d"] });
    assert.ok(!JSON.stringify(rows).includes("Only for Jo"), "what is masked around the tree stays masked in it");
    assert.deepEqual(visitor.exceptions, []);
  });

  test("nothing is downloaded for marks that nobody asked for", async () => {
    const site = stage.newSite();
    // Pages of the test before may have been asking until now.
    const { length } = stage.collector.gate.asked;
    const url = stage.origin.serve("/none", `<!doctype html>${stage.tag(site)}<p data-sillage-offer="x">x`);
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await settled(page);
    const asked = stage.collector.gate.asked.slice(length).map(({ path }) => path);
    assert.ok(
      asked.some((it) => it.includes("/tracker-")) && !asked.some((it) => it.includes("/calls-")),
      String(asked),
    );
    await expectEvents(stage.collector, site, [pageview(url)], { pages: [page] });
  });
});
