/** What a click leaves: which element it met, by what name, with what text, leading where. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { click, expectEvents, pageview } from "./support/expect-events.ts";
import { setStage, test } from "./support/stage.ts";

describe("clicks", () => {
  const stage = setStage();

  test("the nearest clickable element is told by its declared name, else by a selector, and by its text", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve(
      "/elements",
      `${stage.tag(site)}
       <button id="buy" data-sillage-name="buy now">  Buy <b id="bold">it</b>
       </button>
       <div id="list"><p><button>One</button><button id="">Two</button></p></div>
       <span role="button" id="role" aria-label="Close">×</span>
       <input type="submit" id="submit" value="Send">
       <input type="image" id="image" alt="Go" width="20" height="20">
       <details><summary id="summary">More</summary></details>
       <div id="marked" data-sillage-name="a card">A card</div>
       <a id="anchor">No link</a> <p id="plain">Just text</p>
       <input id="field" value="typed"><label id="label">Label</label>`,
    );
    const page = await (await stage.newVisitor()).open(url);
    await page.click("#bold");
    await page.click("text=Two");
    for (const id of ["role", "submit", "image", "summary", "marked", "anchor", "plain", "field", "label"]) {
      await page.click(`#${id}`);
    }
    await expectEvents(
      collector,
      site,
      [
        pageview(url, { view: "page" }),
        click("buy now", { prompt: "Buy it", href: null, view: "page" }),
        click("#list>p>button:nth-of-type(2)", { prompt: "Two", view: "page" }),
        click("#role", { prompt: "×", view: "page" }),
        click("#submit", { prompt: "Send", view: "page" }),
        click("#image", { prompt: "Go", view: "page" }),
        click("#summary", { prompt: "More", view: "page" }),
        click("a card", { prompt: "A card", view: "page" }),
      ],
      { pages: [page] },
    );
  });

  test("the same element of a site has the same action id on every page, another element another", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const body = `${stage.tag(site)}<button data-sillage-name="buy">Buy</button><button id="other">Other</button>`;
    const visitor = await stage.newVisitor();
    const first = await visitor.open(origin.serve("/first", body));
    await first.click("text=Buy");
    await first.click("text=Other");
    const second = await visitor.open(origin.serve("/second", body));
    await second.click("text=Buy");
    const rows = await expectEvents(
      collector,
      site,
      [pageview(first.url()), click("buy"), click("#other"), pageview(second.url()), click("buy")],
      { pages: [first, second] },
    );
    const [buy, other, buyAgain] = rows
      .map((row) => row.webActionEvent as { action: { id: string } } | undefined)
      .filter((part) => part !== undefined)
      .map((part) => part.action.id);
    assert.match(String(buy), /^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    assert.equal(buyAgain, buy);
    assert.notEqual(other, buy);
  });

  test("links tell where they lead, without secrets, by any button that follows them", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    origin.serve("/other", "other");
    const at = (path: string) => origin.origin + path;
    const url = origin.serve(
      "/links",
      `${stage.tag(site)}
       <a id="plain" href="/other?page=2#top" target="_blank">Plain</a>
       <a id="secret" href="/other?token=abc123&mail=a%40b.example&page=2" target="_blank">Secret</a>
       <a id="reset" href="/other/reset/9f8e7d6c5b?lang=de" target="_blank">Reset</a>
       <a id="mail" href="mailto:somebody@example.com" onclick="event.preventDefault()">Write</a>
       <a id="inner" href="/other" onclick="event.preventDefault()"><button id="nested">Nested</button></a>
       <svg width="90" height="20"><a id="drawn" href="/other?from=svg" onclick="event.preventDefault()"><text y="15">Drawn</text></a></svg>`,
    );
    const page = await (await stage.newVisitor()).open(url);
    for (const id of ["plain", "secret", "reset"]) {
      const opened = page.waitForEvent("popup");
      await page.click(`#${id}`);
      await (await opened).close();
      await page.bringToFront();
    }
    await page.click("#mail");
    await page.click("#nested");
    await page.click("#drawn");
    const opened = page.context().waitForEvent("page");
    await page.click("#plain", { button: "middle" });
    await (await opened).close();
    // Opens a menu and follows nothing.
    await page.click("#plain", { button: "right" });
    await expectEvents(
      collector,
      site,
      [
        pageview(url),
        click("#plain", { prompt: "Plain", href: at("/other?page=2#top") }),
        click("#secret", { href: at("/other?token=REDACTED&mail=REDACTED&page=2") }),
        click("#reset", { href: at("/other/reset/REDACTED?lang=de") }),
        click("#mail", { href: "mailto:" }),
        click("#nested", { href: at("/other") }),
        click("#drawn", { prompt: "Drawn", href: at("/other?from=svg") }),
        click("#plain", { href: at("/other?page=2#top") }),
      ],
      { pages: [page] },
    );
  });

  test("clicks in a shadow tree are seen, and those that the page stops", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve(
      "/shadow",
      `${stage.tag(site)}
       <shop-card id="card"><template shadowrootmode="open">
         <button part="add"><i>Add</i></button></template></shop-card>
       <button id="stopped" onclick="event.stopImmediatePropagation(); event.preventDefault()">Stopped</button>`,
    );
    const page = await (await stage.newVisitor()).open(url);
    await page.click("shop-card i");
    await page.click("#stopped");
    await expectEvents(collector, site, [pageview(url), click("button", { prompt: "Add" }), click("#stopped")], {
      pages: [page],
    });
  });

  test("ignored elements leave nothing, masked ones no text, offers say that they are one", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve(
      "/marks",
      `${stage.tag(site)}
       <div data-sillage-ignore><button id="ignored">Ignored</button></div>
       <div data-sillage-mask><button id="masked" aria-label="4000 0000" title="Jo">Jo Doe, 12 Road</button></div>
       <a id="offer" data-sillage-offer href="#offer">Two for one</a>`,
    );
    const page = await (await stage.newVisitor()).open(url);
    for (const id of ["ignored", "masked", "offer"]) await page.click(`#${id}`);
    await expectEvents(
      collector,
      site,
      [
        pageview(url),
        click("#masked", { prompt: "" }),
        click("#offer", { offer: true, prompt: "Two for one", href: `${url}#offer` }),
      ],
      { pages: [page] },
    );
    assert.ok(!collector.gate.asked.some(({ body }) => /Jo|4000|Ignored/.test(body)));
  });

  test("fields of a form may be named like properties of elements", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve(
      "/fields",
      `${stage.tag(site)}
       <main id="main"><form onsubmit="return false">
         <input name="id" value="7"><input name="children" value="2"><input name="matches" value="3">
         <button>Book</button>
       </form></main>`,
    );
    const page = await (await stage.newVisitor()).open(url);
    const box = await page.locator("button").boundingBox();
    assert.ok(box);
    await page.mouse.click(box.x + 2, box.y + 2);
    await expectEvents(collector, site, [pageview(url), click("#main>form>button", { prompt: "Book" })], {
      pages: [page],
    });
  });

  test("a page never hears of a click that cannot be read", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const url = origin.serve(
      "/broken",
      `${stage.tag(site)}<button id="broken">Broken</button><button id="sound">Sound</button>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.evaluate(() => {
      const broken = document.querySelector("#broken");
      if (broken) Object.defineProperty(broken, "innerText", { get: () => Object.create(null).missing.member });
    });
    await page.click("#broken");
    await page.click("#sound");
    await expectEvents(collector, site, [pageview(url), click("#sound")], { pages: [page] });
    assert.deepEqual(visitor.exceptions, []);
  });
});
