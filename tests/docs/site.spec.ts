/** The documentation as the collector serves it: readable, searchable, and without fault for axe-core. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
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
  const stage = setStage({ flags: ["--docs", SITE] });
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

  test("has no page with a violation of axe-core, light or dark, and none that breaks its policy", async () => {
    const { page, complaints } = await opened();
    assert.ok(PAGES.length > 20);
    for (const each of PAGES) {
      await page.goto(at(each));
      await page.emulateMedia({ colorScheme: "light" });
      assert.deepEqual(await violations(page), [], each);
      if (!DARK.includes(each)) continue;
      await page.emulateMedia({ colorScheme: "dark" });
      assert.deepEqual(await violations(page, ["color-contrast"]), [], `${each}, dark`);
    }
    assert.deepEqual(complaints, []);
  });

  test("fits a phone on every page, with the other pages behind a button", async () => {
    const { page } = await opened();
    await page.setViewportSize({ width: 360, height: 700 });
    for (const each of PAGES) {
      await page.goto(at(each));
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${each} is ${overflow} px too wide`);
    }
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
