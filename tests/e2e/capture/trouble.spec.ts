/** Captures of what goes wrong for visitors: clicks that help nobody, and errors that nobody catches. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { click, event, expectEvents, Id, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";

describe("captures of trouble", () => {
  const stage = setStage();
  const served = (path: string, site: string, capture: string, body: string) =>
    stage.origin.serve(path, `<!doctype html>${stage.tag(site, `data-capture="${capture}"`)}${body}`);

  test("three clicks in a row are rage, following from the third; text that is selected and fields are not", async () => {
    const site = stage.newSite();
    const url = served(
      "/rage",
      site,
      "rage",
      `<button id="buy">Buy</button><p id="text">Some words to select</p><input id="field" value="words to select">
       <button id="more" data-sillage-repeatable>More</button>`,
    );
    const page = await (await stage.newVisitor()).open(url);
    await page.click("#text", { clickCount: 3 });
    // Not every driver's clicks select.
    const selected = await page.evaluate(() => String(getSelection()));
    for (const id of ["field", "more", "buy"]) await page.click(`#${id}`, { clickCount: 3 });
    const clicked = (element: string, name?: string) =>
      click(element, { view: "page", also: name ? { id: new Id(name) } : {} });
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "page" }),
        ...(selected ? [] : [event("rage_clicked", { element: "#text" }, { view: "page" })]),
        ...Array.from({ length: 3 }, () => clicked("#more")),
        clicked("#buy"),
        clicked("#buy"),
        clicked("#buy", "third"),
        event("rage_clicked", { element: "#buy" }, { also: { correlationId: new Id("third") } }),
      ],
      { pages: [page] },
    );
  });

  test("a button that does nothing is dead; one that changes the page, a link and a field are not", async () => {
    const site = stage.newSite();
    const url = served(
      "/dead",
      site,
      "dead",
      `<button id="dead">Dead</button><button id="alive" onclick="setTimeout(() => this.append('!'), 200)">Alive</button>
       <x-card><template shadowrootmode="open"><button id="deep" onclick="this.hidden = true">Deep</button></template></x-card>
       <input type="checkbox" id="check"><a id="mail" href="mailto:jo@a.example" onclick="event.preventDefault()">Mail</a>`,
    );
    const visitor = await stage.newVisitor();
    await visitor.context.clock.install();
    const page = await visitor.open(url);
    for (const selector of ["#alive", "#deep", "#check", "#mail", "#dead"]) {
      await page.click(selector);
      await visitor.context.clock.runFor(4_000);
    }
    const rows = await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "page" }),
        click("#alive"),
        click("#deep"),
        click("#mail"),
        click("#dead", { also: { id: new Id("dead") } }),
        event("dead_clicked", { element: "#dead" }, { also: { correlationId: new Id("dead") } }),
      ],
      { pages: [page] },
    );
    const [dead, told] = rows.slice(-2).map(({ createdDate }) => Date.parse(createdDate));
    assert.ok(Math.abs((told ?? 0) - (dead ?? 0)) < 500, "dated when it was made");
    assert.deepEqual(visitor.exceptions, []);
  });

  test("errors and rejections are told once, where they were thrown and without secrets", async () => {
    const site = stage.newSite();
    stage.origin.serve(
      "/app.js",
      "function buy() {\n  missing.thing();\n}\nfunction fail() {\n  Promise.reject(new RangeError('no user jo@b.example'));\n}",
    );
    const url = served(
      "/errors",
      site,
      "errors",
      `<script src="/app.js?key=s3cret"></script><img src="/gone.png">
       <button id="buy" onclick="buy()">Buy</button><button id="fail" onclick="fail()">Fail</button>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    for (const id of ["buy", "buy", "fail", "fail"]) await page.click(`#${id}`);
    const said = (values: Record<string, unknown>) => ({
      correlationId: new Id("page"),
      webEvent: {
        eventName: "error_occurred",
        attributes: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }])),
      },
    });
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "page" }),
        click("#buy"),
        said({
          kind: "ReferenceError",
          message: /missing/,
          source: `${stage.origin.origin}/app.js?key=REDACTED`,
          line: "2",
          stack: /app\.js/,
          isRejection: "false",
        }),
        click("#buy"),
        click("#fail"),
        said({ kind: "RangeError", message: "no user REDACTED", isRejection: "true" }),
        click("#fail"),
      ],
      { pages: [page] },
    );
    assert.equal(visitor.exceptions.length, 4, "the page's own errors go where they went");
    assert.ok(stage.collector.gate.asked.every(({ body }) => !/s3cret|jo@b/.test(body)));
  });
});
