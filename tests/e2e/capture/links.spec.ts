/** Captures of where clicks lead. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { settled } from "../support/browser.ts";
import { click, event, expectEvents, Id, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";

describe("captures of links", () => {
  const stage = setStage();
  const ALL = 'data-capture="links downloads contacts"';

  /** What followed from the click of that name. */
  const after = (click: string, name: string, attributes: Record<string, unknown>) =>
    event(name, attributes, { also: { correlationId: new Id(click) } });
  const named = (name: string) => click(name, { view: "page", also: { id: new Id(name) } });

  test("downloads, links out of the site and contacts follow from their click; other links are clicks alone", async () => {
    const site = stage.newSite();
    stage.origin.serve("/other", "other");
    stage.origin.serve("/files/prices.pdf", "%PDF-1.4", { "content-disposition": "attachment" });
    const stay = 'onclick="event.preventDefault()"';
    const url = stage.origin.serve(
      "/links",
      `<!doctype html>${stage.tag(site, ALL)}
       <a id="inner" href="/other#x" ${stay}>Inner</a>
       <a id="file" href="/files/prices.pdf?token=abc"><b id="inside">Prices</b></a>
       <a id="named" href="/export" download ${stay}>Export</a>
       <a id="out" href="https://elsewhere.example/about?q=1" ${stay}>Elsewhere</a>
       <a id="mail" href="mailto:jo@elsewhere.example" ${stay}>Write</a>
       <button id="button">No link</button>
       <div data-sillage-ignore><a id="ignored" href="https://elsewhere.example/" ${stay}>Ignored</a></div>
       <x-card><template shadowrootmode="open"><a id="deep" href="https://deep.example/" ${stay}>Deep</a></template></x-card>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    for (const id of ["inner", "inside", "named", "out", "mail", "button", "ignored"]) await page.click(`#${id}`);
    await page.click("x-card #deep");
    const origin = stage.origin.origin;
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "page" }),
        named("#inner"),
        named("#file"),
        after("#file", "file_downloaded", {
          url: `${origin}/files/prices.pdf?token=REDACTED`,
          fileName: "prices.pdf",
          fileExtension: "pdf",
          isOutbound: false,
        }),
        named("#named"),
        after("#named", "file_downloaded", {
          url: `${origin}/export`,
          fileName: "export",
          fileExtension: "",
          isOutbound: false,
        }),
        named("#out"),
        after("#out", "outbound_link_clicked", {
          url: "https://elsewhere.example/about?q=1",
          hostname: "elsewhere.example",
        }),
        named("#mail"),
        after("#mail", "contact_link_clicked", { channel: "mailto" }),
        named("#button"),
        named("#deep"),
        after("#deep", "outbound_link_clicked", { url: "https://deep.example/", hostname: "deep.example" }),
      ],
      { pages: [page] },
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  test("a link that leaves the page at once arrives, by mouse, by keyboard and by the middle button", async () => {
    const site = stage.newSite();
    const away = stage.origin.origin.replace("127.0.0.1", "localhost");
    stage.origin.serve("/away", "away");
    const url = stage.origin.serve(
      "/leave",
      `<!doctype html>${stage.tag(site, ALL)}<a id="out" href="${away}/away">Away</a> <a id="tab" href="${away}/away" target="_blank">In a tab</a>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    const opened = page.context().waitForEvent("page");
    await page.click("#tab", { button: "middle" });
    await (await opened).close();
    await settled(page);
    await page.press("#out", "Enter");
    await page.waitForURL(`${away}/away`);
    const back = await visitor.open(url);
    const out = { url: `${away}/away`, hostname: "localhost" };
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "page" }),
        click("#tab", { view: "page", also: { id: new Id("middle") } }),
        after("middle", "outbound_link_clicked", out),
        click("#out", { view: "page", also: { id: new Id("enter") } }),
        after("enter", "outbound_link_clicked", out),
        pageview(url, { view: "back" }),
      ],
      { pages: [back] },
    );
  });

  test("where clicks are off, links are told under the page view", async () => {
    const site = stage.newSite();
    const url = stage.origin.serve(
      "/no-clicks",
      `<!doctype html>${stage.tag(site, `${ALL} data-clicks="false"`)}
       <a id="tel" href="tel:+33123456789" onclick="event.preventDefault()">Call</a>`,
    );
    const page = await (await stage.newVisitor()).open(url);
    await page.click("#tel");
    await expectEvents(
      stage.collector,
      site,
      [pageview(url, { view: "page" }), event("contact_link_clicked", { channel: "tel" }, { view: "page" })],
      { pages: [page] },
    );
  });

  test("the shop's guide is read to the end, its table is taken along, and the reader goes on", async () => {
    const shop = `${stage.collector.gate.origin}/shop`;
    const visitor = await stage.newVisitor();
    const page = await visitor.open(`${shop}/guide.html`);
    await page.click("#guide-sizes");
    for (const share of [0.5, 1]) {
      await page.evaluate(async (share) => {
        const scrolled = new Promise((resolve) => addEventListener("scroll", resolve, { once: true }));
        window.scrollTo({ top: document.documentElement.scrollHeight * share - innerHeight, behavior: "instant" });
        await scrolled;
      }, share);
    }
    // Less than a second is no engagement, and neither is what was done before the captures were there.
    await page.click("h1");
    const clickedAt = await page.evaluate(() => performance.now());
    await page.waitForFunction((since) => performance.now() > since + 1_200, clickedAt);
    await settled(page);
    await page.click("#guide-ropes");
    await page.waitForURL("**/category.html?c=ropes");
    const view = "guide";
    const scrolled = (percent: number) => event("page_scrolled", { percent }, { view });
    await expectEvents(
      stage.collector,
      "shop",
      [
        pageview(`${shop}/guide.html`, { view }),
        click("rope-sizes", { view, also: { id: new Id("sizes") } }),
        after("sizes", "file_downloaded", {
          url: `${shop}/rope-sizes.txt`,
          fileName: "rope-sizes.txt",
          fileExtension: "txt",
          isOutbound: false,
        }),
        scrolled(25),
        scrolled(50),
        scrolled(75),
        scrolled(90),
        click("#guide-ropes", { view }),
        { correlationId: new Id(view), webEvent: { eventName: "page_engaged" } },
        {
          correlationId: new Id(view),
          webEvent: { eventName: "page_left", attributes: { scrollDepthPercent: { value: "100" } } },
        },
        pageview(`${shop}/category.html?c=ropes`),
      ],
      { pages: [page] },
    );
    assert.deepEqual(visitor.exceptions, []);
  });
});
