/** What happens before the module is ready: heard by the inline stub and the loader, stored once, here or from the next page. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { MODULE_FILE as MODULE, type Visitor } from "./support/browser.ts";
import { dist, root } from "./support/collector.ts";
import { click, event, expectEvents, pageview } from "./support/expect-events.ts";
import { answer, isBatch } from "./support/gate.ts";
import { setStage, test } from "./support/stage.ts";

const LOADER = "/sillage.js";
const CHUNK = "/tracker-";

const built = readFileSync(join(dist, "web/stub.js"), "utf8");
const quickStart = readFileSync(join(root, "docs/quick-start.md"), "utf8");

/** The inline stub, as a site's owner would paste it. */
const stub = (site: string, { consent = "", nonce = "" } = {}) =>
  `<script ${nonce && `nonce="${nonce}"`}>${built.replace('("shop")', `("${site}"${consent && `,"${consent}"`})`)}</script>`;

const BUTTONS = `<div id="list"><button>One</button><button>Two</button></div><a id="link" href="#part">Three</a>`;
const selectors = ["#list>button:nth-of-type(1)", "#list>button:nth-of-type(2)", "#link"];

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe("before the module is ready", () => {
  const stage = setStage();

  /** Holds back what is asked by a path with this in it, until it is let through. */
  function holdBack(part: string) {
    let letThrough = () => {};
    const free = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    stage.collector.gate.handler = async ({ path }, forward) => {
      if (path.includes(part)) await free;
      return forward();
    };
    return letThrough;
  }

  /** Opens a page without waiting for the scripts that are held back. */
  async function openEarly(visitor: Visitor, url: string) {
    const page = await visitor.context.newPage();
    await page.goto(url, { waitUntil: "domcontentloaded" });
    return page;
  }

  /** Waits until the stub is there, or the loader and the page's load event. */
  const somebodyListens = (page: Page) =>
    page.waitForFunction(() => window.sillage && ("q" in window.sillage || document.readyState === "complete"));
  /** Waits until the module of the page works. */
  const trackerTookOver = (page: Page) => page.waitForFunction(() => window.sillage?.ready);
  const spilled = (page: Page, site: string) =>
    page.evaluate((prefix) => Object.keys(localStorage).filter((key) => key.startsWith(prefix)), `sillage:${site}~`);
  const elsewhere = () => stage.origin.serve("/elsewhere", "no tracker here");

  const trackNumbers = (page: Page, from: number, to: number) =>
    page.evaluate(
      ([from, to]) => {
        for (let n = from; n <= to; n++) window.sillage?.track("step_taken", { n, text: `step ${n}` });
      },
      [from, to] as [number, number],
    );
  const steps = (from: number, to: number, facts = {}) =>
    numbers(from, to).map((n) => event("step_taken", { n, text: `step ${n}` }, facts));

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

  test("sillage('track', ...) and sillage.track(...) do the same, before the loader is there and after", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const letThrough = holdBack(LOADER);
    const [, callable = ""] = /^(<script>\(\(\)=>\{let it=.*?<\/script>)$/ms.exec(quickStart) ?? [];
    const url = origin.serve("/callable", `${stub(site)}${callable}${stage.tag(site)}`);
    const visitor = await stage.newVisitor();
    const page = await openEarly(visitor, url);
    await page.waitForFunction(() => window.sillage);
    const call = (n: number) =>
      page.evaluate((n) => {
        const sillage = window.sillage as unknown as ((...given: unknown[]) => void) & {
          track(...given: unknown[]): void;
        };
        sillage("track", "called", { n });
        sillage.track("called", { n: n + 1 });
        sillage("nothing", 1);
      }, n);
    await call(1);
    letThrough();
    await trackerTookOver(page);
    await call(3);
    const rows = numbers(1, 4).map((n) => event("called", { n }, { view: "one", visitor: "me" }));
    await expectEvents(collector, site, [pageview(url, { view: "one", visitor: "me" }), ...rows], { pages: [page] });
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
      const visitor = await stage.newVisitor();
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
    const visitor = await stage.newVisitor();
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

  for (const [held, withStub] of [
    [LOADER, true],
    [MODULE, false],
  ] as const) {
    const where = `before ${held} is there`;

    for (const consent of ["denied", "pending", "tcf", "google"]) {
      test(`${where}, nothing is written while consent is ${consent}`, async () => {
        const { collector, origin } = stage;
        const site = stage.newSite();
        const letThrough = holdBack(held);
        const tag = stage.tag(site, `data-consent="${consent}"`);
        const url = origin.serve("/forbidden", `${withStub ? stub(site, { consent }) : ""}${tag}${BUTTONS}`);
        const page = await openEarly(await stage.newVisitor(), url);
        await somebodyListens(page);
        await trackNumbers(page, 1, 3);
        await page.click("text=Two");
        if (consent === "denied" && !withStub) {
          assert.equal((await page.evaluate(() => window.sillage?.stats()))?.pending, 1, "the page itself waits");
        }
        await page.goto(elsewhere());
        assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
        letThrough();
        await page.goto(origin.serve("/forbidden-back", tag));
        // Who asks another program is not ready before that has answered.
        if (/tcf|google/.test(consent)) await collector.gate.wasAsked(({ path }) => path.includes("/extras-"));
        else await trackerTookOver(page);
        await expectEvents(collector, site, []);
        assert.deepEqual(collector.gate.asked.filter(isBatch), []);
      });
    }

    test(`${where}, a refusal is obeyed at once and kept`, async () => {
      const { collector, origin } = stage;
      const site = stage.newSite();
      const letThrough = holdBack(held);
      const url = origin.serve("/refused", `${withStub ? stub(site) : ""}${stage.tag(site)}`);
      const page = await openEarly(await stage.newVisitor(), url);
      await somebodyListens(page);
      await trackNumbers(page, 1, 3);
      await page.evaluate(() => window.sillage?.consent("denied"));
      await trackNumbers(page, 4, 5);
      await page.goto(elsewhere());
      assert.doesNotMatch(JSON.stringify(await page.evaluate(() => ({ ...localStorage }))), /step_taken|refused/);
      letThrough();
      await page.goto(origin.serve("/refused-back", stage.tag(site)));
      await trackerTookOver(page);
      await page.evaluate(() => window.sillage?.ready);
      await trackNumbers(page, 6, 6);
      await expectEvents(collector, site, []);
      assert.deepEqual(collector.gate.asked.filter(isBatch), []);
      assert.match(JSON.stringify(await page.evaluate(() => ({ ...localStorage }))), /denied/);
    });

    test(`${where}, a grant lets what waited be kept`, async () => {
      const { collector, origin } = stage;
      const site = stage.newSite();
      const letThrough = holdBack(held);
      const tag = stage.tag(site, 'data-consent="pending"');
      const url = origin.serve("/granted", `${withStub ? stub(site, { consent: "pending" }) : ""}${tag}`);
      const page = await openEarly(await stage.newVisitor(), url);
      await somebodyListens(page);
      await trackNumbers(page, 1, 3);
      await page.evaluate(() => window.sillage?.consent("granted"));
      await page.goto(elsewhere());
      letThrough();
      const back = origin.serve("/granted-back", tag);
      await page.goto(back);
      await trackerTookOver(page);
      await expectEvents(collector, site, [pageview(url), ...steps(1, 3, { url }), pageview(back)], { pages: [page] });
    });

    test(`${where}, nothing is written under Global Privacy Control`, async () => {
      const { origin } = stage;
      const site = stage.newSite();
      const letThrough = holdBack(held);
      const url = origin.serve("/gpc", `${withStub ? stub(site) : ""}${stage.tag(site)}${BUTTONS}`);
      const visitor = await stage.newVisitor(() => {
        Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true });
      });
      const page = await openEarly(visitor, url);
      await somebodyListens(page);
      await trackNumbers(page, 1, 3);
      await page.click("text=Two");
      await page.goto(elsewhere());
      assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
      letThrough();
    });
  }

  test("with a content security policy the stub needs the nonce and nothing else", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const policy = `default-src 'none'; script-src 'nonce-x1y2' ${collector.gate.origin} 'wasm-unsafe-eval'; connect-src ${collector.gate.origin}`;
    const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
    const letThrough = holdBack(LOADER);
    const url = origin.serve("/policy", `${meta}${stub(site, { nonce: "x1y2" })}${stage.tag(site)}${BUTTONS}`);
    const visitor = await stage.newVisitor();
    const page = await openEarly(visitor, url);
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.click("text=One");
    letThrough();
    await trackerTookOver(page);
    await expectEvents(collector, site, [pageview(url), click(selectors[0] ?? "")], { pages: [page] });
    assert.deepEqual(complaints, []);
    assert.deepEqual(visitor.exceptions, []);
  });

  test("two tabs that find the same leave no duplicates", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const letThrough = holdBack(MODULE);
    const url = origin.serve("/tabs", `${stub(site)}${stage.tag(site)}`);
    const visitor = await stage.newVisitor();
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
      const page = await openEarly(await stage.newVisitor(), url);
      for (let n = 0; n < 7; n++) {
        await somebodyListens(page);
        await page.evaluate(() => {
          for (let n = 0; n < 40; n++) window.sillage?.track("large", { text: "x".repeat(1000) });
        });
        await page.goto(url, { waitUntil: "domcontentloaded" });
      }
      const sizes = await page.evaluate(() => Object.values(localStorage).map(({ length }) => length));
      assert.equal(sizes.length, 5);
      assert.ok(Math.max(...sizes) <= 65_536 + 100);
      letThrough();
    });
  }

  test("who holds on to the stub goes on being heard", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/held", `${stub(site)}<script>window.held = window.sillage</script>${stage.tag(site)}`);
    const page = await openEarly(await stage.newVisitor(), url);
    await trackerTookOver(page);
    await page.evaluate(() => {
      const { track } = (window as unknown as { held: { track(name: string, props: object): void } }).held;
      track("held", { n: 1 });
    });
    await expectEvents(collector, site, [pageview(url), event("held", { n: 1 })], { pages: [page] });
  });

  test("the stub takes whatever is passed to it", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const letThrough = holdBack(LOADER);
    const url = origin.serve("/strange", `${stub(site)}${stage.tag(site)}`);
    const visitor = await stage.newVisitor();
    const page = await openEarly(visitor, url);
    await page.evaluate(() => {
      const { track } = window.sillage as unknown as { track(...args: unknown[]): void };
      const cyclic: Record<string, unknown> = { ok: 1 };
      cyclic.cycle = cyclic;
      track("cyclic", cyclic);
      track("big", { big: 1n });
      track("a\u001fb", { ok: 1 });
      track(Symbol("name"));
      track("number", 42);
      track("none");
    });
    letThrough();
    await trackerTookOver(page);
    const names = ["cyclic", "big", "a b", "Symbol(name)", "number", "none"];
    const ok = event("a b", { ok: 1 });
    await expectEvents(collector, site, [pageview(url), ...names.map((name) => (name === "a b" ? ok : event(name)))], {
      pages: [page],
    });
    assert.deepEqual(visitor.exceptions, []);
  });

  test("the snippet in the documentation is the one that was built", () => {
    assert.ok(quickStart.includes(`<script>${built}</script>`), "docs/quick-start.md holds dist/web/stub.js");
    return Promise.resolve();
  });
});
