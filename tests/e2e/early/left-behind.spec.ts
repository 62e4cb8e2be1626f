/** What happens before the module is ready: heard by the inline stub and the loader, stored once, here or from the next page. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { BUTTONS, CHUNK, earlyPages, LOADER, MODULE, selectors, stub } from "../support/early.ts";
import { click, expectEvents, pageview } from "../support/expect-events.ts";
import { answer } from "../support/gate.ts";
import { setStage, test } from "../support/stage.ts";

describe("before the module is ready", () => {
  const stage = setStage();
  const early = earlyPages(stage);
  const { holdBack, newVisitorWaitingFor, openEarly, somebodyListens, trackerTookOver } = early;
  const { spilled, elsewhere, trackNumbers, steps } = early;

  test("calls of a page left before its script has loaded are stored once when the visitor returns", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const letThrough = holdBack(LOADER);
    const url = origin.serve("/left", `<title>Left</title>${stub(site)}${stage.tag(site)}`);
    const visitor = await stage.newVisitor();
    const page = await openEarly(visitor, url);
    await trackNumbers(page, 1, 20);
    await page.goto(elsewhere());
    assert.equal((await spilled(page, site)).length, 1);
    letThrough();
    const back = origin.serve("/back", `${stub(site)}${stage.tag(site)}`);
    await page.goto(back);
    await trackerTookOver(page);
    const left = { view: "left", session: "one", visitor: "me" };
    const returned = pageview(back, { view: "back", session: "one", visitor: "me" });
    const rows = [
      pageview(url, { ...left, also: { webEvent: { page: { title: "Left" } } } }),
      ...steps(1, 20, { ...left, url }),
      returned,
    ];
    await expectEvents(collector, site, rows, { pages: [page] });
    assert.deepEqual(await spilled(page, site), []);
    await page.goto(back);
    await trackerTookOver(page);
    await expectEvents(collector, site, [...rows, pageview(back)], { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
  });

  for (const [what, held, withStub] of [
    ["before the loader is there", LOADER, true],
    ["before the module's script is there", CHUNK, false],
    ["before the module is there", MODULE, false],
    ["with a stub, before the module is there", MODULE, true],
  ] as const) {
    test(`clicks and calls ${what} are stored in their order, with their own times`, async () => {
      const { collector, origin } = stage;
      const site = stage.newSite();
      const letThrough = holdBack(held);
      const url = origin.serve(
        "/early",
        `${withStub ? stub(site) : ""}${stage.tag(site)}<title>Early</title>${BUTTONS}`,
      );
      const visitor = await newVisitorWaitingFor(held);
      const before = Date.now();
      const page = await openEarly(visitor, url);
      await page.waitForFunction(() => window.sillage);
      const clicked: [before: number, after: number][] = [];
      for (const [n, name] of ["text=One", "text=Two", "text=Three"].entries()) {
        const from = Date.now();
        await page.click(name);
        clicked.push([from, Date.now()]);
        await trackNumbers(page, n + 1, n + 1);
        // Events of one millisecond have no order among pages.
        await page.waitForTimeout(5);
      }
      const after = Date.now();
      await page.waitForTimeout(50);
      letThrough();
      await trackerTookOver(page);
      await trackNumbers(page, 4, 4);
      const facts = { view: "page", session: "one", visitor: "me" };
      const rows = [
        pageview(url, { ...facts, also: { webEvent: { page: { title: "Early" } } } }),
        ...selectors.flatMap((selector, n) => [
          click(selector, { ...facts, prompt: ["One", "Two", "Three"][n] }),
          ...steps(n + 1, n + 1, { session: "one" }),
        ]),
        ...steps(4, 4, { session: "one" }),
      ];
      await expectEvents(collector, site, rows, { pages: [page] });
      const times = collector.rows(site).map(({ event }) => Date.parse(event.createdDate));
      const early = times.slice(0, -1);
      assert.ok(
        early.every((at) => at >= before && at <= after),
        `${early} within ${before} and ${after}`,
      );
      for (const [n, [from, to]] of clicked.entries()) {
        const at = times[1 + 2 * n] ?? 0;
        assert.ok(at >= from && at <= to, `the click of ${from} to ${to} has the time ${at}`);
      }
      assert.deepEqual(visitor.exceptions, []);
    });
  }

  test("a page left between the loader and the module leaves calls, clicks and addresses to the next page", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const letThrough = holdBack(MODULE);
    const url = origin.serve("/between", `<title>First</title>${stage.tag(site)}${BUTTONS}`);
    const next = new URL("/between/next", url).href;
    const visitor = await newVisitorWaitingFor(MODULE);
    const page = await openEarly(visitor, url);
    await somebodyListens(page);
    await page.click("text=Two");
    await trackNumbers(page, 1, 2);
    await page.evaluate(() => history.pushState({}, "", "/between/next"));
    await trackNumbers(page, 3, 3);
    const stats = await page.evaluate(() => window.sillage?.stats());
    assert.deepEqual(stats, { tracked: 5, sent: 0, pending: 5, dropped: 0 });
    await page.goto(elsewhere());
    assert.equal((await spilled(page, site)).length, 1);
    letThrough();
    const back = origin.serve("/between-back", stage.tag(site));
    await page.goto(back);
    const one = { view: "1", session: "one", visitor: "me" };
    const two = { view: "2", session: "one", visitor: "me" };
    await expectEvents(
      collector,
      site,
      [
        pageview(url, one),
        click(selectors[1] ?? "", { ...one, prompt: "Two", href: null }),
        ...steps(1, 2, { ...one, url }),
        pageview(next, { ...two, referrer: url }),
        ...steps(3, 3, { ...two, url: next }),
        pageview(back, { view: "3", session: "one", visitor: "me" }),
      ],
      { pages: [page] },
    );
    assert.deepEqual(await spilled(page, site), []);
  });

  test("a link clicked before the script has loaded leaves its click to the page that it leads to", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const letThrough = holdBack(LOADER);
    const next = origin.serve("/followed", stage.tag(site));
    const body = `<main><a data-sillage-name="to next" href="/followed">  To
      <b>next</b></a> <p data-sillage-ignore><button id="ignored">Ignored</button></p>
      <p data-sillage-mask><button id="masked">4000 0000</button></p> <button id="matches">Matches</button></main>`;
    const url = origin.serve("/follow", `${stub(site)}${stage.tag(site)}${body}`);
    const visitor = await stage.newVisitor();
    const page = await openEarly(visitor, url);
    for (const id of ["ignored", "masked", "matches"]) await page.click(`#${id}`);
    await page.mouse.click(900, 600);
    await Promise.all([page.waitForEvent("framenavigated"), page.click("b", { noWaitAfter: true })]);
    letThrough();
    await trackerTookOver(page);
    await expectEvents(
      collector,
      site,
      [
        pageview(url, { view: "1" }),
        click("#masked", { view: "1", prompt: "" }),
        click("#matches", { view: "1", prompt: "Matches" }),
        click("to next", { view: "1", prompt: /To\s+next/, href: next }),
        pageview(next, { view: "2", referrer: url }),
      ],
      { pages: [page] },
    );
    assert.ok(!collector.gate.asked.some(({ body }) => /4000|Ignored/.test(body)));
  });

  test("two tabs that find the same leave no duplicates", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const letThrough = holdBack(MODULE);
    const url = origin.serve("/tabs", `${stub(site)}${stage.tag(site)}`);
    const visitor = await newVisitorWaitingFor(MODULE);
    const first = await openEarly(visitor, url);
    await first.waitForFunction(() => window.sillage?.ready && document.readyState === "complete");
    await trackNumbers(first, 1, 20);
    await first.goto(elsewhere());
    const back = origin.serve("/tabs-back", `${stage.tag(site)}`);
    const second = await visitor.context.newPage();
    await Promise.all([first, second].map((page) => page.goto(back, { waitUntil: "domcontentloaded" })));
    letThrough();
    const rows = [pageview(url), ...steps(1, 20, { url }), pageview(back), pageview(back)];
    await expectEvents(collector, site, rows, { pages: [first, second] });
    assert.deepEqual(await spilled(first, site), []);
  });

  test("where the module's script is missing, a later page that has it stores what happened", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    let isMissing = true;
    collector.gate.handler = async ({ path }, forward) =>
      isMissing && path.includes(CHUNK) ? answer(404, "not here") : forward();
    const url = origin.serve("/missing", `${stage.tag(site)}${BUTTONS}`);
    const visitor = await stage.newVisitor();
    const page = await visitor.openBare(url);
    await somebodyListens(page);
    await trackNumbers(page, 1, 1);
    const code = await page.evaluate(() => window.sillage?.ready.catch((error) => error.code));
    assert.equal(code, "load_failed");
    await page.click("text=One");
    await trackNumbers(page, 2, 2);
    await page.goto(elsewhere());
    isMissing = false;
    const back = origin.serve("/missing-back", stage.tag(site));
    await page.goto(back);
    await expectEvents(
      collector,
      site,
      [pageview(url), ...steps(1, 1), click(selectors[0] ?? ""), ...steps(2, 2), pageview(back)],
      { pages: [page] },
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  for (const [held, withStub] of [
    [LOADER, true],
    [MODULE, false],
  ] as const) {
    test(`pages that never have ${held} do not fill the store`, async () => {
      const { origin } = stage;
      const site = stage.newSite();
      const letThrough = holdBack(held);
      const url = origin.serve("/never", `${withStub ? stub(site) : ""}${stage.tag(site)}`);
      const page = await openEarly(await newVisitorWaitingFor(held), url);
      for (let n = 0; n < 7; n++) {
        await somebodyListens(page);
        await page.evaluate(() => {
          for (let n = 0; n < 40; n++) window.sillage?.track("large", { text: "x".repeat(1000) });
        });
        await page.goto(url, { waitUntil: "domcontentloaded" });
      }
      const sizes = await page.evaluate(() => Object.values(localStorage).map(({ length }) => length));
      // The sixth has the numbers of what found no place.
      assert.equal(sizes.length, 6);
      assert.ok(Math.min(...sizes) < 30);
      assert.ok(Math.max(...sizes) <= 65_536 + 100);
      letThrough();
    });
  }
});
