/** Visitors who keep themselves out of a site's statistics, and take that back. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { settled } from "../support/browser.ts";
import { event, expectEvents, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";
import { stored } from "../support/stored.ts";

describe("self-exclusion", () => {
  const stage = setStage();

  test("?sillage_exclude keeps a visitor out for good, whatever is consented to; ?sillage_include takes it back", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/privacy", stage.tag(site));
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await settled(page);
    const rows = [pageview(url, { visitor: "me" })];
    await expectEvents(collector, site, rows);

    const out = { local: [`sillage:${site}=0 excluded denied`], session: [], databases: [], cookies: [] };
    await page.goto(`${url}?sillage_exclude`);
    await settled(page);
    assert.deepEqual(await stored(page), out);
    await page.goto(url);
    await page.evaluate(() => window.sillage?.consent("granted"));
    await page.evaluate(() => window.sillage?.track("seen"));
    await settled(page);
    await page.evaluate(() => window.sillage?.consent("granted"));
    await page.evaluate(() => window.sillage?.track("seen"));
    await page.evaluate(() => window.sillage?.call("identify", "jo"));
    await settled(page);
    const next = origin.serve("/next", stage.tag(site, 'data-consent="granted"'));
    await page.goto(next);
    await settled(page);
    assert.deepEqual(await stored(page), out);
    await expectEvents(collector, site, rows);

    await page.goto(`${url}?sillage_include`);
    await settled(page);
    await page.evaluate(() => window.sillage?.track("back"));
    const back = { visitor: "somebody new" };
    rows.push(pageview(`${url}?sillage_include`, back), event("back", {}, back));
    await expectEvents(collector, site, rows, { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
  });

  test("what waits on other pages when a visitor keeps out is neither kept nor sent", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/waits", stage.tag(site, 'data-flush-interval-ms="60000"'));
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await settled(page);
    await page.evaluate(() => window.sillage?.track("waiting"));
    await page.goto(`${url}?sillage_exclude=1`);
    await settled(page);
    await page.goto(url);
    await settled(page);
    assert.deepEqual((await stored(page)).databases, []);
    await collector.caughtUp();
    // The page that was left had sent it with its beacon: it had not been told yet.
    const names = collector.rows(site).map(({ event }) => (event.webEvent as { eventName: string }).eventName);
    assert.deepEqual(new Set(names), new Set(["page_viewed", "waiting"]));
    assert.equal(names.filter((it) => it === "page_viewed").length, 1);
  });

  test("where localStorage is blocked a cookie remembers it", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/blocked", stage.tag(site));
    const visitor = await stage.newVisitor(() => {
      Object.defineProperty(window, "localStorage", {
        get() {
          throw new DOMException("blocked", "SecurityError");
        },
      });
    });
    const page = await visitor.open(`${url}?sillage_exclude`);
    await page.goto(url);
    await settled(page);
    await expectEvents(collector, site, []);
    await page.goto(`${url}?sillage_include`);
    await expectEvents(collector, site, [pageview(`${url}?sillage_include`)], { pages: [page] });
  });

  test("with a record that subdomains share, and with calls, who keeps out stays out", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/shared", stage.tag(site, `data-rules='{"subdomains": true, "campaignSessions": true}'`));
    const page = await (await stage.newVisitor()).open(`${url}?utm_source=a`);
    await settled(page);
    await page.goto(`${url}?sillage_exclude&utm_source=b`);
    await settled(page);
    await page.goto(`${url}?utm_source=c`);
    await settled(page);
    assert.equal(collector.rows(site).length, 1);
    assert.deepEqual((await stored(page)).local, [`sillage:${site}=0 excluded denied`]);
  });
});
