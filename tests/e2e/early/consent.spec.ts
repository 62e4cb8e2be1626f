/** What is written before the module is ready, by what the visitor allows. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { BUTTONS, earlyPages, LOADER, MODULE, stub } from "../support/early.ts";
import { expectEvents, pageview } from "../support/expect-events.ts";
import { isBatch } from "../support/gate.ts";
import { setStage, test } from "../support/stage.ts";

describe("consent before the module is ready", () => {
  const stage = setStage();
  const {
    holdBack,
    newVisitorWaitingFor,
    openEarly,
    somebodyListens,
    trackerTookOver,
    elsewhere,
    trackNumbers,
    steps,
  } = earlyPages(stage);

  for (const [held, withStub] of [
    [LOADER, true],
    [MODULE, false],
  ] as const) {
    const where = `before ${held} is there`;

    for (const consent of ["denied", "pending", "tcf", "google"]) {
      test(`${where}, nothing is written while consent is ${consent}`, async () => {
        const { collector, origin } = stage;
        const site = stage.newSite();
        const letThrough = holdBack(held);
        const tag = stage.tag(site, `data-consent="${consent}"`);
        const url = origin.serve("/forbidden", `${withStub ? stub(site, { consent }) : ""}${tag}${BUTTONS}`);
        const page = await openEarly(await newVisitorWaitingFor(held), url);
        await somebodyListens(page);
        await trackNumbers(page, 1, 3);
        await page.click("text=Two");
        if (consent === "denied" && !withStub) {
          assert.equal((await page.evaluate(() => window.sillage?.stats()))?.pending, 1, "the page itself waits");
        }
        await page.goto(elsewhere());
        assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
        letThrough();
        await page.goto(origin.serve("/forbidden-back", tag));
        // Who asks another program is not ready before that has answered.
        if (/tcf|google/.test(consent)) await collector.gate.wasAsked(({ path }) => path.includes("/extras-"));
        else await trackerTookOver(page);
        await expectEvents(collector, site, []);
        assert.deepEqual(collector.gate.asked.filter(isBatch), []);
      });
    }

    test(`${where}, a refusal is obeyed at once and kept`, async () => {
      const { collector, origin } = stage;
      const site = stage.newSite();
      const letThrough = holdBack(held);
      const url = origin.serve("/refused", `${withStub ? stub(site) : ""}${stage.tag(site)}`);
      const page = await openEarly(await newVisitorWaitingFor(held), url);
      await somebodyListens(page);
      await trackNumbers(page, 1, 3);
      await page.evaluate(() => window.sillage?.consent("denied"));
      await trackNumbers(page, 4, 5);
      await page.goto(elsewhere());
      assert.doesNotMatch(JSON.stringify(await page.evaluate(() => ({ ...localStorage }))), /step_taken|refused/);
      letThrough();
      await page.goto(origin.serve("/refused-back", stage.tag(site)));
      await trackerTookOver(page);
      await page.evaluate(() => window.sillage?.ready);
      await trackNumbers(page, 6, 6);
      await expectEvents(collector, site, []);
      assert.deepEqual(collector.gate.asked.filter(isBatch), []);
      assert.match(JSON.stringify(await page.evaluate(() => ({ ...localStorage }))), /denied/);
    });

    test(`${where}, a grant lets what waited be kept`, async () => {
      const { collector, origin } = stage;
      const site = stage.newSite();
      const letThrough = holdBack(held);
      const tag = stage.tag(site, 'data-consent="pending"');
      const url = origin.serve("/granted", `${withStub ? stub(site, { consent: "pending" }) : ""}${tag}`);
      const page = await openEarly(await newVisitorWaitingFor(held), url);
      await somebodyListens(page);
      await trackNumbers(page, 1, 3);
      await page.evaluate(() => window.sillage?.consent("granted"));
      await page.goto(elsewhere());
      letThrough();
      const back = origin.serve("/granted-back", tag);
      await page.goto(back);
      await trackerTookOver(page);
      await expectEvents(collector, site, [pageview(url), ...steps(1, 3, { url }), pageview(back)], { pages: [page] });
    });

    test(`${where}, nothing is written under Global Privacy Control`, async () => {
      const { origin } = stage;
      const site = stage.newSite();
      const letThrough = holdBack(held);
      const url = origin.serve("/gpc", `${withStub ? stub(site) : ""}${stage.tag(site)}${BUTTONS}`);
      const visitor = await newVisitorWaitingFor(held, () => {
        Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true });
      });
      const page = await openEarly(visitor, url);
      await somebodyListens(page);
      await trackNumbers(page, 1, 3);
      await page.click("text=Two");
      await page.goto(elsewhere());
      assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
      letThrough();
    });
  }
});
