/** The overlay of debug mode: what becomes of each event, for eyes, keyboards and screen readers; and that it leaves the page alone. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { newStrictVisitor } from "../policy/visit.ts";
import { violations } from "../support/axe.ts";
import { ENGINE, settled } from "../support/browser.ts";
import { event, expectEvents, pageview } from "../support/expect-events.ts";
import { answer, isBatch } from "../support/gate.ts";
import { setStage, test } from "../support/stage.ts";

const OVERLAY = "[data-sillage-overlay]";

/** Waits until a line of the list fits. */
const row = (page: Page, pattern: RegExp) =>
  page.waitForFunction(
    ([holder, source]) =>
      [...(document.querySelector(holder as string)?.shadowRoot?.querySelectorAll("summary") ?? [])].some((it) =>
        new RegExp(source as string, "s").test(it.textContent ?? ""),
      ),
    [OVERLAY, pattern.source],
  );

/** What axe-core finds, in browsers that can be made to run it. */
const wrong = async (page: Page) => (ENGINE === "webkit" ? [] : violations(page));

describe("the overlay", () => {
  const stage = setStage();

  test("?sillage_debug opens it, and each event is captured, persisted, sent and acknowledged", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = `${origin.serve("/debug", `<!doctype html><html lang="en"><title>T</title>${stage.tag(site)}`)}?sillage_debug`;
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.evaluate(() => window.sillage?.track("order_completed", { total: 49.9 }));
    await row(page, /^page_viewed.*captured \d+ ms · persisted \d+ ms · sent \d+ ms · acknowledged \d+ ms$/);
    await row(page, /^order_completed.*captured.*persisted.*sent.*acknowledged/);
    await page.click(`${OVERLAY} li:nth-child(2) summary`);
    assert.match(await page.innerText(`${OVERLAY} li:nth-child(2) pre`), /"total": 49.9/);
    assert.match(await page.innerText(`${OVERLAY} button`), new RegExp(`^Sillage, ${site}: 2 captured$`));
    // Nothing of it is an event.
    await page.click(`${OVERLAY} button`);
    await expectEvents(collector, site, [pageview(url), event("order_completed", { total: 49.9 })], { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
  });

  test("nothing of it is downloaded where nobody asks, whatever else the address says", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const page = await (await stage.newVisitor()).open(
      `${origin.serve("/no-debug", stage.tag(site))}?utm_source=google&q=tcf&debug=1`,
    );
    await settled(page);
    assert.equal(await page.$(OVERLAY), null);
    assert.ok(!collector.gate.asked.some(({ path }) => /extras|overlay/.test(path)));
  });

  test("dropped events are listed with the rule they broke and the fix, in the console too", async () => {
    const { origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/dropped", stage.tag(site, "data-debug"));
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.evaluate(() => {
      window.sillage?.track("");
      window.sillage?.track("too_long", { text: "x".repeat(60_000) });
    });
    await row(page, /^an event without a name.*dropped \d+ ms: invalid: the name of an event has 1 to 256 characters/);
    await row(page, /^too_long.*dropped \d+ ms: too_large: .*send fewer or shorter properties/);
    await page.evaluate(() => window.sillage?.consent("denied"));
    await page.evaluate(() => window.sillage?.track("refused"));
    await row(page, /^refused.*dropped \d+ ms: no_consent: .*sillage\.consent\("granted"\)/);
    for (const said of [/dropped 1 invalid: .*; look at/, /dropped 1 too_large: .*48 KiB; /, /dropped 1 no_consent: /])
      assert.ok(
        visitor.trackerSaid.some((it) => said.test(it)),
        `${said}, not only:\n${visitor.trackerSaid.join("\n")}`,
      );
  });

  test("an event that is rejected, and one whose batch is not answered, say why", async () => {
    const { origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/answers", stage.tag(site, "data-debug"));
    const visitor = await stage.newVisitor();
    stage.answerFor(site, async () => answer(503, {}));
    const page = await visitor.open(url);
    await row(page, /^page_viewed.*sent \d+ ms: answered 503, without this batch's id: it is tried again/);
    stage.answerFor(site, async ({ body }) => {
      const { id, events, receipts } = JSON.parse(body) as { id: string; events: { id: string }[]; receipts: string[] };
      const known = receipts.map((it) => [it, { stored: 0, duplicates: 0, rejected: 1 }]);
      const rejected = events.map((it) => ({ id: it.id, errors: [] }));
      return answer(200, { id, rejected, receipts: Object.fromEntries(known) });
    });
    await page.evaluate(() => {
      window.sillage?.track("odd");
      window.sillage?.flush();
    });
    await row(page, /^page_viewed.*dropped \d+ ms: rejected: the collector did not accept it/);
    assert.ok(visitor.trackerSaid.some((it) => /not acknowledged: answered 503/.test(it)));
  });

  test("while consent is pending events are in memory alone, and the overlay stores nothing itself", async () => {
    const { origin } = stage;
    const site = stage.newSite();
    const page = await (await stage.newVisitor()).open(
      `${origin.serve("/pending-debug", stage.tag(site, 'data-consent="pending"'))}?sillage_debug`,
    );
    await row(page, /^page_viewed.*captured \d+ ms: in memory alone/);
    assert.deepEqual(await page.evaluate(() => indexedDB.databases()), []);
    await page.evaluate(() => window.sillage?.consent("granted"));
    await row(page, /^page_viewed.*persisted.*acknowledged/);
  });

  test("it is reached and left by the keyboard, traps nothing, and axe-core finds nothing wrong", async () => {
    const { origin } = stage;
    const site = stage.newSite();
    const url = origin.serve(
      "/keyboard",
      `<!doctype html><html lang="en"><title>Keyboard</title><main><h1>Shop</h1><button id="buy">Buy</button></main>${stage.tag(site, "data-debug")}`,
    );
    const page = await (await stage.newVisitor()).open(url);
    await row(page, /^page_viewed.*acknowledged/);
    await page.evaluate(() => window.sillage?.track(""));
    await row(page, /dropped/);
    assert.deepEqual(await wrong(page), []);
    const focused = () =>
      page.evaluate(
        (holder) =>
          (document.querySelector(holder)?.shadowRoot?.activeElement ?? document.activeElement)?.localName ?? "",
        OVERLAY,
      );
    await page.focus("#buy");
    const seen: string[] = [];
    for (let at = 0; at < 4; at++) {
      await page.keyboard.press("Tab");
      seen.push(await focused());
    }
    assert.deepEqual(seen, ["button", "ol", "summary", "summary"]);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    assert.equal(await focused(), "button");
    assert.equal(await page.getAttribute(`${OVERLAY} button`, "aria-expanded"), "false");
    assert.equal(await page.isVisible(`${OVERLAY} ol`), false);
    assert.deepEqual(await wrong(page), []);
    // Back into the page, and on.
    await page.keyboard.press("Shift+Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "buy");
    await page.focus("#buy");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.isVisible(`${OVERLAY} ol`), true);
    assert.equal(await page.getAttribute(`${OVERLAY} [role=status]`, "aria-live"), "polite");
  });

  test("under the strictest policy, on a page whose styles hide everything, it shows and moves nothing", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const gate = collector.gate.origin;
    const headers = {
      "content-security-policy": `default-src 'none'; base-uri 'none'; script-src ${gate} 'wasm-unsafe-eval'; connect-src ${gate}; style-src ${origin.origin}; require-trusted-types-for 'script'; trusted-types 'none'`,
    };
    origin.serve(
      "/hostile.css",
      "* { display: none !important; color: red; } html, body, p { display: block !important; }",
    );
    const html = (site: string) =>
      `<!doctype html><html lang="en"><link rel="stylesheet" href="/hostile.css"><title>T</title><p id="p">Text</p>${stage.tag(site)}`;
    const url = origin.serve("/strict", html(site), headers);
    const visitor = await newStrictVisitor(stage);
    const page = await visitor.open(url);
    const layout = () =>
      page.evaluate(() => {
        const { scrollWidth, scrollHeight } = document.documentElement;
        return JSON.stringify([scrollWidth, scrollHeight, document.querySelector("#p")?.getBoundingClientRect()]);
      });
    const before = await layout();
    await page.goto(`${url}?sillage_debug`);
    await row(page, /^page_viewed.*acknowledged/);
    assert.ok(await page.isVisible(`${OVERLAY} button`));
    assert.equal(await layout(), before);
    assert.deepEqual(await page.evaluate(() => window.refused), []);
    assert.deepEqual(visitor.exceptions, []);
  });

  test("stop() takes it away, also while it waits for consent; its clicks are no captures", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/stop", stage.tag(site, 'data-debug data-capture="rage dead errors errorClicks"'));
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await row(page, /^page_viewed/);
    for (let n = 0; n < 4; n++) await page.click(`${OVERLAY} button`, { delay: 5 });
    await expectEvents(collector, site, [pageview(url)], { pages: [page] });
    await page.evaluate(() => window.sillage?.stop());
    assert.equal(await page.$(OVERLAY), null);

    await page.goto(origin.serve("/stop-waiting", stage.tag(site, 'data-debug data-consent="tcf"')));
    await page.waitForSelector(`${OVERLAY} button`);
    assert.match(await page.innerText(`${OVERLAY} [role=status]`), /waits for consent by tcf/);
    await page.evaluate(() => window.sillage?.stop());
    await page.waitForSelector(OVERLAY, { state: "detached" });
    assert.ok(collector.gate.asked.filter(isBatch).length > 0);
  });
});
