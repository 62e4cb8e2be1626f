/** Consent by Google's consent mode, as `gtag` writes it before and after the tracker is there. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { settled } from "../support/browser.ts";
import { event, expectEvents, pageview } from "../support/expect-events.ts";
import { isBatch } from "../support/gate.ts";
import { setStage, test } from "../support/stage.ts";
import { NOTHING, stored } from "../support/stored.ts";

const GTAG = "window.dataLayer = window.dataLayer || []; function gtag() { dataLayer.push(arguments); }";

/** A call of `gtag`. */
const gtag = (kind: string, state: object) => `gtag("consent", "${kind}", ${JSON.stringify(state)});`;

/** The same, as an expression: WebKit takes nothing else. */
const said = (kind: string, state: object) => gtag(kind, state).replace(/;$/, "");

const DENIED = { analytics_storage: "denied", ad_storage: "denied" };
const GRANTED = { analytics_storage: "granted" };

describe("consent by Google's consent mode", () => {
  const stage = setStage();
  const batches = () => stage.collector.gate.asked.filter(isBatch);
  /** Waits until the tracker listens: `push` is its own then. */
  const isHeard = (page: Page) =>
    page.waitForFunction(() => {
      const { dataLayer } = window as unknown as { dataLayer?: unknown[] };
      return dataLayer && Object.hasOwn(dataLayer, "push");
    });

  const serve = (path: string, site: string, script: string, attributes = "") =>
    stage.origin.serve(
      path,
      `<script>${GTAG} ${script}</script>${stage.tag(site, `data-consent="google" ${attributes}`)}`,
    );

  test("a refusal by default is a question: nothing is stored or sent until it is answered", async () => {
    const { collector } = stage;
    const site = stage.newSite();
    const url = serve("/google", site, gtag("default", DENIED));
    const page = await (await stage.newVisitor()).openBare(url);
    await isHeard(page);
    await page.evaluate(() => window.sillage?.track("seen"));
    await page.evaluate(() => window.sillage?.flush());
    const before = await page.evaluate(() => Date.now());
    // What is said of advertising is no answer.
    await page.evaluate(said("update", { ad_storage: "granted" }));
    assert.deepEqual(await stored(page), NOTHING);
    assert.deepEqual(batches(), []);

    await page.waitForFunction((shown) => Date.now() > shown, before);
    await page.evaluate(said("update", GRANTED));
    const visit = { view: "page", session: "one", visitor: "me" };
    await expectEvents(collector, site, [pageview(url, visit), event("seen", {}, visit)], { pages: [page] });
    for (const { event } of collector.rows(site))
      assert.ok(Date.parse(event.createdDate) <= before, "dated when it happened, not when it was allowed");

    // A withdrawal, on the same page.
    await page.evaluate(said("update", DENIED));
    await page.evaluate(() => window.sillage?.track("refused"));
    await settled(page);
    assert.equal(collector.rows(site).length, 2);
    assert.match((await stored(page)).local.join(), /^sillage:site-\d+=1 \d+ - - 0 0 0 denied$/);
  });

  test("an answer from before the tracker counts, and so does a default that allows", async () => {
    const { collector } = stage;
    const site = stage.newSite();
    const page = await (await stage.newVisitor()).openBare("about:blank");
    const first = serve("/google-before", site, gtag("default", DENIED) + gtag("update", GRANTED));
    const second = serve("/google-default", site, gtag("default", GRANTED));
    for (const url of [first, second]) {
      await page.goto(url);
      await settled(page);
    }
    const refused = serve("/google-refused", site, gtag("default", DENIED) + gtag("update", DENIED));
    await page.goto(refused);
    await settled(page);
    const visit = { session: "one", visitor: "me" };
    const rows = [pageview(first, { ...visit, view: "1" }), pageview(second, { ...visit, view: "2" })];
    await expectEvents(collector, site, rows, { pages: [page] });
    assert.deepEqual((await stored(page)).databases, []);
    assert.doesNotMatch((await stored(page)).local.join(), /[0-9a-f]{8}-/, "nobody is known any more");
  });

  test("a default that allows waits for as long as it asks for", async () => {
    const site = stage.newSite();
    const url = serve("/google-wait", site, gtag("default", { ...GRANTED, wait_for_update: 60_000 }));
    const page = await (await stage.newVisitor()).openBare(url);
    await isHeard(page);
    await page.evaluate(said("update", DENIED));
    await settled(page);
    assert.deepEqual(batches(), []);
    assert.deepEqual(await stored(page), NOTHING);
  });

  test("where one of several regions' defaults refuses, the answer is waited for", async () => {
    const site = stage.newSite();
    const script = gtag("default", GRANTED) + gtag("default", { ...DENIED, region: ["DE", "US-CA"] });
    const url = serve("/google-regions", site, script);
    const page = await (await stage.newVisitor()).openBare(url);
    await isHeard(page);
    await page.evaluate(() => window.sillage?.track("seen"));
    assert.deepEqual(await stored(page), NOTHING);
    await page.evaluate(said("update", GRANTED));
    await expectEvents(stage.collector, site, [pageview(url), event("seen")], { pages: [page] });
  });

  test("a list of another name is read, and what the page does with it works as before", async () => {
    const site = stage.newSite();
    const url = stage.origin.serve(
      "/google-layer",
      `<script>window.dl = []; dl.push = function (it) { window.pushed = it; return Array.prototype.push.call(this, it); }</script>
       ${stage.tag(site, `data-consent="google" data-data-layer="dl"`)}`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.openBare(url);
    await stage.collector.gate.wasAsked(({ path }) => path.includes("/extras-"));
    await page.waitForFunction(() => !String((window as unknown as { dl: unknown[] }).dl.push).includes("pushed"));
    const pushed = await page.evaluate(() => {
      const { dl } = window as unknown as { dl: unknown[] };
      dl.push(null);
      const length = dl.push(["consent", "update", { analytics_storage: "granted" }]);
      return [length, (window as unknown as { pushed: unknown[] }).pushed[1]];
    });
    assert.deepEqual(pushed, [2, "update"]);
    await expectEvents(stage.collector, site, [pageview(url)], { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
    await page.evaluate(() => window.sillage?.stop());
    assert.ok(await page.evaluate(() => String((window as unknown as { dl: unknown[] }).dl.push).includes("pushed")));
  });
});
