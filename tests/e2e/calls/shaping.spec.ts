/** A site's own rules about what is recorded. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { settled } from "../support/browser.ts";
import { click, event, expectEvents, pageview } from "../support/expect-events.ts";
import { answer } from "../support/gate.ts";
import { setStage, test } from "../support/stage.ts";

describe("rules", () => {
  const stage = setStage();

  const open = async (site: string, rules: object | string, body = "", path = "/rules", before?: () => void) => {
    const text = typeof rules === "string" ? rules : JSON.stringify(rules);
    const url = stage.origin.serve(
      path,
      `<!doctype html><title>Rules</title>${body}${stage.tag(site, `data-debug data-rules='${text}'`)}`,
    );
    const visitor = await stage.newVisitor(before);
    return { url, visitor, page: await visitor.open(url) };
  };
  const dropped = (said: string[]) => said.filter((it) => it.includes("filtered")).length;

  test("beforeSend sees each event whole, changes it, and drops it, counted", async () => {
    const site = stage.newSite();
    const hook = `<script>
      seen = [];
      function shape(event) {
        seen.push(event);
        const name = event.webEvent?.eventName;
        if (name === "secret") return null;
        if (name === "broken") throw new Error("no");
        if (name === "page_viewed") event.webEvent.page.title = "Changed";
        if (name === "bought") { event.webEvent.attributes.total = 12; event.personalize = { itemId: "9" }; }
        if (event.webActionEvent) event.webActionEvent.action.prompt = "masked";
        return event;
      }</script><button id="b">Button</button>`;
    const { url, visitor, page } = await open(site, { beforeSend: "shape" }, hook);
    await page.evaluate(() => {
      window.sillage?.track("secret");
      window.sillage?.track("broken");
      window.sillage?.track("bought", { total: 9.99 });
    });
    await page.click("#b");
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "page", also: { webEvent: { page: { title: "Changed" } } } }),
        event("bought", { total: 12 }, { view: "page", url, also: { personalize: { itemId: "9" } } }),
        click("#b", { view: "page", prompt: "masked", also: { webActionEvent: { browser: { viewWidth: 1000 } } } }),
      ],
      { pages: [page] },
    );
    assert.equal(dropped(visitor.trackerSaid), 2, visitor.trackerSaid.join("\n"));
    const stats = await page.evaluate(() => window.sillage?.stats());
    assert.deepEqual(stats, { tracked: 5, sent: 3, pending: 0, dropped: 2 });
    const first = await page.evaluate("seen[0]");
    const { id, session, customerIdType, createdDate } = first as Record<string, string>;
    assert.ok(id && session && createdDate && customerIdType === "cookie", JSON.stringify(first));
    assert.deepEqual(visitor.exceptions, []);
  });

  test("a batch that is too large is not shown to beforeSend again", async () => {
    const site = stage.newSite();
    let isRefused = false;
    stage.answerFor(site, async (asked, forward) => {
      if (!isRefused && JSON.parse(asked.body).events.length > 1) {
        isRefused = true;
        return answer(413, {});
      }
      return forward();
    });
    const hook = "<script>seen = 0; shape = (event) => (seen++, event)</script>";
    const { page } = await open(site, { beforeSend: "shape" }, hook, "/large");
    await page.evaluate(() => {
      for (const name of ["a", "b", "c"]) window.sillage?.track(name);
    });
    await settled(page);
    assert.ok(await stage.collector.hasRows(site, 4));
    assert.ok(isRefused);
    assert.equal(await page.evaluate("seen"), 4);
  });

  test("nothing gets past rules that are not there: it waits for a page that has them", async () => {
    const site = stage.newSite();
    const url = stage.origin.serve("/closed", `<!doctype html>${stage.tag(site, `data-rules='{"props":{"a":1}}'`)}`);
    const visitor = await stage.newVisitor();
    await visitor.context.route("**/calls-*", (route) => route.abort());
    const page = await visitor.openBare(url);
    await page.waitForFunction(() => window.sillage);
    const code = await page.evaluate(() => window.sillage?.ready.catch((error) => error.code));
    assert.equal(code, "load_failed");
    await page.evaluate(() => window.sillage?.track("waited"));
    await visitor.context.unroute("**/calls-*");
    await page.goto(`${url}?again`);
    await settled(page);
    await expectEvents(
      stage.collector,
      site,
      [pageview(url, { view: "first" }), event("waited", { a: 1 }, { view: "first" }), pageview(`${url}?again`)],
      { pages: [page] },
    );
  });

  test("global properties, traits by their attributes, and whether somebody is signed in go with web events", async () => {
    const site = stage.newSite();
    const rules = {
      props: { plan: "pro", colour: "none" },
      traits: { mail: "email" },
      authenticated: true,
      timeZone: true,
    };
    const { url, page } = await open(site, rules);
    await page.evaluate(() => {
      window.sillage?.track("bought", { colour: "red", mail: "jo@shop.test" });
      window.sillage?.call("authenticated", false);
      window.sillage?.call("props", { plan: "free" });
      window.sillage?.track("left");
    });
    const timezone = await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
    const shared = { geolocation: { timezone } };
    const email = { dataType: "string", value: "jo@shop.test" };
    await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { also: { webEvent: { ...shared, authenticated: true } } }),
        event(
          "bought",
          { plan: "pro", colour: "red", mail: "jo@shop.test" },
          {
            also: { webEvent: { ...shared, authenticated: true, traits: { email } } },
          },
        ),
        event("left", { plan: "free" }, { also: { webEvent: { ...shared, authenticated: false } } }),
      ],
      { pages: [page] },
    );
  });

  test("limits for each name, pages and elements keep events out, and each is counted", async () => {
    const site = stage.newSite();
    const rules = { perMinute: 2, denyPages: "/private/*", denyElements: [".quiet"], allowElements: "main" };
    const body = `<main><button id="in">In</button><p class="quiet"><button id="quiet">Quiet</button></p></main><button id="out">Out</button>`;
    const { url, page } = await open(site, rules, body);
    await page.evaluate(() => {
      for (let n = 0; n < 4; n++) window.sillage?.track("often", { n });
    });
    for (const id of ["#in", "#quiet", "#out"]) await page.click(id);
    await settled(page);
    await page.evaluate(() => history.pushState(null, "", "/private/a"));
    await page.waitForFunction(() => window.sillage?.stats().tracked === 9);
    await page.evaluate(() => window.sillage?.track("seldom"));
    await expectEvents(
      stage.collector,
      site,
      [pageview(url), event("often", { n: 0 }), event("often", { n: 1 }), click("#in")],
      { pages: [page] },
    );
    const stats = await page.evaluate(() => window.sillage?.stats());
    assert.deepEqual(stats, { tracked: 10, sent: 4, pending: 0, dropped: 6 });
  });

  test("a visitor outside the sample, and a program where those are kept out, are counted and not recorded", async () => {
    for (const rules of [{ sample: 0 }, { bots: false }]) {
      const site = stage.newSite();
      const { page } = await open(site, rules, "", `/${Object.keys(rules)}`, () => {
        Object.defineProperty(navigator, "webdriver", { value: true });
      });
      await page.evaluate(() => window.sillage?.track("x"));
      assert.deepEqual(await page.evaluate(() => window.sillage?.stats()), {
        tracked: 2,
        sent: 0,
        pending: 0,
        dropped: 2,
      });
      await page.evaluate(() => window.sillage?.flush());
      await stage.collector.caughtUp();
      assert.deepEqual(stage.collector.rows(site), []);
    }
  });

  test("a rule that is wrong stops the tracker and says which", async () => {
    for (const [rules, message] of [
      ['{"sample":101}', "rules: sample must be a number from 0 to 100"],
      ["{", "rules must be a JSON object"],
    ] as const) {
      const site = stage.newSite();
      const url = stage.origin.serve("/wrong-rule", `<!doctype html>${stage.tag(site, `data-rules='${rules}'`)}`);
      const visitor = await stage.newVisitor();
      const page = await visitor.openBare(url);
      await page.waitForFunction(() => window.sillage);
      const error = await page.evaluate(() => window.sillage?.ready.catch(({ code, message }) => ({ code, message })));
      assert.deepEqual(error, { code: "invalid_option", message });
    }
  });
});
