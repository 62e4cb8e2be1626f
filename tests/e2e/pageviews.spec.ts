/** When a page counts as viewed: mistakes that other trackers are known for, each named after the behaviour. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { settled } from "./support/browser.ts";
import { click, event, expectEvents, pageview } from "./support/expect-events.ts";
import { setStage, test } from "./support/stage.ts";

describe("page views", () => {
  const stage = setStage();

  test("a tab that was opened in the background is counted when it is looked at, and what it did before is kept", async () => {
    const site = stage.newSite();
    const url = stage.origin.serve("/background", `<!doctype html>${stage.tag(site)}`);
    const visitor = await stage.newVisitor(() => {
      Object.defineProperty(document, "hidden", { value: true, configurable: true });
    });
    const page = await visitor.openBare(url);
    await page.waitForFunction(() => window.sillage);
    const openedAt = Date.now();
    await page.evaluate(() => window.sillage?.track("loaded"));
    await page.waitForLoadState("networkidle");
    await stage.collector.caughtUp();
    assert.deepEqual(stage.collector.rows(site), []);
    const shownAt = await page.evaluate(() => {
      Object.defineProperty(document, "hidden", { value: false });
      const now = Date.now();
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
      return now;
    });
    const [viewed] = await expectEvents(
      stage.collector,
      site,
      [pageview(url, { view: "page" }), event("loaded", {}, { view: "page" })],
      { pages: [page] },
    );
    const at = Date.parse(String(viewed?.createdDate));
    assert.ok(at >= shownAt && shownAt >= openedAt, "dated when it was looked at");
    assert.deepEqual(visitor.exceptions, []);
  });

  /** As browsers were before the Navigation API (https://html.spec.whatwg.org/multipage/nav-history-apis.html#navigation-api). */
  const withoutNavigation = () => {
    Object.defineProperty(window, "navigation", { value: undefined, configurable: true });
  };

  for (const [which, before] of [
    ["as the browser is", undefined],
    ["without the Navigation API", withoutNavigation],
  ] as const) {
    test(`routers that replace an address by itself, or twice, count once: ${which}`, async () => {
      const site = stage.newSite();
      const url = stage.origin.serve("/router", `<!doctype html><title>one</title>${stage.tag(site)}`);
      const at = (path: string) => new URL(path, url).href;
      const visitor = await stage.newVisitor(before);
      const page = await visitor.open(url);
      await page.evaluate(async () => {
        // As Vue's router: the state of the page that is left, then the next one.
        history.replaceState({ scroll: 10 }, "", location.href);
        history.pushState({ back: "/router" }, "", "/router/two");
        document.title = "two";
        history.replaceState({ back: "/router", position: 2 }, "", "/router/two");
        await new Promise((next) => setTimeout(next, 50));
        history.replaceState(null, "", "/router/two#part");
        await new Promise((next) => setTimeout(next, 50));
        history.back();
        await new Promise((moved) => addEventListener("popstate", moved, { once: true }));
      });
      await expectEvents(
        stage.collector,
        site,
        [
          pageview(url, { also: { webEvent: { page: { title: "one" } } } }),
          pageview(at("/router/two"), { referrer: url, also: { webEvent: { page: { title: "two" } } } }),
          pageview(url, { referrer: at("/router/two") }),
        ],
        { pages: [page] },
      );
      assert.deepEqual(visitor.exceptions, []);
    });
  }

  test("without the Navigation API the page's History functions are stood in for once, and put back", async () => {
    const site = stage.newSite();
    const url = stage.origin.serve("/patched", `<!doctype html>${stage.tag(site)}`);
    const visitor = await stage.newVisitor(withoutNavigation);
    const page = await visitor.open(url);
    const told = await page.evaluate(() => {
      const isPatched = history.pushState !== History.prototype.pushState;
      history.pushState({ kept: 1 }, "", "/patched/next");
      let thrown = "";
      try {
        history.pushState({}, "", "https://elsewhere.invalid/");
      } catch (error) {
        thrown = (error as DOMException).name;
      }
      return { isPatched, thrown, state: history.state };
    });
    assert.deepEqual(told, { isPatched: true, thrown: "SecurityError", state: { kept: 1 } });
    await settled(page);
    await page.evaluate(() => window.sillage?.stop());
    assert.ok(await page.evaluate(() => history.pushState === History.prototype.pushState));
    await page.evaluate(() => history.pushState({}, "", "/patched/later"));
    await expectEvents(stage.collector, site, [
      pageview(url),
      pageview(new URL("/patched/next", url).href, { referrer: url }),
    ]);
    assert.deepEqual(visitor.exceptions, []);
  });

  test("with the Navigation API nothing of the page's is replaced, and who kept a function of it is heard", async (t) => {
    const site = stage.newSite();
    const url = stage.origin.serve(
      "/kept",
      `<!doctype html><script>const push = history.pushState.bind(history);</script>${stage.tag(site)}`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    if (!(await page.evaluate(() => "navigation" in window))) return t.skip("this browser has no Navigation API");
    assert.ok(await page.evaluate(() => !Object.hasOwn(history, "pushState")));
    await page.evaluate("push(null, '', '/kept/next')");
    await expectEvents(
      stage.collector,
      site,
      [pageview(url), pageview(new URL("/kept/next", url).href, { referrer: url })],
      { pages: [page] },
    );
  });

  test("an application that is made with the Navigation API counts each page under the title that it sets", async (t) => {
    const site = stage.newSite();
    const url = stage.origin.serve(
      "/navigation",
      `<!doctype html><title>one</title>${stage.tag(site)}<a id="two" href="/navigation/two">Two</a>
       <script>
         window.navigation?.addEventListener("navigate", (event) => {
           if (!event.canIntercept) return;
           event.intercept({ async handler() {
             await 0;
             document.title = new URL(event.destination.url).pathname.split("/").pop();
           } });
         });
       </script>`,
    );
    const at = (path: string) => new URL(path, url).href;
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    if (!(await page.evaluate(() => "navigation" in window))) return t.skip("this browser has no Navigation API");
    await page.click("#two");
    await page.waitForURL("**/navigation/two");
    await page.evaluate("navigation.navigate('/navigation/three').finished.then(() => {})");
    await page.evaluate("navigation.back().finished.then(() => {})");
    const titled = (title: string) => ({ also: { webEvent: { page: { title } } } });
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, titled("one")),
        click("#two"),
        pageview(at("/navigation/two"), { referrer: url, ...titled("two") }),
        pageview(at("/navigation/three"), { referrer: at("/navigation/two"), ...titled("three") }),
        pageview(at("/navigation/two"), { referrer: at("/navigation/three"), ...titled("two") }),
      ],
      { pages: [page] },
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  test("a click right after a route belongs to the new page, and so does a page that is hidden then", async () => {
    const site = stage.newSite();
    const url = stage.origin.serve("/routed", `<!doctype html>${stage.tag(site)}<button id="buy">Buy</button>`);
    const page = await (await stage.newVisitor()).open(url);
    await page.evaluate(() => {
      history.pushState(null, "", "/routed/next");
      document.querySelector<HTMLElement>("#buy")?.click();
    });
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "one" }),
        pageview(new URL("/routed/next", url).href, { view: "two" }),
        click("#buy", { view: "two" }),
      ],
      { pages: [page] },
    );
  });

  test("in manual mode pages count where the site says so, and what happens there stands under them", async () => {
    const site = stage.newSite();
    const url = stage.origin.serve("/manual", `<!doctype html>${stage.tag(site, 'data-pageviews="false"')}`);
    const page = await (await stage.newVisitor()).open(url);
    await page.evaluate(() => {
      history.pushState(null, "", "/manual/two");
      window.sillage?.page();
      window.sillage?.track("opened");
      history.pushState(null, "", "/manual/three");
    });
    await expectEvents(
      stage.collector,
      site,
      [pageview(new URL("/manual/two", url).href, { view: "two" }), event("opened", {}, { view: "two" })],
      { pages: [page] },
    );
  });
});
