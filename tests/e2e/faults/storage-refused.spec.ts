/** Browsers that keep little or nothing by their own rules: settings, quota, frames of others, private windows. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { settled } from "../support/browser.ts";
import { launchChromium } from "../support/engines/chromium.ts";
import { event, expectEvents, pageview } from "../support/expect-events.ts";
import { asTheCollector } from "../support/gate.ts";
import { setStage, test } from "../support/stage.ts";
import { newTally } from "./tally.ts";
import { visitTwoPages } from "./two-pages.ts";

describe("refused storage", () => {
  const stage = setStage();

  /** Visits by a browser with these settings, as its user would have made them. */
  async function withSettings(settings: object, visit: (page: Page) => Promise<void>) {
    const profile = mkdtempSync(join(tmpdir(), "sillage-profile-"));
    mkdirSync(join(profile, "Default"));
    writeFileSync(join(profile, "Default/Preferences"), JSON.stringify(settings));
    const browser = await launchChromium(profile);
    try {
      const exceptions: string[] = [];
      browser.context.on("weberror", (thrown) => exceptions.push(String(thrown.error())));
      await visit(await browser.context.newPage());
      assert.deepEqual(exceptions, []);
    } finally {
      await browser.kill();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  test("a browser that is set to keep nothing of any site: no store, no cookie, every event", async () => {
    await withSettings({ profile: { default_content_setting_values: { cookies: 2 } } }, async (page) => {
      await visitTwoPages(stage, page, { isCollectorDown: false, isKnownAgain: false, mayRepeat: true });
      const isRefused = await page.evaluate(() => {
        try {
          return !window.localStorage;
        } catch {
          return true;
        }
      });
      assert.ok(isRefused, "the setting was obeyed");
    });
  });

  test("a frame on another site, whose storage is a store of its own", async () => {
    const visitor = await stage.newVisitor();
    await visitFrame(await visitor.context.newPage());
    assert.deepEqual(visitor.exceptions, []);
  });

  test("a frame on another site, in a browser that refuses storage to such frames", async () => {
    const settings = { profile: { cookie_controls_mode: 1, block_third_party_cookies: true } };
    await withSettings(settings, (page) => visitFrame(page));
  });

  /** The tracker in a frame of a page of another site; the frame goes away right after its last event. */
  async function visitFrame(page: Page) {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const tally = newTally();
    stage.answerFor(site, tally.counted(asTheCollector));
    const framed = origin.serve("/framed", stage.tag(site));
    origin.serve("/framing", `<iframe id="frame" src="${framed}"></iframe>`);
    const framing = `${origin.origin.replace("127.0.0.1", "localhost")}/framing`;
    await page.goto(framing);
    const frame = page.frame({ url: framed });
    assert.ok(frame);
    await frame.waitForFunction(() => window.sillage);
    await frame.evaluate(() => window.sillage?.ready);
    await frame.evaluate(() => window.sillage?.track("seen", { n: 1 }));
    await frame.evaluate(() => window.sillage?.flush());
    await frame.waitForFunction(() => window.sillage?.stats().pending === 0);
    await frame.evaluate(() => window.sillage?.track("seen", { n: 2 }));
    await page.evaluate(() => document.querySelector("iframe")?.remove());
    const visit = { view: "1", session: "one", url: framed };
    await expectEvents(collector, site, [
      pageview(framed, visit),
      event("seen", { n: 1 }, visit),
      event("seen", { n: 2 }, visit),
    ]);
    assert.equal(tally.deliveredAgain, 0);
  }

  test("a private window remembers its visitor while it is open, and is forgotten with it", async () => {
    const first = await stage.newVisitor();
    await visitTwoPages(stage, await first.context.newPage(), { isCollectorDown: true, isKnownAgain: true });
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/private", stage.tag(site));
    for (let n = 1; n <= 2; n++) {
      const visitor = await stage.newVisitor();
      await settled(await visitor.open(url));
      assert.deepEqual(visitor.exceptions, []);
      await visitor.context.close();
    }
    await expectEvents(collector, site, [
      pageview(url, { session: "one", visitor: "me", totals: [1, 1] }),
      pageview(url, { session: "two", visitor: "a stranger", totals: [1, 1] }),
    ]);
  });
});
