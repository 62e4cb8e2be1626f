/** The documentation as the collector serves it: readable, searchable, and without fault for axe-core. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { before, describe } from "node:test";
import type { Page } from "playwright-core";
import { violations } from "../e2e/support/axe.ts";
import { root } from "../e2e/support/collector.ts";
import { setStage, test } from "../e2e/support/stage.ts";

const SITE = join(root, "dist/docs");

const PAGES = readdirSync(SITE, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".html"))
  .sort();

/** Pages that are looked at in the dark palette too: one of each kind, or all among the long tests. */
const DARK = process.env.SILLAGE_TESTS === "all" ? PAGES : ["index.html", "npm.html", "sql.html", "moving/ga4.html"];

describe("the documentation", () => {
  const stage = setStage({ flags: ["--docs", SITE], isShared: true });
  const at = (page: string) => `${stage.collector.origin}/docs/${page}`;

  /** A page, and what its browser complains of. */
  async function opened(page = ""): Promise<{ page: Page; complaints: string[] }> {
    const visitor = await stage.newVisitor();
    const complaints = visitor.exceptions;
    const tab = await visitor.openBare("about:blank");
    tab.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    await tab.goto(at(page));
    return { page: tab, complaints };
  }

  let reader: Awaited<ReturnType<typeof opened>>;
  before(async () => {
    reader = await opened();
  });

  for (const each of PAGES) {
    test(`${each} has no violation of axe-core, keeps to its policy and fits a phone`, async () => {
      const { page, complaints } = reader;
      await page.emulateMedia({ colorScheme: "light" });
      await page.goto(at(each));
      assert.deepEqual(await violations(page), []);
      if (DARK.includes(each)) {
        await page.emulateMedia({ colorScheme: "dark" });
        assert.deepEqual(await violations(page, ["color-contrast"]), []);
      }
      await page.setViewportSize({ width: 360, height: 700 });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `it is ${overflow} px too wide`);
      await page.setViewportSize({ width: 1000, height: 700 });
      assert.deepEqual(complaints, []);
    });
  }

  test("has the other pages behind a button on a phone", async () => {
    const { page } = await opened();
    await page.setViewportSize({ width: 360, height: 700 });
    const link = page.locator("#pages a", { hasText: /^Captures$/ });
    assert.equal(await link.isVisible(), false);
    await page.click("button.menu");
    assert.deepEqual(await violations(page), []);
    await link.click();
    await page.waitForURL(at("captures.html"));
  });

  test("is searched without a mouse", async () => {
    const { page, complaints } = await opened("npm.html");
    await page.keyboard.press("/");
    await page.keyboard.type("rage clik");
    await page.waitForSelector("#search-results a");
    assert.match((await page.textContent("#search-state")) ?? "", /^\d+ results?$/);
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press("ArrowDown");
    const chosen = await page.evaluate(() => document.activeElement?.textContent);
    assert.match(chosen ?? "", /rage/);
    await page.keyboard.press("Enter");
    await page.waitForURL(at("captures.html#**"));
    await page.keyboard.press("/");
    await page.keyboard.type("zyzzyva");
    await page.waitForSelector("#search-results .nothing");
    await page.keyboard.press("Escape");
    assert.equal(await page.isVisible("#search-results"), false);
    assert.deepEqual(complaints, []);
  });

  test("is where the dashboard and the live view lead to", async () => {
    const { page } = await opened();
    for (const from of ["", "live"]) {
      await page.goto(`${stage.collector.origin}/${from}`);
      await page.click("nav >> text=Documentation");
      await page.waitForURL(at(""));
    }
  });
});
