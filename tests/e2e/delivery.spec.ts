/** Nothing is lost and nothing is counted twice, whatever becomes of the page, the answer or the collector. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { ENGINE, settled, type Visitor, writtenDown } from "./support/browser.ts";
import { click, event, expectEvents, pageview } from "./support/expect-events.ts";
import { answer, isBatch } from "./support/gate.ts";
import { setStage, test } from "./support/stage.ts";

/**
 * The visitor comes back where that takes: Firefox cuts off the script of a tab that is closed as the last of
 * its process (`dom.abort_script_on_child_shutdown`), wherever it is in `pagehide`.
 */
async function returned(visitor: Visitor, url: string) {
  if (ENGINE !== "firefox") return { views: [], pages: [] };
  return { views: [pageview(url)], pages: [await visitor.open(url)] };
}

describe("delivery", () => {
  const stage = setStage();
  const batches = () => stage.collector.gate.asked.filter(isBatch);

  test("a page left right after track(), by a link, loses nothing", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const script = `onclick="for (let n = 0; n < 50; n++) window.sillage.track('step_taken', { n })"`;
    const url = origin.serve("/leaving", `${stage.tag(site)}<a id="out" href="/outside" ${script}>Out</a>`);
    const outside = origin.serve("/outside", "no tracker here");
    const page = await (await stage.newVisitor()).open(url);
    await page.click("#out");
    await page.waitForURL(outside);
    const visit = { view: "page", session: "one", visitor: "me" };
    const steps = Array.from({ length: 50 }, (_, n) => event("step_taken", { n }, visit));
    await expectEvents(collector, site, [pageview(url, visit), click("#out", { ...visit, href: outside }), ...steps]);
  });

  test("a tab closed right after track() loses nothing", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/closing", stage.tag(site));
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.evaluate(() => window.sillage?.track("seen", { n: 1 }));
    await page.close({ runBeforeUnload: true });
    const { views, pages } = await returned(visitor, url);
    await expectEvents(collector, site, [pageview(url), event("seen", { n: 1 }), ...views], { pages });
  });

  for (const [when, sends] of [
    ["while its page is left", false],
    ["at a turn", true],
  ] as const) {
    test(`a script that is cut off ${when} leaves nothing half done`, async () => {
      const { collector, origin } = stage;
      const go = async (next: string, sends: boolean) => {
        // As Firefox does when it closes a tab: here when the counters and an event were taken out of the outbox.
        const taken = Map.prototype.delete;
        let calls = 0;
        const isCut = new Promise<void>((cut) => {
          Map.prototype.delete = function (key) {
            if (++calls > 2) {
              // A page that is left is cut off for good, a turn alone.
              if (sends) Map.prototype.delete = taken;
              cut();
              throw new Error("cut off");
            }
            return taken.call(this, key);
          };
        });
        if (sends) {
          window.sillage?.flush();
          // A turn that was on its way before may have taken them along.
          const isSent = new Promise<boolean>((sent) => {
            setInterval(() => window.sillage?.stats().pending === 0 && sent(true), 20);
          });
          if (await Promise.race([isCut, isSent])) return false;
        }
        // Once this call has given its answer: a page that goes takes the answer along.
        setTimeout(() => {
          location.href = next;
        });
        return true;
      };
      for (let attempt = 1; attempt <= 5; attempt++) {
        const site = stage.newSite();
        const url = origin.serve("/cut-off", stage.tag(site, 'data-flush-interval-ms="60000"'));
        const visitor = await stage.newVisitor();
        const page = await visitor.open(url);
        await settled(page);
        for (let n = 1; n <= 3; n++) {
          await page.evaluate((n) => window.sillage?.track("seen", { n }), n);
          // Each is a line of its own. Twice: WebKit may tell one connection of its end before another that ended first.
          await writtenDown(page);
          await writtenDown(page);
        }
        if (!(await page.evaluate(`(${go})(${JSON.stringify(`${url}?2`)}, ${sends})`))) continue;
        await page.waitForURL(`${url}?2`);
        const events = [1, 2, 3].map((n) => event("seen", { n }));
        await expectEvents(collector, site, [pageview(url), ...events, pageview(`${url}?2`)], { pages: [page] });
        assert.deepEqual(visitor.exceptions, []);
        return;
      }
      assert.fail("five times in a row all of it was sent before it could be cut off");
    });
  }

  test("a batch that is in flight when the tab is closed and never arrives is sent by the next visit", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/in-flight", stage.tag(site));
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await settled(page);
    const isLast = (body: string) => body.includes("seen");
    let isFirst = true;
    collector.gate.handler = (asked, forward) => {
      const isHeldBack = isBatch(asked) && isLast(asked.body) && isFirst;
      if (isHeldBack) isFirst = false;
      // Never answered: the browser gives it up with the page.
      return isHeldBack ? new Promise(() => undefined) : forward();
    };
    await page.evaluate(() => {
      window.sillage?.track("seen", { n: 1 });
      window.sillage?.flush();
    });
    await collector.gate.wasAsked((asked) => isBatch(asked) && isLast(asked.body));
    await page.close({ runBeforeUnload: true });
    const next = await visitor.open(url);
    await expectEvents(collector, site, [pageview(url), event("seen", { n: 1 }), pageview(url)], { pages: [next] });
  });

  test("what a page could not send is sent by the next page of the site", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/offline", stage.tag(site));
    const next = origin.serve("/online", stage.tag(site));
    const visit = { session: "one", visitor: "me" };
    let isDown = true;
    collector.gate.handler = async (asked, forward) => (isDown && isBatch(asked) ? undefined : forward());
    const page = await (await stage.newVisitor()).open(url);
    await page.evaluate(() => window.sillage?.track("seen", { n: 1 }));
    await page.goto(origin.serve("/bare", "no tracker here"));
    isDown = false;
    await page.goto(next);
    await expectEvents(
      collector,
      site,
      [
        pageview(url, { ...visit, view: "1" }),
        event("seen", { n: 1 }, { ...visit, view: "1", url }),
        pageview(next, { ...visit, view: "2" }),
      ],
      { pages: [page] },
    );
    const left = await page.evaluate(() => Object.keys(localStorage));
    assert.deepEqual(left, [`sillage:${site}`], "what was left for the next page is gone");
  });

  test("a collector that is killed and restarted gets every event once", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/restart", stage.tag(site));
    const page = await (await stage.newVisitor()).open(url);
    await settled(page);
    await collector.stop("SIGKILL");
    await page.evaluate(() => {
      for (const n of [1, 2, 3]) window.sillage?.track("step_taken", { n });
      window.sillage?.flush();
    });
    await collector.gate.wasAsked((asked) => isBatch(asked) && asked.body.includes("step_taken"));
    await collector.start();
    const steps = [1, 2, 3].map((n) => event("step_taken", { n }));
    await expectEvents(collector, site, [pageview(url, { totals: [1, 1] }), ...steps], { pages: [page] });
  });

  test("503 with Retry-After, then 200: the same batch comes again, unchanged", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/busy", stage.tag(site));
    let refusals = 2;
    collector.gate.handler = async (asked, forward) =>
      isBatch(asked) && refusals-- > 0
        ? answer(503, { code: "busy", message: "later" }, { "retry-after": "0" })
        : forward();
    const page = await (await stage.newVisitor()).open(url);
    await expectEvents(collector, site, [pageview(url)], { pages: [page] });
    const bodies = batches().map(({ body }) => JSON.parse(body));
    const [first, again, ...more] = bodies.filter(({ events }) => events.length > 0);
    assert.deepEqual(more, []);
    assert.deepEqual({ ...again, sentAt: first.sentAt }, first);
    assert.ok(first.sentAt < again.sentAt, "the time of leaving is renewed");
    const questions = bodies.filter(({ events }) => events.length === 0);
    // Refused once, then answered; once more where the batch was too young to be given up by then.
    assert.ok(questions.length === 2 || questions.length === 3, `it is asked for first: ${questions.length} times`);
    for (const { receipts } of questions) assert.deepEqual(receipts, [first.id]);
  });

  for (const [what, lost] of [
    ["cut off", undefined],
    ["another program's", answer(200, { welcome: "to the hotel's network" })],
    ["of another status", answer(502, { error: "bad gateway" })],
  ] as const) {
    test(`an answer that is ${what} after the batch was stored: one row an event`, async () => {
      const { collector, origin } = stage;
      const site = stage.newSite();
      const url = origin.serve("/lost-answer", stage.tag(site));
      let losses = 1;
      collector.gate.handler = async (asked, forward) => {
        const answered = await forward();
        return isBatch(asked) && losses-- > 0 ? lost : answered;
      };
      const page = await (await stage.newVisitor()).open(url);
      await expectEvents(collector, site, [pageview(url, { totals: [1, 1] })], { pages: [page] });
      assert.equal(batches().length, 2);
      assert.deepEqual(await page.evaluate(() => window.sillage?.stats()), {
        tracked: 1,
        sent: 1,
        pending: 0,
        dropped: 0,
      });
    });
  }

  test("a text cut in the middle of an emoji sinks neither its event nor the batch", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/emoji", `${stage.tag(site)}<button id="buy">Buy</button>`);
    const page = await (await stage.newVisitor()).open(url);
    await page.evaluate(() => {
      document.title = "Sail 🌊".slice(0, 6);
      window.sillage?.track("typed", { text: "Ahoy 🌊".slice(0, 6) });
      window.sillage?.page();
    });
    await expectEvents(
      collector,
      site,
      [
        pageview(url),
        event("typed", { text: "Ahoy \ufffd" }),
        pageview(url, { also: { webEvent: { page: { title: "Sail \ufffd" } } } }),
      ],
      { pages: [page] },
    );
  });

  test("one page view and 200 events with five properties: what it costs", async (t) => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/two-hundred", stage.tag(site));
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.evaluate(
      () =>
        new Promise<void>((done) => {
          let n = 0;
          const timer = setInterval(() => {
            window.sillage?.track("product_viewed", {
              sku: `SKU-${1000 + n}`,
              price: n + 0.5,
              currency: "EUR",
              position: n,
              inStock: n % 2 === 0,
            });
            if (++n < 200) return;
            clearInterval(timer);
            done();
          }, 20);
        }),
    );
    await page.close({ runBeforeUnload: true });
    const events = Array.from({ length: 200 }, (_, n) =>
      event("product_viewed", {
        sku: `SKU-${1000 + n}`,
        price: n + 0.5,
        currency: "EUR",
        position: n,
        inStock: n % 2 === 0,
      }),
    );
    const { views, pages } = await returned(visitor, url);
    await expectEvents(collector, site, [pageview(url), ...events, ...views], { pages });
    const sent = batches();
    const bytes = sent.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
    const plain = sent.reduce((sum, { body }) => sum + body.length, 0);
    t.diagnostic(`${sent.length} requests, ${bytes} body bytes (${plain} uncompressed)`);
    for (const { bodyBytes, body } of sent)
      t.diagnostic(`  ${JSON.parse(body).events.length} events in ${bodyBytes} bytes`);
    assert.ok(sent.length <= 8, `${sent.length} requests`);
  });
});
