/** One script tag on somebody's site: what is captured, what it says of itself, what it leaves alone. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { BROWSER_FAMILY } from "./support/browser.ts";
import { click, event, expectEvents, pageview } from "./support/expect-events.ts";
import { isBatch } from "./support/gate.ts";
import { setStage, test } from "./support/stage.ts";

describe("script tag", () => {
  const stage = setStage();

  test("sends to the script's own origin, across origins, without a preflight", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/cross-origin", `${stage.tag(site)}<button id="buy">Buy</button>`);
    const page = await (await stage.newVisitor()).open(url);
    await page.click("#buy");
    await page.evaluate(() => {
      for (let n = 0; n < 40; n++) window.sillage?.track("step_taken", { n, text: "long enough to be worth gzip" });
    });
    const steps = Array.from({ length: 40 }, (_, n) =>
      event("step_taken", { n, text: "long enough to be worth gzip" }, { view: "page", session: "one", visitor: "me" }),
    );
    await expectEvents(
      collector,
      site,
      [
        pageview(url, { view: "page", session: "one", visitor: "me", referrer: null }),
        click("#buy", { prompt: "Buy", href: null, view: "page", session: "one", visitor: "me" }),
        ...steps,
      ],
      { pages: [page] },
    );
    const batches = collector.gate.asked.filter(isBatch);
    assert.ok(batches.length > 0 && batches.every(({ headers }) => headers["content-type"]?.startsWith("text/plain")));
    assert.ok(
      batches.some(({ body, bodyBytes }) => bodyBytes < body.length / 2),
      "a long body is compressed",
    );
    assert.deepEqual(
      collector.gate.asked.filter(({ method }) => method === "OPTIONS"),
      [],
    );
    assert.ok(
      collector.gate.asked.every(({ headers }) => headers.cookie === undefined),
      "no request carries cookies",
    );
  });

  test("tells what the page, the browser and the link that led here say", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const trail = ["Home", "Ropes", "Halyards"];
    const breadcrumb = {
      "@context": "https://schema.org",
      "@graph": [
        { "@type": "Organization", name: "Somebody" },
        {
          "@type": "BreadcrumbList",
          itemListElement: [
            { "@type": "ListItem", position: 1, name: trail[0], item: "/" },
            { "@type": "ListItem", position: 2, item: { "@id": "/ropes", name: trail[1] } },
            { "@type": "ListItem", position: 3, name: trail[2] },
          ],
        },
      ],
    };
    const landing = origin.serve(
      "/landing",
      `<!doctype html><html lang="de-CH"><head><title>  Halyards &amp; more </title>
       <meta name="keywords" content="rope, halyard">
       <script type="application/ld+json">{ this is not JSON</script>
       <script type="application/ld+json">${JSON.stringify(breadcrumb)}</script>
       ${stage.tag(site)}</head><body>`,
    );
    const query = "?utm_source=news&utm_medium=email&utm_campaign=spring&utm_term=rope&utm_content=top&gclid=g-1";
    const elsewhere = origin.serve("/elsewhere?q=halyard", `<a id="go" href="${landing}${query}#sizes">Halyards</a>`);
    const visitor = await stage.newVisitor();
    const page = await visitor.openBare(elsewhere);
    await page.click("#go");
    await page.waitForURL("**/landing**");
    const { hostname } = new URL(landing);
    await expectEvents(
      collector,
      site,
      [
        pageview(`${landing}${query}#sizes`, {
          referrer: elsewhere,
          totals: [1, 1],
          also: {
            webEvent: {
              page: {
                title: "Halyards & more",
                lang: "de-CH",
                keywords: "rope, halyard",
                breadcrumb: trail,
                hostname,
                pathname: "/landing",
                queryString: query.slice(1),
                fragment: "sizes",
              },
              referrer: { hostname, pathname: "/elsewhere", queryString: "q=halyard" },
              mktCampaign: {
                source: "news",
                medium: "email",
                name: "spring",
                term: "rope",
                content: "top",
                clickId: "g-1",
              },
              browser: { family: BROWSER_FAMILY, version: /^\d+/, lang: "en-GB", viewWidth: 1000, viewHeight: 700 },
              device: { category: "desktop", isMobile: false, screenWidth: 1000, screenHeight: 700, screenDensity: 1 },
              userAgentString: /Mozilla/,
            },
          },
        }),
      ],
      { pages: [page] },
    );
  });

  test("reads its options from data attributes", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const attributes =
      'data-pageviews="false" data-clicks="false" data-max-batch-events="2" data-flush-interval-ms="60000"';
    const url = origin.serve("/options", `${stage.tag(site, attributes)}<button id="buy">Buy</button>`);
    const page = await (await stage.newVisitor()).open(url);
    await page.click("#buy");
    await page.evaluate(() => {
      for (const n of [1, 2, 3, 4]) window.sillage?.track("step_taken", { n });
    });
    // Two batches of two: none waits for the minute.
    const steps = [1, 2, 3, 4].map((n) => event("step_taken", { n }, { url }));
    await expectEvents(collector, site, steps, { pages: [page] });
    const sizes = collector.gate.asked.filter(isBatch).map(({ body }) => JSON.parse(body).events.length);
    assert.deepEqual(sizes, [2, 2]);
    await page.evaluate(() => window.sillage?.page());
    await expectEvents(collector, site, [...steps, pageview(url)], { pages: [page] });
  });

  test("sends to another collector where the tag names one", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const elsewhere = new URL("/somewhere/", collector.gate.origin).href;
    const url = origin.serve("/endpoint", stage.tag(site, `data-endpoint="${elsewhere}"`));
    await (await stage.newVisitor()).open(url);
    const batch = await collector.gate.wasAsked(({ method }) => method === "POST");
    assert.equal(batch.path, "/somewhere/v1/batches");
  });

  test("counts a page view where the address really changes", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/spa", `<title>start</title>${stage.tag(site)}`);
    const at = (path: string) => new URL(path, url).href;
    const page = await (await stage.newVisitor()).open(url);
    await page.evaluate(async () => {
      history.pushState({}, "", "/spa/one");
      document.title = "one";
      await new Promise((next) => setTimeout(next));
      // None of these is a new page.
      history.replaceState({ scrolled: 1 }, "");
      history.pushState({}, "", "/spa/one");
      location.hash = "#part";
      await new Promise((next) => setTimeout(next));
      history.replaceState({}, "", "/spa/two?x=1");
      document.title = "two";
      await new Promise((next) => setTimeout(next));
    });
    // Back over two entries of one address, which are one page.
    await page.goBack();
    await page.goBack();
    await page.goBack();
    await page.waitForURL(url);
    const visit = { session: "one", visitor: "me" };
    await expectEvents(
      collector,
      site,
      [
        pageview(url, {
          ...visit,
          view: "1",
          referrer: null,
          totals: [1, 1],
          also: { webEvent: { page: { title: "start" } } },
        }),
        pageview(at("/spa/one"), {
          ...visit,
          view: "2",
          referrer: url,
          totals: [2, 2],
          also: { webEvent: { page: { title: "one" } } },
        }),
        pageview(at("/spa/two?x=1"), {
          ...visit,
          view: "3",
          referrer: at("/spa/one"),
          also: { webEvent: { page: { title: "two" } } },
        }),
        pageview(at("/spa/one"), { ...visit, view: "4", referrer: at("/spa/two?x=1") }),
        pageview(url, { ...visit, view: "5", referrer: at("/spa/one"), totals: [5, 5] }),
      ],
      { pages: [page] },
    );
  });

  test("with hash routing a fragment is a page of its own", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const body = `<a id="two" href="#/two">Two</a>`;
    const url = origin.serve("/hash#/one", `${stage.tag(site, "data-hash-routing")}${body}`);
    const two = new URL("#/two", url).href;
    const page = await (await stage.newVisitor()).open(url);
    await page.click("#two");
    await page.click("#two");
    await page.goBack();
    await page.waitForFunction(() => location.hash === "#/one");
    await expectEvents(
      collector,
      site,
      [
        pageview(url, { view: "1", referrer: null }),
        click("#two", { view: "1", href: two }),
        pageview(two, { view: "2", referrer: url }),
        click("#two", { view: "2", href: two }),
        pageview(url, { view: "3", referrer: two }),
      ],
      { pages: [page] },
    );
  });

  test("an event recorded right after a route belongs to the new page", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/router", stage.tag(site));
    const next = new URL("/router/next", url).href;
    const page = await (await stage.newVisitor()).open(url);
    await page.evaluate(() => {
      history.pushState({}, "", "/router/next");
      window.sillage?.track("route_shown", {});
    });
    await expectEvents(
      collector,
      site,
      [
        pageview(url, { view: "1" }),
        pageview(next, { view: "2", referrer: url }),
        event("route_shown", {}, { view: "2", url: next }),
      ],
      { pages: [page] },
    );
  });

  test("the page's own History functions keep receiver, arguments, result and exceptions", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve(
      "/history",
      `<script>
         history.pushState = function (...args) {
           History.prototype.pushState.apply(this, args);
           return { receiver: this === history, args: args.length };
         };
       </script>${stage.tag(site)}`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    const told = await page.evaluate(() => {
      const result: unknown = history.pushState({ kept: 1 }, "", "/history/next");
      let thrown = "";
      try {
        history.pushState({}, "", "https://elsewhere.invalid/");
      } catch (error) {
        thrown = (error as DOMException).name;
      }
      return { result, thrown, state: history.state };
    });
    assert.deepEqual(told, { result: { receiver: true, args: 3 }, thrown: "SecurityError", state: { kept: 1 } });
    await expectEvents(
      collector,
      site,
      [pageview(url), pageview(new URL("/history/next", url).href, { referrer: url })],
      {
        pages: [page],
      },
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  test("two tags of one site count once", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve("/twice", `${stage.tag(site)}${stage.tag(site)}<button id="buy">Buy</button>`);
    const page = await (await stage.newVisitor()).open(url);
    await page.click("#buy");
    await expectEvents(collector, site, [pageview(url), click("#buy")], { pages: [page] });
  });
});
