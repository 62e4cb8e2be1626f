/** Consent by a platform of the IAB's framework: nothing before its answer, everything it allows after, nothing once it is withdrawn. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { settled } from "../support/browser.ts";
import { click, event, expectEvents, pageview } from "../support/expect-events.ts";
import { isBatch } from "../support/gate.ts";
import { setStage, test } from "../support/stage.ts";
import { NOTHING, stored } from "../support/stored.ts";

/** As a platform has it, with a way to make it speak: `cmp.say(...)`, and who listens. */
const CMP = `
  window.cmp = {
    last: { gdprApplies: undefined, eventStatus: "cmpuishown" },
    listeners: new Map(),
    say(data) {
      Object.assign(cmp.last, data);
      for (const [listenerId, heard] of [...cmp.listeners]) heard({ ...cmp.last, listenerId }, true);
    },
  };
  window.__tcfapi = (command, version, heard, id) => {
    if (command === "addEventListener") {
      const listenerId = cmp.listeners.size + 1;
      cmp.listeners.set(listenerId, heard);
      heard({ ...cmp.last, listenerId }, true);
    }
    if (command === "removeEventListener") heard(cmp.listeners.delete(id));
  };`;

interface Cmp {
  last: object;
  listeners: Map<number, unknown>;
  say(data: object): void;
}

const consents = (...purposes: number[]) => Object.fromEntries(purposes.map((it) => [it, true]));

/** What a platform says once the visitor has chosen. */
const chosen = (...purposes: number[]) => ({
  gdprApplies: true,
  eventStatus: "useractioncomplete",
  purpose: { consents: consents(...purposes) },
  vendor: { consents: {} },
});

