/** Browsers that keep nothing, or little: the page must not notice, and events must arrive all the same. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { settled } from "./support/browser.ts";
import { event, expectEvents, pageview } from "./support/expect-events.ts";
import { setStage, test } from "./support/stage.ts";

/** Runs in a page: neither localStorage nor cookies can be touched. */
function blockTextStores() {
  for (const name of ["localStorage", "cookie"]) {
    Object.defineProperty(name === "cookie" ? Document.prototype : window, name, {
      get() {
        throw new DOMException("blocked", "SecurityError");
      },
      set() {
        throw new DOMException("blocked", "SecurityError");
      },
    });
  }
}

describe("storage", () => {
  const stage = setStage();

  /** Two page loads and an event of the site's own on each, then what must have arrived. */
  async function visitTwice(before: (() => void) | undefined, isKnownAgain: boolean, besides?: () => void) {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/storage", `${stage.tag(site)}<a id="next" href="/storage-next">Next</a>`);
    const next = origin.serve("/storage-next", stage.tag(site, 'data-clicks="false"'));
    const visitor = await stage.newVisitor(before);
    if (besides) await visitor.context.addInitScript(besides);
    const page = await visitor.open(url);
    await page.evaluate(() => window.sillage?.track("seen", { n: 1 }));
    await settled(page);
    await page.goto(next);
    await settled(page);
    await page.evaluate(() => window.sillage?.track("seen", { n: 2 }));
    const first = { view: "1", session: "one", visitor: "me" };
    const second = isKnownAgain ? { ...first, view: "2" } : { view: "2", session: "two", visitor: "a stranger" };
    await expectEvents(
      collector,
      site,
      [pageview(url, first), event("seen", { n: 1 }, first), pageview(next, second), event("seen", { n: 2 }, second)],
      { pages: [page] },
    );
    assert.deepEqual(visitor.exceptions, []);
    return { visitor, page };
  }

  test("visitor and session outlive a page in localStorage", async () => {
    const { page } = await visitTwice(undefined, true);
    assert.deepEqual(await page.context().cookies(), []);
  });

  test("where localStorage throws on access they outlive it in a cookie", async () => {
    const { page } = await visitTwice(() => {
      Object.defineProperty(window, "localStorage", {
        get() {
          throw new DOMException("blocked", "SecurityError");
        },
      });
    }, true);
    const cookies = await page.context().cookies();
    assert.equal(cookies.length, 1);
    assert.equal(cookies[0]?.sameSite, "Lax");
  });

  test("where localStorage is full they outlive it in a cookie", async () => {
    await visitTwice(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    }, true);
  });

  test("where localStorage is not there at all they outlive it in a cookie", async () => {
    await visitTwice(() => {
      Object.defineProperty(window, "localStorage", { value: null });
    }, true);
  });

  test("where cookies are blocked too they outlive it in IndexedDB", async () => {
    await visitTwice(blockTextStores, true);
  });

  test("where everything is blocked, a visitor lasts as long as the page", async () => {
    await visitTwice(blockTextStores, false, () => {
      Object.defineProperty(window, "indexedDB", { value: undefined });
    });
  });

  test("a store really filled to its quota by the page loses no event of a page that is left", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/full", stage.tag(site, 'data-flush-interval-ms="60000"'));
    const next = origin.serve("/full-next", "no tracker here");
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await settled(page);
    await page.evaluate(() => {
      for (let bytes = 1 << 20; bytes >= 1; bytes >>= 1) {
        try {
          for (let n = 0; ; n++) localStorage.setItem(`filler-${bytes}-${n}`, "x".repeat(bytes));
        } catch {
          // As full as it gets by pieces of this size.
        }
      }
      window.sillage?.track("seen", { n: 1 });
    });
    await page.goto(next);
    await expectEvents(collector, site, [pageview(url), event("seen", { n: 1 }, { url })]);
    assert.deepEqual(visitor.exceptions, []);
  });

  test("in a sandboxed frame without an origin events arrive", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const framed = origin.serve("/framed", `${stage.tag(site)}<button id="buy">Buy</button>`);
    const url = origin.serve("/outer", `<iframe id="frame" sandbox="allow-scripts" src="${framed}"></iframe>`);
    const visitor = await stage.newVisitor();
    const page = await visitor.openBare(url);
    const frame = page.frame({ url: framed });
    assert.ok(frame);
    await frame.waitForFunction(() => window.sillage);
    await frame.evaluate(() => window.sillage?.ready);
    await frame.evaluate(() => window.sillage?.track("seen"));
    await frame.evaluate(() => window.sillage?.flush());
    await expectEvents(collector, site, [
      pageview(framed, { view: "1", session: "one", referrer: url }),
      event("seen", {}, { view: "1", session: "one", url: framed }),
    ]);
    assert.deepEqual(visitor.exceptions, []);
  });
});
