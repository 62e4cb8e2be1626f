/** Who the visitor is, once the site has said so, and in which session. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { settled } from "../support/browser.ts";
import { setStage, test } from "../support/stage.ts";

describe("identity", () => {
  const stage = setStage();

  const open = async (site: string, attributes = "", path = "/who") => {
    const url = stage.origin.serve(path, `<!doctype html><title>Who</title>${stage.tag(site, attributes)}`);
    const visitor = await stage.newVisitor();
    return { url, visitor, page: await visitor.open(url) };
  };
  /** Name, kind of customer and customer of each row, with its session. */
  const rows = async (site: string, page: Page, count: number) => {
    await settled(page);
    assert.ok(await stage.collector.hasRows(site, count), `${count} rows`);
    return stage.collector.rows(site).map(({ event }) => {
      const { eventName, traits } = (event.webEvent ?? {}) as { eventName?: string; traits?: object };
      const { id } = event.session as { id: string };
      return { name: eventName, type: event.customerIdType, customer: event.customerId, session: id, traits };
    });
  };

  test("a customer is known from identify on, on later pages too, with their traits, until reset", async () => {
    const site = stage.newSite();
    const { url, visitor, page } = await open(site);
    await page.evaluate(() => {
      window.sillage?.call("identify", "jo@shop.test", { type: "email", traits: { givenName: "Jo" } });
      window.sillage?.track("known_at_once");
    });
    await settled(page);
    await page.goto(url);
    await settled(page);
    await page.evaluate(() => {
      window.sillage?.call("reset");
      window.sillage?.track("somebody_new");
    });
    const found = await rows(site, page, 5);
    assert.deepEqual(
      found.map(({ name, type }) => [name, type]),
      [
        ["page_viewed", "cookie"],
        ["customer_identified", "email"],
        ["known_at_once", "email"],
        ["page_viewed", "email"],
        ["somebody_new", "cookie"],
      ],
    );
    const [first, identified, , later, last] = found;
    assert.equal(identified?.customer, "jo@shop.test");
    assert.deepEqual(identified?.traits, { givenName: { dataType: "string", value: "Jo" } });
    assert.equal(later?.session, first?.session, "one visit, which ties them");
    assert.notEqual(last?.session, first?.session);
    assert.notEqual(last?.customer, first?.customer);
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
    assert.ok(!kept.includes("jo@shop.test") && !kept.includes("Jo"), kept);
    assert.deepEqual(visitor.exceptions, []);
  });

  test("while the calls' part loads, what waits for it is pending", async () => {
    const site = stage.newSite();
    const { visitor, page } = await open(site);
    await settled(page);
    let letGo = () => {};
    const held = new Promise<void>((done) => {
      letGo = done;
    });
    await visitor.context.route("**/calls-*", async (route) => {
      await held;
      await route.continue();
    });
    await page.evaluate(() => {
      window.sillage?.call("identify", "a-1");
      window.sillage?.track("waits");
    });
    const pending = () => page.evaluate(() => window.sillage?.stats().pending);
    assert.equal(await pending(), 2, "an identification and an event");
    letGo();
    const found = await rows(site, page, 3);
    assert.deepEqual(
      found.map(({ name, type }) => [name, type]),
      [
        ["page_viewed", "cookie"],
        ["customer_identified", "userId"],
        ["waits", "userId"],
      ],
    );
  });

  test("who it is waits for consent, and a refusal erases it", async () => {
    const site = stage.newSite();
    const { page } = await open(site, 'data-consent="pending"');
    await page.evaluate(() => {
      window.sillage?.call("identify", "a-1");
      window.sillage?.track("waits");
    });
    await page.waitForFunction(() => window.sillage?.stats().tracked === 3);
    const stored = () => page.evaluate(() => JSON.stringify({ ...localStorage }) + document.cookie);
    assert.ok(!(await stored()).includes("a-1"));
    await page.evaluate(() => window.sillage?.consent("granted"));
    const found = await rows(site, page, 3);
    assert.deepEqual(
      found.map(({ type }) => type),
      ["cookie", "userId", "userId"],
    );
    assert.ok((await stored()).includes("=userId=a-1"));
    await page.evaluate(() => window.sillage?.consent("denied"));
    assert.ok(!(await stored()).includes("a-1"));
  });

  test("under Global Privacy Control nobody is identified", async () => {
    const site = stage.newSite();
    const url = stage.origin.serve("/gpc", `<!doctype html>${stage.tag(site, "data-debug")}`);
    const visitor = await stage.newVisitor(() => {
      Object.defineProperty(navigator, "globalPrivacyControl", { value: true });
    });
    const page = await visitor.open(url);
    await page.evaluate(() => {
      window.sillage?.call("identify", "a-1", { traits: { email: "jo@shop.test" } });
      window.sillage?.call("session", "app-7");
      window.sillage?.track("anonymous", {}, { itemId: "1", traits: { email: "jo@shop.test" } });
    });
    await page.waitForFunction(() => window.sillage?.stats().tracked === 2);
    const found = await rows(site, page, 2);
    assert.deepEqual(
      found.map(({ customer, traits }) => [customer, traits]),
      [
        [undefined, {}],
        [undefined, {}],
      ],
    );
    assert.ok(found.every(({ session }) => session !== "app-7"));
    assert.ok(visitor.trackerSaid.some((it) => it.includes("identify: Global Privacy Control is set")));
  });

  test("a host gives the session, by its rules from the first event on, or by a call", async () => {
    const site = stage.newSite();
    const { page } = await open(site, `data-rules='{"sessionId":"app-7"}'`);
    await page.evaluate(() => window.sillage?.track("in_the_first"));
    await settled(page);
    await page.evaluate(() => {
      window.sillage?.call("session", "app-8");
      window.sillage?.track("in_the_second");
    });
    const found = await rows(site, page, 3);
    assert.deepEqual(
      found.map(({ session }) => session),
      ["app-7", "app-7", "app-8"],
    );
  });

  test("a new campaign begins a session, the same one does not", async () => {
    const site = stage.newSite();
    const { url, page } = await open(site, `data-rules='{"campaignSessions":true}'`);
    for (const query of ["?utm_source=a", "?utm_source=a&x=1", "?gclid=b", ""]) {
      await settled(page);
      await page.goto(url + query);
    }
    const sessions = (await rows(site, page, 5)).map(({ session }) => session);
    assert.equal(new Set(sessions).size, 2);
    assert.deepEqual(
      sessions.map((it) => sessions.indexOf(it)),
      [0, 0, 0, 3, 3],
    );
    const kept = () => page.evaluate((site) => localStorage.getItem(`sillage:${site}!`), site);
    assert.equal(await kept(), "gclid=b");
    await page.evaluate(() => window.sillage?.consent("denied"));
    assert.equal(await kept(), null);
    await page.goto(`${url}?gclid=c`);
    await page.evaluate(() => window.sillage?.ready);
    await page.evaluate(() => window.sillage?.track("refused"));
    assert.equal(await kept(), null);
  });

  test("subdomains share visitor and session in a cookie of the widest domain, and a refusal reaches them all", async () => {
    const site = stage.newSite();
    const { port } = new URL(stage.origin.origin);
    stage.origin.serve("/sub", `<!doctype html>${stage.tag(site, `data-rules='{"subdomains":true}'`)}`);
    const visitor = await stage.newVisitor();
    const page = await visitor.open(`http://shop.sillage.localhost:${port}/sub`);
    await settled(page);
    await page.goto(`http://blog.sillage.localhost:${port}/sub`);
    const found = await rows(site, page, 2);
    assert.equal(found[0]?.customer, found[1]?.customer);
    assert.equal(found[0]?.session, found[1]?.session);
    const cookies = await visitor.context.cookies(page.url());
    assert.deepEqual(
      // WebKit's driver does not tell.
      cookies.map(({ domain }) => domain ?? ".sillage.localhost"),
      [".sillage.localhost"],
    );
    await page.evaluate(() => window.sillage?.consent("denied"));
    await page.goto(`http://shop.sillage.localhost:${port}/sub`);
    await page.evaluate(() => window.sillage?.ready);
    await page.evaluate(() => window.sillage?.track("refused"));
    await page.waitForFunction(() => (window.sillage?.stats().dropped ?? 0) > 0);
    await stage.collector.caughtUp();
    assert.equal(stage.collector.rows(site).length, 2);
    const left = (await visitor.context.cookies(page.url())).map(({ value }) => decodeURIComponent(value)).join();
    assert.ok(left.endsWith("denied") && !left.includes(String(found[0]?.customer)), left);
  });
});