describe("consent by the IAB's framework", () => {
  const stage = setStage();
  const batches = () => stage.collector.gate.asked.filter(isBatch);
  const say = (page: Page, data: object) =>
    page.evaluate((said) => (window as unknown as { cmp: Cmp }).cmp.say(said), data);
  const isHeard = (page: Page) =>
    page.waitForFunction(() => (window as unknown as { cmp?: Cmp }).cmp?.listeners.size === 1);

  /** A page with a platform that begins with `last`. */
  const serve = (path: string, site: string, last: object = {}, attributes = "", body = "") =>
    stage.origin.serve(
      path,
      `<script>${CMP}; Object.assign(cmp.last, ${JSON.stringify(last)})</script>
       ${stage.tag(site, `data-consent="tcf" ${attributes}`)}${body}`,
    );

  test("until the visitor has chosen nothing is stored or sent; then what waited is, with its own times", async () => {
    const { collector } = stage;
    const site = stage.newSite();
    const url = serve("/tcf", site, { gdprApplies: true }, "", `<button id="buy">Buy</button>`);
    const page = await (await stage.newVisitor()).openBare(url);
    await isHeard(page);
    await page.click("#buy");
    await page.evaluate(() => window.sillage?.track("seen", { n: 1 }));
    await page.evaluate(() => window.sillage?.flush());
    const before = await page.evaluate(() => Date.now());
    assert.deepEqual(await page.evaluate(() => window.sillage?.stats()), {
      tracked: 3,
      sent: 0,
      pending: 3,
      dropped: 0,
    });
    // The banner alone is no answer, nor is a choice for other purposes that the visitor has not confirmed.
    await say(page, { eventStatus: "cmpuishown", purpose: { consents: consents(1, 8, 9) } });
    assert.deepEqual(await stored(page), NOTHING);
    assert.deepEqual(batches(), []);

    await page.waitForFunction((shown) => Date.now() > shown, before);
    await say(page, chosen(1, 8, 9));
    const visit = { view: "page", session: "one", visitor: "me" };
    const rows = [pageview(url, visit), click("#buy", visit), event("seen", { n: 1 }, visit)];
    await expectEvents(collector, site, rows, { pages: [page] });
    for (const { event } of collector.rows(site))
      assert.ok(Date.parse(event.createdDate) <= before, "dated when it happened, not when it was allowed");
    const { local } = await stored(page);
    assert.doesNotMatch(local.join(), /granted/, "the choice is the platform's to keep");
  });

  test("on each page it is asked anew; visitor and session go on", async () => {
    const { collector } = stage;
    const site = stage.newSite();
    const url = serve("/tcf-again", site, { ...chosen(1, 8, 9), eventStatus: "tcloaded" });
    const page = await (await stage.newVisitor()).open(url);
    await settled(page);
    const second = serve("/tcf-again-2", site, { gdprApplies: true });
    await page.goto(second);
    await isHeard(page);
    await page.evaluate(() => window.sillage?.track("waits"));
    const visit = { session: "one", visitor: "me" };
    const first = pageview(url, { ...visit, view: "1" });
    await collector.caughtUp();
    assert.equal(collector.rows(site).length, 1, "the second page has no answer yet");
    await say(page, { ...chosen(1, 8, 9), eventStatus: "tcloaded" });
    const rows = [first, pageview(second, { ...visit, view: "2" }), event("waits", {}, { ...visit, view: "2" })];
    await expectEvents(collector, site, rows, { pages: [page] });
  });

  test("where the law does not apply, everything is recorded", async () => {
    const site = stage.newSite();
    const url = serve("/tcf-elsewhere", site, { gdprApplies: false, eventStatus: "tcloaded" });
    const page = await (await stage.newVisitor()).open(url);
    await expectEvents(stage.collector, site, [pageview(url)], { pages: [page] });
  });

  test("a refusal discards what waited; one purpose that is lacking is a refusal", async () => {
    const site = stage.newSite();
    const page = await (await stage.newVisitor()).openBare(serve("/tcf-refused", site, { gdprApplies: true }));
    await isHeard(page);
    await page.evaluate(() => window.sillage?.track("seen"));
    await say(page, chosen(1, 9));
    await settled(page);
    assert.equal((await page.evaluate(() => window.sillage?.stats()))?.dropped, 2);
    assert.deepEqual(await stored(page), NOTHING);
    assert.deepEqual(batches(), []);
    await expectEvents(stage.collector, site, []);
  });

  test("which purposes and which vendor have to be allowed is the site's to say", async () => {
    const site = stage.newSite();
    const attributes = `data-tcf-purposes="1 8" data-tcf-vendor="755"`;
    const refused = serve("/tcf-vendor-no", site, { ...chosen(1, 8), vendor: { consents: {} } }, attributes);
    const allowed = { ...chosen(1, 8), vendor: { consents: { 755: true } } };
    const restrictions = { 8: { 755: 0 } };
    const restricted = serve("/tcf-restricted", site, { ...allowed, publisher: { restrictions } }, attributes);
    const url = serve("/tcf-vendor", site, allowed, attributes);
    const page = await (await stage.newVisitor()).open(refused);
    await settled(page);
    await page.goto(restricted);
    await settled(page);
    await page.goto(url);
    await settled(page);
    await expectEvents(stage.collector, site, [pageview(url)], { pages: [page] });
  });

  test("a withdrawal later erases visitor and outbox at once; who allows it again is somebody new", async () => {
    const { collector } = stage;
    const site = stage.newSite();
    const url = serve("/tcf-withdrawn", site, chosen(1, 8, 9), `data-flush-interval-ms="60000"`);
    const page = await (await stage.newVisitor()).open(url);
    // Without a flush, which would take along what is tracked right after it.
    await page.waitForFunction(() => window.sillage?.stats().sent === 1);
    const rows = [pageview(url, { visitor: "me" })];
    await page.evaluate(() => window.sillage?.track("waiting"));
    // The banner is opened again: that alone changes nothing.
    await say(page, { eventStatus: "cmpuishown" });
    await say(page, chosen());
    await page.evaluate(() => window.sillage?.track("refused"));
    await settled(page);
    await expectEvents(collector, site, rows, { pages: [page] });
    const { local, databases } = await stored(page);
    assert.match(local.join(), /^sillage:site-\d+=1 \d+ - - 0 0 0 denied$/);
    assert.match(databases.slice(1).join(), /^a.1 \d+ - - 0 0 0 denied$/);

    await say(page, chosen(1, 8, 9));
    await page.evaluate(() => window.sillage?.track("allowed"));
    rows.push(event("allowed", {}, { visitor: "somebody new" }));
    await expectEvents(collector, site, rows, { pages: [page] });
  });

  test("who refused on one page and allows it on the next is recorded there", async () => {
    const site = stage.newSite();
    const page = await (await stage.newVisitor()).open(serve("/tcf-first", site, chosen(1, 8, 9)));
    await settled(page);
    await say(page, chosen());
    await settled(page);
    const first = stage.collector.rows(site).length;
    const url = serve("/tcf-second", site, { ...chosen(1, 8, 9), eventStatus: "tcloaded" });
    await page.goto(url);
    await settled(page);
    await page.evaluate(() => window.sillage?.track("allowed"));
    await settled(page);
    assert.ok(await stage.collector.hasRows(site, first + 2), "the page and the event");
  });

  test("consent() does not overrule the platform", async () => {
    const site = stage.newSite();
    const page = await (await stage.newVisitor()).openBare(serve("/tcf-call", site, { gdprApplies: true }));
    await isHeard(page);
    await page.evaluate(() => window.sillage?.consent("granted"));
    await page.evaluate(() => window.sillage?.track("seen"));
    await say(page, chosen());
    await page.evaluate(() => window.sillage?.consent("granted"));
    await page.evaluate(() => window.sillage?.track("seen"));
    await settled(page);
    assert.deepEqual(await stored(page), NOTHING);
    assert.deepEqual(batches(), []);
  });

  test("a platform that comes late is found, and one that never comes leaves nothing behind", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/tcf-late", stage.tag(site, `data-consent="tcf"`));
    const bare = origin.serve("/bare", "bare");
    const page = await (await stage.newVisitor()).openBare(url);
    await collector.gate.wasAsked(({ path }) => path.includes("/extras-"));
    await page.evaluate(() => window.sillage?.track("seen"));
    await page.goto(bare);
    assert.deepEqual(await stored(page), NOTHING);

    await page.goto(url);
    await page.evaluate(`(() => { ${CMP}; Object.assign(cmp.last, ${JSON.stringify(chosen(1, 8, 9))}); })()`);
    await expectEvents(collector, site, [pageview(url)], { pages: [page] });
  });

  test("stop() ends the waiting, and leaves no listener with the platform", async () => {
    const site = stage.newSite();
    const page = await (await stage.newVisitor()).openBare(serve("/tcf-stop", site, { gdprApplies: true }));
    await isHeard(page);
    await page.evaluate(() => window.sillage?.stop());
    await page.waitForFunction(() => (window as unknown as { cmp: Cmp }).cmp.listeners.size === 0);
    await say(page, chosen(1, 8, 9));
    assert.deepEqual(await stored(page), NOTHING);

    const running = serve("/tcf-stop-running", site, chosen(1, 8, 9));
    await page.goto(running);
    await settled(page);
    await page.evaluate(() => window.sillage?.stop());
    await page.waitForFunction(() => (window as unknown as { cmp: Cmp }).cmp.listeners.size === 0);
  });

  test("an option that is wrong is named, and nothing is recorded", async () => {
    const site = stage.newSite();
    const url = serve("/tcf-wrong", site, chosen(1, 8, 9), `data-tcf-purposes="1 12"`);
    const visitor = await stage.newVisitor();
    const page = await visitor.openBare(url);
    await page.waitForFunction(() => window.sillage);
    const said = await page.evaluate(() => window.sillage?.ready.then(String, String));
    assert.match(String(said), /tcfPurposes must be numbers from 1 to 11/);
    assert.deepEqual(await stored(page), NOTHING);
    assert.deepEqual(visitor.exceptions, []);
  });
});
