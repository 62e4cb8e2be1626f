/** Pages and frames that are cut off from others: COOP and COEP, sandboxes. The tracker's files say that any page may have them. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { ENGINE } from "../support/browser.ts";
import { event, expectEvents, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";
import { visitUnder } from "./visit.ts";

describe("isolation", () => {
  const stage = setStage();

  for (const embedder of ["require-corp", "credentialless"]) {
    test(`a cross-origin isolated page (COEP: ${embedder}) loads the tracker and sends`, async () => {
      const visitor = await visitUnder(stage, {
        headers: { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": embedder },
        html: stage.tag,
      });
      const [page] = visitor.context.pages();
      // WebKit does not know "credentialless", and passes over it.
      const isIsolated = ENGINE !== "webkit" || embedder !== "credentialless";
      assert.equal(await page?.evaluate(() => crossOriginIsolated), isIsolated, "the headers are obeyed");
    });
  }

  test("a page of a cross-origin isolated site that is left at once loses nothing", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
    const url = origin.serve("/isolated", stage.tag(site, 'data-flush-interval-ms="60000"'), headers);
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.evaluate(() => window.sillage?.track("seen"));
    await page.goto(origin.serve("/isolated-next", "no tracker here"));
    await expectEvents(collector, site, [pageview(url), event("seen")]);
    assert.deepEqual(visitor.exceptions, []);
  });

  test("a page that its own policy sandboxes sends what happened, and knows nobody again", async () => {
    await visitUnder(stage, {
      headers: { "content-security-policy": "sandbox allow-scripts" },
      html: stage.tag,
    });
  });

  test("a sandboxed frame that goes away right after its last event loses nothing", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const framed = origin.serve("/sandboxed", stage.tag(site, 'data-flush-interval-ms="60000"'));
    const outer = origin.serve("/sandboxing", `<iframe sandbox="allow-scripts" src="${framed}"></iframe>`);
    const visitor = await stage.newVisitor();
    const page = await visitor.openBare(outer);
    const frame = page.frame({ url: framed });
    assert.ok(frame);
    await frame.waitForFunction(() => window.sillage);
    await frame.evaluate(() => window.sillage?.ready);
    await frame.evaluate(() => window.sillage?.track("seen"));
    await page.evaluate(() => document.querySelector("iframe")?.remove());
    const visit = { view: "1", session: "one", url: framed };
    await expectEvents(collector, site, [pageview(framed, visit), event("seen", {}, visit)]);
    assert.deepEqual(visitor.exceptions, []);
  });
});
