/** axe-core finds nothing wrong in the dashboard and the live view, in either palette, whatever is open. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { violations as wrong } from "../support/axe.ts";
import { setStage, test } from "../support/stage.ts";
import { shown, store, Visit } from "./visits.ts";

describe("accessibility", () => {
  const stage = setStage();

  async function visited(): Promise<string> {
    const site = stage.newSite();
    const visit = new Visit("visitor-one")
      .view("https://shop.example/?utm_source=mail&utm_campaign=spring", "Home")
      .click({
        action: { state: "engaged", mediaType: "openAction", prompt: "Buy" },
        actionMap: { displayName: "#buy" },
      })
      .happen("order_completed", { total: 49.9 });
    await store(stage.collector, site, visit);
    return site;
  }

  for (const colorScheme of ["light", "dark"] as const) {
    test(`the dashboard with everything open, ${colorScheme}`, async () => {
      const site = await visited();
      const visitor = await stage.newVisitor();
      const page = await visitor.openBare("about:blank");
      await page.emulateMedia({ colorScheme });
      await page.goto(`${stage.collector.origin}/?site=${site}`);
      await shown(page);
      assert.deepEqual(await wrong(page), []);
      await page.click('button[aria-label="Properties of order_completed"]');
      await page.waitForSelector("#properties-card:not([hidden])");
      await page.click("#sessions button");
      await page.waitForSelector("#journey li");
      for (const summary of await page.$$("summary")) await summary.click();
      await page.selectOption("select[name=range]", "days");
      await shown(page);
      assert.deepEqual(await wrong(page), []);
    });

    test(`the live view with an event open, ${colorScheme}`, async () => {
      const site = await visited();
      const visitor = await stage.newVisitor();
      const page = await visitor.openBare("about:blank");
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.goto(`${stage.collector.origin}/live`);
      await page.waitForSelector("#events li");
      await page.selectOption("select[name=site]", site);
      assert.deepEqual(await wrong(page), []);
      await page.click("#events li:not([hidden]) button");
      await page.waitForSelector("#detail:not([hidden])");
      assert.deepEqual(await wrong(page), []);
    });
  }

  test("a dashboard that has nothing to show, and one that is narrow", async () => {
    const visitor = await stage.newVisitor();
    const page = await visitor.openBare("about:blank");
    await page.route("**/v1/sites?*", (route) => route.fulfill({ json: { sites: [], next: null } }));
    await page.goto(`${stage.collector.origin}/`);
    await page.waitForSelector("#empty:not([hidden])");
    assert.deepEqual(await wrong(page), []);
    await page.unroute("**/v1/sites?*");
    const site = await visited();
    await page.setViewportSize({ width: 360, height: 700 });
    await page.goto(`${stage.collector.origin}/?site=${site}`);
    await shown(page);
    assert.deepEqual(await wrong(page), []);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
  });
});
