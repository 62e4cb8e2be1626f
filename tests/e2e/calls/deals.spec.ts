/** The shop's deals: offers and picks by marks; goal, segment, voucher and customer by calls. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { settled } from "../support/browser.ts";
import { click, type Expected, event, expectEvents, Id, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";

describe("the shop's deals", () => {
  const stage = setStage();

  test("a visitor answers offers, looks along the shelf, signs in, orders and signs out", async () => {
    const { collector } = stage;
    const shop = `${collector.gate.origin}/shop`;
    const visitor = await stage.newVisitor();
    await visitor.context.clock.install();
    const page = await visitor.open(`${shop}/deals.html`);
    /** Waits until the page has recorded so many events: what is to be seen takes its time to be seen. */
    const recorded = (count: number) =>
      page.waitForFunction((count) => (window.sillage?.stats().tracked ?? 0) >= count, count, { polling: 20 });
    const scrollTo = (selector: string) =>
      page.evaluate((selector) => document.querySelector(selector)?.scrollIntoView(false), selector);

    await recorded(2);
    await scrollTo("#picks-shelf");
    await recorded(3);
    await page.click("#rope-deal-take");
    await recorded(5);
    await page.click("#picks-on");
    await recorded(7);
    await page.click("#add-fender");
    await recorded(9);

    await scrollTo("#deals-shelf");
    await recorded(12);
    await page.click("#splice-deal-refuse");
    await page.click("#friend-deal-hide");
    await recorded(16);
    await visitor.context.clock.fastForward("01:01");
    await recorded(17);
    assert.equal(await page.textContent("#mug-deal-answer"), "The minute is over.");

    await page.fill("#voucher", "rum");
    await page.click("#voucher-redeem");
    await page.fill("#voucher", "fairwind");
    await page.click("#voucher-redeem");
    await page.click("#boat-dinghy");
    await page.fill("#sign-in-name", "Ada");
    await page.fill("#sign-in-mail", "ada@shop.example");
    await page.click("#sign-in");
    await page.click("#bundle-order");
    await settled(page);
    await page.goto(`${shop}/`);
    await page.click("#deals-link");
    await page.waitForURL("**/shop/deals.html");
    // Until the tracker is at work, calls that wait count as recorded.
    await settled(page);
    await recorded(2);
    await scrollTo("#picks-shelf");
    await recorded(3);
    await page.click("#sign-out");
    await page.click("#boat-none");
    await settled(page);

    const me = { customerId: new Id("visitor me"), customerIdType: "cookie", session: { id: new Id("session one") } };
    const ada = { ...me, customerId: "ada@shop.example", customerIdType: "email" };
    const next = {
      customerId: new Id("visitor next"),
      customerIdType: "cookie",
      session: { id: new Id("session two") },
    };
    const view = "deals";
    const pressed = (id: string, also: Expected = {}) =>
      click(`#${id}`, { view, also: { id: new Id(id), ...me, ...also } });
    /** A row of another part than `webEvent`, under the first page view unless `also` has another. */
    const part = (word: string, members: Expected, also: Expected = {}): Expected => ({
      correlationId: new Id(view),
      ...me,
      eventType: `com.genesys.journey.${word}`,
      webEvent: null,
      [`${word.charAt(0).toLowerCase()}${word.slice(1)}`]: members,
      ...also,
    });
    const offer = (displayName: string, state: string, members: Expected = {}, also: Expected = {}) =>
      part(
        "WebActionEvent",
        {
          ...members,
          action: { state, mediaType: "contentOffer", ...Object(members.action) },
          actionMap: { displayName },
        },
        also,
      );
    const after = (id: string) => ({ correlationId: new Id(id) });
    const list = { recommendationId: "RID-deals-7", metricAttribution: { eventAttributionSource: "deals" } };
    const picks = (view: string, who: Expected, ...impression: string[]) =>
      event("items_viewed", {}, { view, also: { ...who, personalize: { ...list, impression } } });
    const target = { actionTarget: { id: "rope-buyers" } };

    await expectEvents(
      collector,
      "shop",
      [
        pageview(`${shop}/deals.html`, { view, also: me }),
        offer("rope-deal", "offered", {
          ...target,
          action: { prompt: /^Spring tide: a fifth off every rope .* No, thanks$/ },
        }),
        picks(view, me, "block-57", "compass", "whipping-kit"),
        pressed("rope-deal-take"),
        offer("rope-deal", "accepted", target, after("rope-deal-take")),

        pressed("picks-on"),
        picks(view, me, "anchor-light", "fender", "logbook"),
        click("quick-add", {
          view,
          also: {
            ...me,
            personalize: {
              ...list,
              itemId: "fender",
              eventValue: 32.9,
              impression: ["fender", "block-57", "compass", "whipping-kit", "anchor-light", "logbook"],
            },
          },
        }),
        event(
          "cart_item_added",
          { sku: "ABD-021", price: 32.9, quantity: 1 },
          { view, also: { ...me, personalize: null } },
        ),

        offer("mug-deal", "offered"),
        offer("splice-deal", "offered", { action: { id: "course-12" } }),
        offer("friend-deal", "offered"),
        pressed("splice-deal-refuse"),
        offer("splice-deal", "rejected", { action: { id: "course-12" } }, after("splice-deal-refuse")),
        pressed("friend-deal-hide"),
        offer("friend-deal", "ignored"),
        offer("mug-deal", "timedout"),

        click("#voucher-redeem", { view, also: me }),
        offer("Voucher", "errored", {
          action: { id: "voucher" },
          errorCode: "unknown-voucher",
          errorMessage: "There is no such voucher.",
        }),
        click("#voucher-redeem", { view, also: me }),
        offer("Voucher", "completed", { action: { id: "voucher" }, errorCode: null }),
        pressed("boat-dinghy"),
        part("SegmentAssignmentEvent", { segment: { id: "sails-dinghy" } }),

        pressed("sign-in"),
        {
          correlationId: new Id(view),
          ...ada,
          webEvent: {
            eventName: "customer_identified",
            authenticated: true,
            traits: { givenName: { dataType: "string", value: "Ada" } },
          },
        },
        pressed("bundle-order", ada),
        part(
          "OutcomeAchievedEvent",
          { outcome: { id: "order-completed", displayName: "Order completed" } },
          { ...ada, personalize: { itemId: "bosun-bundle", eventType: "bought", eventValue: 66.3 } },
        ),

        pageview(`${shop}/`, { view: "home", also: ada }),
        click("#deals-link", { view: "home", href: `${shop}/deals.html`, also: ada }),
        pageview(`${shop}/deals.html`, { view: "again", also: ada }),
        offer("rope-deal", "offered", target, { ...ada, ...after("again") }),
        picks("again", ada, "block-57", "compass", "whipping-kit"),
        click("#sign-out", { view: "again", also: ada }),
        click("#boat-none", { view: "again", also: next }),
        part("SegmentAssignmentEvent", { segment: { id: "sails-none" } }, { ...next, ...after("again") }),
      ],
      { pages: [page], order: "stored" },
    );
    assert.deepEqual(visitor.exceptions, []);
    assert.deepEqual(visitor.trackerSaid, []);
  });
});
