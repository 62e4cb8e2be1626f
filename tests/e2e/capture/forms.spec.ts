/** Captures of what visitors enter: forms and searches. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { settled } from "../support/browser.ts";
import { event, expectEvents, Id, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";

/** By keys: what a script enters, as `fill` does in some browsers, is no change of the visitor's. */
async function type(page: Page, selector: string, text: string) {
  for (const key of text) await page.press(selector, key);
}

describe("captures of what visitors enter", () => {
  const stage = setStage();
  const served = (path: string, site: string, capture: string, body: string) =>
    stage.origin.serve(
      path,
      `<!doctype html>${stage.tag(site, `data-clicks="false" data-capture="${capture}"`)}${body}`,
    );
  /** A form's event: what can be known of it beforehand. */
  const form = (name: string, attributes: Record<string, string>, view: string) => ({
    correlationId: new Id(view),
    webEvent: {
      eventName: name,
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [
          key,
          { dataType: /^\d+$/.test(value) ? "integer" : "string", value },
        ]),
      ),
    },
  });

  test("a form is started, and submitted in time where that leaves the page; nothing that was entered is told", async () => {
    const site = stage.newSite();
    const done = served("/done", site, "forms", "done");
    const url = served(
      "/signup",
      site,
      "forms",
      `<form id="signup" action="/done?token=s3cret" data-sillage-name="sign up">
         <input name="id" id="who"><input name="matches" id="matches"><input type="password" name="password" id="password">
         <button id="send">Send</button></form>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await type(page, "#who", "Ada");
    await type(page, "#matches", "brest");
    await type(page, "#password", "hunter");
    await settled(page);
    await page.click("#send");
    await page.waitForURL(/\/done/);
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "form" }),
        event("form_started", { form: "sign up", field: "id" }, { view: "form", url }),
        form(
          "form_submitted",
          { form: "sign up", action: `${stage.origin.origin}/done?token=REDACTED`, fieldsChanged: "3" },
          "form",
        ),
        { webEvent: { eventName: "page_viewed", page: { pathname: new URL(done).pathname } } },
      ],
      { pages: [page] },
    );
    const sent = stage.collector.gate.asked.map(({ body }) => body).join();
    assert.doesNotMatch(sent, /hunter/);
    const captured = stage.collector.rows(site).filter((row) => /form_/.test(JSON.stringify(row.event)));
    assert.doesNotMatch(
      JSON.stringify(captured.map(({ event }) => (event.webEvent as { attributes: unknown }).attributes)),
      /Ada|brest/,
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  test("a form that is left with changes is abandoned, with the field that was changed last", async () => {
    const site = stage.newSite();
    const url = served(
      "/order",
      site,
      "forms",
      `<form name="order"><input id="city" name="city"><select id="boat" name="boat"><option>dinghy<option>yacht</select>
         <textarea id="note"></textarea></form>
       <form id="untouched"><input name="x"></form>
       <form id="ignored" data-sillage-ignore><input id="secret" name="secret"></form>`,
    );
    const page = await (await stage.newVisitor()).open(url);
    await type(page, "#city", "Brest");
    await page.press("#boat", "ArrowDown");
    await type(page, "#note", "soon");
    await type(page, "#secret", "mine");
    await page.focus("#untouched input");
    await settled(page);
    await page.goto("about:blank");
    const next = await page.context().newPage();
    await next.goto(served("/next", site, "", "next"));
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "form" }),
        event("form_started", { form: "order", field: "city" }, { view: "form", url }),
        form("form_abandoned", { form: "order", lastField: "note", fieldsChanged: "3" }, "form"),
        pageview(next.url()),
      ],
      { pages: [next] },
    );
  });

  test("values are read of a marked form alone, and never what must stay with the visitor", async () => {
    const site = stage.newSite();
    const url = served(
      "/values",
      site,
      "forms",
      `<form id="survey" data-sillage-values onsubmit="event.preventDefault()">
         <input name="city" value="Brest"><input name="news" type="checkbox" checked><input name="ads" type="checkbox">
         <select name="boats" multiple><option selected>dinghy<option selected>yacht<option>raft</select>
         <input name="password" type="password" value="no-1"><input name="hidden" type="hidden" value="no-2">
         <input name="n" autocomplete="cc-number" value="no-3"><input name="code" autocomplete="one-time-code" value="no-4">
         <input name="phone" data-sillage-mask value="no-5"><input type="file" name="file">
         <button id="send">Send</button></form>`,
    );
    const page = await (await stage.newVisitor()).open(url);
    await page.click("#send");
    const rows = await expectEvents(
      stage.collector,
      site,
      [pageview(url, { view: "form" }), form("form_submitted", { form: "survey", fieldsChanged: "0" }, "form")],
      { pages: [page] },
    );
    const { attributes } = (rows[1] as unknown as { webEvent: { attributes: { values: { value: string } } } }).webEvent;
    assert.deepEqual(JSON.parse(attributes.values.value), { city: "Brest", news: "on", boats: "dinghy,yacht" });
    assert.ok(stage.collector.gate.asked.every(({ body }) => !/no-\d/.test(body)));
  });

  test("what was looked for is told of a results page, in a document of its own or in an application", async () => {
    const site = stage.newSite();
    const url = served("/results", site, "search", "results");
    const page = await (await stage.newVisitor()).open(`${url}?q=red+rope&page=2`);
    await page.evaluate(() => history.pushState(null, "", "?q=jo%40mail.example"));
    await page.evaluate(() => history.pushState(null, "", "/results"));
    const searched = (words: string, view: string) => ({
      ...event("search_performed", { parameter: "q" }, { view }),
      webEvent: { eventName: "search_performed", searchQuery: words },
    });
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(`${url}?q=red+rope&page=2`, { view: "one" }),
        searched("red rope", "one"),
        pageview(`${url}?q=REDACTED`, { view: "two" }),
        searched("REDACTED", "two"),
        pageview(url, { view: "three" }),
      ],
      { pages: [page] },
    );
  });
});
