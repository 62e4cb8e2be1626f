/** What is not written and not sent: before the choice, after a refusal, under Global Privacy Control, and secrets. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { settled, writtenDown } from "./support/browser.ts";
import { click, event, expectEvents, pageview } from "./support/expect-events.ts";
import { isBatch } from "./support/gate.ts";
import { setStage, test } from "./support/stage.ts";
import { NOTHING, stored } from "./support/stored.ts";

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

describe("privacy", () => {
  const stage = setStage();
  const batches = () => stage.collector.gate.asked.filter(isBatch);

  test("while consent is pending nothing is stored or sent; a grant sends what waited, with its own times", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/pending", `${stage.tag(site, 'data-consent="pending"')}<button id="buy">Buy</button>`);
    const page = await (await stage.newVisitor()).open(url);
    await page.click("#buy");
    await page.evaluate(() => window.sillage?.track("seen", { n: 1 }));
    await page.evaluate(() => window.sillage?.flush());
    assert.deepEqual(await page.evaluate(() => window.sillage?.stats()), {
      tracked: 3,
      sent: 0,
      pending: 3,
      dropped: 0,
    });
    assert.deepEqual(await stored(page), NOTHING);
    assert.deepEqual(batches(), []);

    await page.evaluate(() => window.sillage?.consent("granted"));
    const visit = { view: "page", session: "one", visitor: "me" };
    const rows = [pageview(url, visit), click("#buy", visit), event("seen", { n: 1 }, visit)];
    await expectEvents(collector, site, rows, { pages: [page] });
    assert.match((await stored(page)).local.join(), /granted/);

    // The choice holds on the next page, whatever its tag says.
    await page.reload();
    await expectEvents(collector, site, [...rows, pageview(url, { ...visit, view: "again" })], { pages: [page] });
  });

  test("a page left while consent is pending leaves nothing behind", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/pending-left", stage.tag(site, 'data-consent="pending"'));
    const bare = origin.serve("/bare", "bare");
    const page = await (await stage.newVisitor()).open(url);
    await page.evaluate(() => window.sillage?.track("seen"));
    await page.goto(bare);
    assert.deepEqual(await stored(page), NOTHING);
    await expectEvents(collector, site, []);
    assert.deepEqual(batches(), []);
  });

  test("denied by the site: nothing is recorded, stored or sent", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve(
      "/denied",
      `${stage.tag(site, 'data-consent="denied" data-debug')}<button id="buy">Buy</button>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.click("#buy");
    await page.evaluate(() => window.sillage?.track("seen"));
    assert.deepEqual(await page.evaluate(() => window.sillage?.stats()), {
      tracked: 3,
      sent: 0,
      pending: 0,
      dropped: 3,
    });
    assert.deepEqual(await stored(page), NOTHING);
    await page.close();
    await expectEvents(collector, site, []);
    assert.deepEqual(batches(), []);
    const said =
      '[sillage] dropped 1 no_consent: without the visitor\'s consent nothing is recorded; call sillage.consent("granted") when they allow it, or set data-consent="pending" to keep events until they choose';
    assert.deepEqual(visitor.trackerSaid, Array(3).fill(said));
  });

  test("a refusal erases what was stored and what waited, in every tab and on later visits", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/refusal", stage.tag(site, 'data-flush-interval-ms="60000"'));
    const visitor = await stage.newVisitor();
    const [first, second] = [await visitor.open(url), await visitor.open(url)];
    await settled(first);
    await settled(second);
    const rows = [pageview(url, { visitor: "me" }), pageview(url, { visitor: "me" })];
    await expectEvents(collector, site, rows);
    assert.match((await stored(first)).local.join(), UUID);

    await first.evaluate(() => window.sillage?.track("waiting"));
    await first.evaluate(() => window.sillage?.consent("denied"));
    await second.evaluate(() => window.sillage?.track("in_the_other_tab"));
    await first.reload();
    await settled(first);
    await first.evaluate(() => window.sillage?.track("later"));
    await expectEvents(collector, site, rows, { pages: [first, second] });
    const { local, databases, ...others } = await stored(first);
    assert.deepEqual(others, { session: [], cookies: [] });
    assert.equal(local.length, 1);
    assert.equal(databases.length, 2, "the database and the one line in it");
    for (const kept of [local[0], databases[1]]) {
      assert.match(kept ?? "", /denied$/, "the choice itself is kept");
      assert.doesNotMatch(kept ?? "", UUID);
    }

    // Who allows it later is somebody new.
    await first.evaluate(() => window.sillage?.consent("granted"));
    await first.evaluate(() => window.sillage?.track("allowed"));
    await expectEvents(collector, site, [...rows, event("allowed", {}, { visitor: "somebody new" })], {
      pages: [first],
    });
  });

  test("a choice that is taken back leaves nobody's id on the device", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/taken-back", stage.tag(site));
    const page = await (await stage.newVisitor()).open(url);
    await settled(page);
    const [visitor = ""] = UUID.exec((await stored(page)).local.join()) ?? [];
    assert.ok(JSON.stringify((await stored(page)).databases).includes(visitor));
    await page.evaluate(() => window.sillage?.consent("pending"));
    await page.evaluate(() => window.sillage?.track("waits"));
    await writtenDown(page);
    assert.ok(!JSON.stringify(await stored(page)).includes(visitor), "the visitor is still on the device");
    // Who allows it again on the same page is the same visitor.
    await page.evaluate(() => window.sillage?.consent("granted"));
    const visit = { visitor: "me", session: "one" };
    await expectEvents(collector, site, [pageview(url, visit), event("waits", {}, visit)], { pages: [page] });
  });

  test("a site that denies what it allowed before erases what it stored then", async () => {
    const { origin } = stage;
    const site = stage.newSite();
    const visitor = await stage.newVisitor();
    const page = await visitor.open(origin.serve("/before", stage.tag(site)));
    await settled(page);
    assert.match((await stored(page)).local.join(), UUID);
    await page.goto(origin.serve("/after", stage.tag(site, 'data-consent="denied"')));
    await settled(page);
    assert.doesNotMatch((await stored(page)).local.join(), UUID);
  });

  test("Global Privacy Control: events arrive without a visitor, and nothing is stored", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/gpc", `${stage.tag(site)}<a id="next" href="/gpc-next">Next</a>`);
    const next = origin.serve("/gpc-next", stage.tag(site));
    const visitor = await stage.newVisitor(() => {
      Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true });
    });
    const page = await visitor.open(url);
    await page.evaluate(() => window.sillage?.track("seen"));
    assert.deepEqual(await stored(page), NOTHING);
    await page.click("#next");
    await page.waitForURL(next);
    const anonymous = { visitor: null };
    await expectEvents(
      collector,
      site,
      [
        pageview(url, { ...anonymous, view: "1", session: "one" }),
        event("seen", {}, { ...anonymous, view: "1", session: "one" }),
        click("#next", { ...anonymous, view: "1", session: "one", href: next }),
        // Without anything stored, each page is a visit of its own.
        pageview(next, { ...anonymous, view: "2", session: "two", referrer: url }),
      ],
      { pages: [page] },
    );
    assert.deepEqual(await stored(page), NOTHING);
  });

  test("tokens, e-mail addresses and credentials are in no request", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const secrets = [
      "s3cr3t-t0k3n",
      "jo@example.com",
      "jo%40example.com",
      "9f8e7d6c5b4a",
      "eyJhbGciOiJIUzI1NiJ9",
      "hunter2",
    ];
    const query =
      "?token=s3cr3t-t0k3n&contact=jo%40example.com&t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.sig&page=2";
    const body = `${stage.tag(site)}
      <a id="reset" href="/reset/9f8e7d6c5b4a?password=hunter2" onclick="event.preventDefault()">Reset</a>
      <a id="next" href="/secrets-next">Next</a>`;
    const url = origin.serve(`/secrets${query}#access_token=s3cr3t-t0k3n`, body);
    origin.serve("/secrets-next", stage.tag(site));
    const redacted = (path: string) => origin.origin + path;
    const page = await (await stage.newVisitor()).open(url);
    await page.click("#reset");
    await page.evaluate(() => history.pushState({}, "", "/u/jo@example.com/orders?session=s3cr3t-t0k3n"));
    await page.click("#next");
    await page.waitForURL("**/secrets-next");
    const first = "/secrets?token=REDACTED&contact=REDACTED&t=REDACTED&page=2";
    await expectEvents(
      collector,
      site,
      [
        pageview(redacted(`${first}#access_token=REDACTED`), { referrer: null }),
        click("#reset", { href: redacted("/reset/REDACTED?password=REDACTED") }),
        pageview(redacted("/u/REDACTED/orders?session=REDACTED"), {
          referrer: redacted(`${first}#access_token=REDACTED`),
        }),
        click("#next", { href: redacted("/secrets-next") }),
        pageview(redacted("/secrets-next"), { referrer: redacted("/u/REDACTED/orders?session=REDACTED") }),
      ],
      { pages: [page] },
    );
    for (const { body } of batches()) {
      for (const secret of secrets) assert.ok(!body.includes(secret), `${secret} is in a request`);
    }
    // Nor does the spill keep them, nor the record.
    const kept = JSON.stringify(await stored(page));
    for (const secret of secrets) assert.ok(!kept.includes(secret), `${secret} is stored`);
  });
});
