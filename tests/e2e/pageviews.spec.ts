/** When a page counts as viewed: mistakes that other trackers are known for, each named after the behaviour. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { event, expectEvents, pageview } from "./support/expect-events.ts";
import { setStage, test } from "./support/stage.ts";

describe("page views", () => {
  const stage = setStage();

  test("a tab that was opened in the background is counted when it is looked at, and what it did before is kept", async () => {
    const site = stage.newSite();
    const url = stage.origin.serve("/background", `<!doctype html>${stage.tag(site)}`);
    const visitor = await stage.newVisitor(() => {
      Object.defineProperty(document, "hidden", { value: true, configurable: true });
    });
    const page = await visitor.openBare(url);
    await page.waitForFunction(() => window.sillage);
    const openedAt = Date.now();
    await page.evaluate(() => window.sillage?.track("loaded"));
    await page.waitForLoadState("networkidle");
    await stage.collector.caughtUp();
    assert.deepEqual(stage.collector.rows(site), []);
    const shownAt = await page.evaluate(() => {
      Object.defineProperty(document, "hidden", { value: false });
      const now = Date.now();
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
      return now;
    });
    const [viewed] = await expectEvents(
      stage.collector,
      site,
      [pageview(url, { view: "page" }), event("loaded", {}, { view: "page" })],
      { pages: [page] },
    );
    const at = Date.parse(String(viewed?.createdDate));
    assert.ok(at >= shownAt && shownAt >= openedAt, "dated when it was looked at");
    assert.deepEqual(visitor.exceptions, []);
  });
});
