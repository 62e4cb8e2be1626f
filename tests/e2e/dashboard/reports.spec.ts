/** The dashboard: what it shows of visits, by mouse and by keyboard. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { root } from "../support/collector.ts";
import { setStage, test } from "../support/stage.ts";
import { cells, shown, store, Visit } from "./visits.ts";

describe("the dashboard", () => {
  const stage = setStage();

  /** Two visitors: one comes by a search and orders, one just looks. */
  async function twoVisits(): Promise<string> {
    const site = stage.newSite();
    const buyer = new Visit("visitor-buyer")
      .view("https://shop.example/?utm_source=mail&utm_campaign=spring", "Home", {
        referrer: { url: "https://www.google.com/" },
      })
      .click({
        action: { state: "engaged", mediaType: "openAction", prompt: "Buy" },
        actionMap: { displayName: "#buy" },
      })
      .view("https://shop.example/cart", "Cart")
      .happen("order_completed", { total: 49.9, currency: "EUR" });
    await store(stage.collector, site, buyer);
    await store(stage.collector, site, new Visit("visitor-other").view("https://shop.example/cart", "Cart"));
    return site;
  }

  test("a visit is in every report", async () => {
    const site = await twoVisits();
    const visitor = await stage.newVisitor();
    const page = await visitor.openBare(`${stage.collector.origin}/?site=${site}`);
    await shown(page);
    assert.equal(await page.textContent("#now-sessions"), "2");
    for (const [what, count] of [
      ["pageviews", "3"],
      ["visitors", "2"],
      ["sessions", "2"],
      ["events", "5"],
    ]) {
      assert.equal(await page.textContent(`#total-${what}`), count, what);
    }
    assert.deepEqual(await cells(page, "#pages"), [
      ["shop.example/cart\nCart", "2", "2"],
      ["shop.example/\nHome", "1", "1"],
    ]);
    const sources = (await cells(page, "#sources")).map(([source, count]) => `${source?.split("\n")[0]} ${count}`);
    assert.deepEqual(sources.sort(), [
      "Directly 1",
      `${/Google/.test(sources.join()) ? "Google" : "www.google.com"} 1`,
    ]);
    assert.deepEqual(await cells(page, "#campaigns"), [["spring\nmail", "1", "1"]]);
    const events = (await cells(page, "#events")).map(([name, times]) => [name, times]);
    assert.deepEqual(events, [
      ["page_viewed", "3"],
      ["click", "1"],
      ["order_completed", "1"],
    ]);
    const totals = await page.$$eval("#delivery-totals div", (all) => all.map((one) => (one as HTMLElement).innerText));
    assert.deepEqual(
      totals.map((text) => text.replace(/\s+/g, " ")),
      ["Tracked 11", "Stored 5", "Delivered again 0", "Rejected 0", "Dropped 4", "Missing 2"],
    );
    assert.deepEqual(await cells(page, "#delivery-drops"), [["no_consent: no consent", "4"]]);
    assert.match((await page.textContent("#delivery-clocks")) ?? "", /0 of 2 batches/);
    assert.deepEqual(visitor.exceptions, []);
  });

  test("an event opens its properties, a session its visitor's journey, and the address remembers it", async () => {
    const site = await twoVisits();
    const visitor = await stage.newVisitor();
    const page = await visitor.openBare(`${stage.collector.origin}/?site=${site}`);
    await shown(page);
    await page.click('button[aria-label="Properties of order_completed"]');
    await page.waitForSelector("#properties-card:not([hidden])");
    assert.deepEqual(await cells(page, "#properties"), [
      ["EUR", "1"],
      ["49.9", "1"],
    ]);

    await page.click('button[aria-label="Journey of visitor -buyer"]');
    await page.waitForSelector("#journey li");
    const steps = () => page.$$eval("#journey li strong", (all) => all.map((step) => step.textContent));
    const journey = ["Home", "Clicked “Buy”", "Cart", "Order completed"];
    assert.deepEqual(await steps(), journey);
    assert.equal(await page.evaluate(() => document.activeElement?.id), "journey-heading");
    await page.click("#journey li:last-child summary");
    await page.waitForFunction(() =>
      document.querySelector("#journey li:last-child code")?.textContent?.includes("49.9"),
    );

    await page.reload();
    await page.waitForSelector("#journey li");
    assert.deepEqual(await steps(), journey);
    await page.click("#journey-close");
    await page.waitForSelector("#journey-card", { state: "hidden" });
    await page.goBack();
    await page.waitForSelector("#journey li");
  });

  test("a plot is read by keyboard: its slider says each point, its table has all", async () => {
    const site = await twoVisits();
    const visitor = await stage.newVisitor();
    const page = await visitor.openBare(`${stage.collector.origin}/?site=${site}&range=7d`);
    await shown(page);
    await page.focus("#traffic-plot input");
    const said = () => page.$eval("#traffic-plot input", (slider) => slider.ariaValueText ?? "");
    assert.match(await said(), /\d{4}: Page views 3, Visitors 2$/);
    await page.keyboard.press("ArrowLeft");
    assert.match(await said(), /Page views 0, Visitors 0$/);
    assert.equal(await page.textContent("#traffic-plot output"), await said());
    await page.keyboard.press("End");
    assert.match(await said(), /Page views 3, Visitors 2$/);
    await page.focus("#traffic-plot summary");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#traffic-plot details[open] table");
    const table = await cells(page, "#traffic-plot");
    assert.equal(table.length, 7);
    assert.deepEqual(table[0]?.slice(1), ["3", "2"]);
  });

  test("site and time are chosen, and kept in the address", async () => {
    const [site, quiet] = [await twoVisits(), stage.newSite()];
    await store(stage.collector, quiet, new Visit("visitor-quiet").view("https://quiet.example/", "Quiet"));
    const visitor = await stage.newVisitor();
    const page = await visitor.openBare(`${stage.collector.origin}/?site=${site}`);
    await shown(page);
    await page.selectOption("select[name=site]", quiet);
    await page.waitForFunction(() => document.getElementById("pages")?.textContent?.includes("quiet.example"));
    await page.selectOption("select[name=range]", "24h");
    await page.waitForFunction(() => document.querySelectorAll("#traffic-plot tbody tr").length === 24);
    assert.deepEqual(new URL(page.url()).searchParams.get("site"), quiet);
    assert.deepEqual(new URL(page.url()).searchParams.get("range"), "24h");
    await page.selectOption("select[name=range]", "days");
    await page.fill("input[name=from]", "2026-01-01");
    await page.fill("input[name=to]", "2026-01-31");
    await page.waitForFunction(() => document.querySelectorAll("#traffic-plot tbody tr").length === 31);
    assert.equal(await page.textContent("#total-pageviews"), "0");
    await page.fill("input[name=from]", "2020-01-01");
    await page.waitForFunction(() => document.getElementById("state")?.textContent?.includes("at most 400 days"));
  });

  test("programs are counted where that is asked for", async () => {
    const site = await twoVisits();
    const crawler = new Visit("visitor-crawler").view("https://shop.example/", "Home");
    await store(stage.collector, site, crawler, "Googlebot/2.1 (+http://www.google.com/bot.html)");
    const visitor = await stage.newVisitor();
    const page = await visitor.openBare(`${stage.collector.origin}/?site=${site}`);
    await shown(page);
    assert.equal(await page.textContent("#total-visitors"), "2");
    await page.check("input[name=bots]");
    await page.waitForFunction(() => document.getElementById("total-visitors")?.textContent === "3");
    assert.equal(new URL(page.url()).searchParams.get("bots"), "include");
  });

  test("a collector with a token is asked with it, by the form or by the address, which forgets it at once", async () => {
    const site = await twoVisits();
    const visitor = await stage.newVisitor();
    const page = await visitor.openBare("about:blank");
    await page.route("**/v1/**", (route) =>
      route.request().headers().authorization === "Bearer right"
        ? route.continue()
        : route.fulfill({ status: 401, json: { code: "unauthorized", message: "needs the token" } }),
    );
    await page.goto(`${stage.collector.origin}/?site=${site}`);
    for (const [token, then] of [
      ["wrong", () => document.getElementById("token-hint")?.textContent?.includes("not the right one")],
      ["right", () => document.getElementById("total-visitors")?.textContent === "2"],
    ] as const) {
      await page.waitForSelector("#token-form:not([hidden])");
      assert.equal(await page.isVisible("#reports"), false);
      await page.fill("input[name=token]", token);
      await page.keyboard.press("Enter");
      await page.waitForFunction(then);
    }
    assert.equal(await page.isVisible("#token-form"), false);
    await page.evaluate(() => sessionStorage.clear());
    await page.goto("about:blank");
    await page.goto(`${stage.collector.origin}/?site=${site}#token=right`);
    await shown(page);
    assert.equal(await page.textContent("#total-visitors"), "2");
    assert.doesNotMatch(page.url(), /right/);
  });

  test("uPlot is the file that npm has", () => {
    for (const file of ["uPlot.iife.min.js", "uPlot.min.css"]) {
      const [ours, theirs] = [`www/vendor/uplot/${file}`, `node_modules/uplot/dist/${file}`].map((path) =>
        readFileSync(join(root, path), "utf8"),
      );
      assert.equal(ours, theirs, file);
    }
    return Promise.resolve();
  });
});
