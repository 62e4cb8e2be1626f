/** A whole visit to the demo shop: several pages, a single-page part, two tabs, and a long lunch in between. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Page } from "playwright-core";
import { settled } from "./support/browser.ts";
import { click, event, expectEvents, pageview } from "./support/expect-events.ts";
import { setStage, test } from "./support/stage.ts";

describe("the shop", () => {
  const stage = setStage();

  /** Follows a link or sends a form to another page of the shop, once everything before it is stored. */
  async function follow(page: Page, selector: string, path: string) {
    await settled(page);
    await page.click(selector);
    await page.waitForURL(`**${path}`);
    await settled(page);
  }

  test("a visit leaves exactly these rows", async () => {
    const { collector } = stage;
    const shop = `${collector.gate.origin}/shop`;
    const visitor = await stage.newVisitor();
    await visitor.context.clock.install();

    const one = await visitor.open(`${shop}/`);
    await follow(one, "#tile-ropes", "/shop/category.html?c=ropes");
    await follow(one, "#product-halyard-8", "/shop/product.html?p=halyard-8");
    await one.press("#quantity", "ArrowUp");
    await one.click("#add-to-cart");
    await one.fill("#search-input", "compass");
    await follow(one, "#search-button", "/shop/search.html?q=compass");

    const two = await visitor.open(`${shop}/app/`);
    await follow(two, "#kit-start", "/shop/app/hull");
    await two.click("label:has(#boat-dinghy)");
    await follow(two, "#kit-to-rig", "/shop/app/rig");
    await two.click("#wind-heavy");
    await two.waitForURL("**/shop/app/rig#heavy");
    await follow(two, "#kit-to-summary", "/shop/app/summary");
    await two.goBack();
    await two.waitForURL("**/shop/app/rig#heavy");
    await settled(two);
    await two.goForward();
    await two.waitForURL("**/shop/app/summary");
    await two.click("#kit-add");
    await settled(two);

    await one.bringToFront();
    await follow(one, "#cart-link", "/shop/cart.html");
    await one.click("#remove-dock-lines");
    await settled(one);

    // Lunch: longer than half an hour, so what comes next is another session of the same visitor.
    await visitor.context.clock.fastForward("31:00");
    await follow(one, "#to-checkout", "/shop/checkout.html");
    await one.click("#use-sample");
    await one.click("#show-card");
    await follow(one, "#place-order", "/shop/thanks.html?order=WH-1001");
    await two.bringToFront();
    await two.click("#kit-reset");
    await two.waitForURL("**/shop/app/");

    const at = (path: string) => `${shop}${path}`;
    const me = { visitor: "me", session: "morning" };
    const later = { visitor: "me", session: "after lunch" };
    const titled = (title: string, breadcrumb: string[], keywords: string) => ({
      webEvent: { page: { title, breadcrumb, keywords, lang: "en" } },
    });
    const search = "/search.html?q=compass";
    await expectEvents(
      collector,
      "shop",
      [
        pageview(at("/"), {
          ...me,
          view: "home",
          referrer: null,
          totals: [1, 1],
          also: { webEvent: { page: { lang: "en" } } },
        }),
        click("category-tile", {
          ...me,
          view: "home",
          prompt: "Ropes Halyards, sheets, dock lines",
          href: at("/category.html?c=ropes"),
        }),

        pageview(at("/category.html?c=ropes"), {
          ...me,
          view: "ropes",
          referrer: at("/"),
          totals: [3, 2],
          also: titled("Ropes · Wake & Halyard", ["Home", "Ropes"], "sailing, ropes"),
        }),
        click("product-card", { ...me, view: "ropes", href: at("/product.html?p=halyard-8") }),

        pageview(at("/product.html?p=halyard-8"), {
          ...me,
          view: "halyard",
          referrer: at("/category.html?c=ropes"),
          totals: [5, 3],
          also: titled(
            "Braided halyard, 8 mm · Wake & Halyard",
            ["Home", "Ropes", "Braided halyard, 8 mm"],
            "sailing, ropes, ROP-081",
          ),
        }),
        event("product_viewed", { sku: "ROP-081", price: 64.9, currency: "EUR" }, { ...me, view: "halyard" }),
        click("add-to-cart", { ...me, view: "halyard", prompt: "Add to cart", href: null }),
        event("cart_item_added", { sku: "ROP-081", price: 64.9, quantity: 2 }, { ...me, view: "halyard" }),
        click("search", { ...me, view: "halyard", prompt: "Search", href: null }),

        pageview(at(search), { ...me, view: "search", referrer: at("/product.html?p=halyard-8") }),
        event("search_performed", { query: "compass", results: 1 }, { ...me, view: "search" }),

        // The second tab: the kit builder, one page that changes its address.
        pageview(at("/app/"), { ...me, view: "kit", referrer: null }),
        click("kit-start", { ...me, view: "kit", href: at("/app/hull") }),
        pageview(at("/app/hull"), {
          ...me,
          view: "hull",
          referrer: at("/app/"),
          also: titled(
            "Hull · Build a kit · Wake & Halyard",
            ["Home", "Build a kit", "Hull"],
            "kit, configurator, hull",
          ),
        }),
        click("kit-to-rig", { ...me, view: "hull", href: at("/app/rig") }),
        pageview(at("/app/rig"), { ...me, view: "rig", referrer: at("/app/hull") }),
        // A filter that is kept in the fragment is no page of its own.
        click("wind-filter", { ...me, view: "rig", prompt: "Heavy weather", href: null }),
        click("kit-to-summary", { ...me, view: "rig", href: at("/app/summary") }),
        pageview(at("/app/summary"), { ...me, view: "summary", referrer: at("/app/rig") }),
        pageview(at("/app/rig#heavy"), { ...me, view: "rig again", referrer: at("/app/summary") }),
        pageview(at("/app/summary"), { ...me, view: "summary again", referrer: at("/app/rig#heavy") }),
        click("kit-add", { ...me, view: "summary again", prompt: "Add the kit to the cart" }),
        event(
          "kit_completed",
          { boat: "dinghy", parts: ["ROP-102", "ROP-140"], total: 81.4 },
          { ...me, view: "summary again" },
        ),
        event("cart_item_added", { sku: "ROP-102", price: 42.5, quantity: 1 }, { ...me, view: "summary again" }),
        event("cart_item_added", { sku: "ROP-140", price: 38.9, quantity: 1 }, { ...me, view: "summary again" }),

        // Back in the first tab.
        click("open-cart", { ...me, view: "search", href: at("/cart.html") }),
        pageview(at("/cart.html"), { ...me, view: "cart", referrer: at(search), totals: [27, 11] }),
        click("cart-remove", { ...me, view: "cart" }),
        event("cart_item_removed", { sku: "ROP-140", price: 38.9, quantity: 1 }, { ...me, view: "cart" }),

        click("to-checkout", { ...later, view: "cart", href: at("/checkout.html") }),
        pageview(at("/checkout.html"), { ...later, view: "checkout", referrer: at("/cart.html") }),
        event("checkout_started", { total: 172.3, items: 3 }, { ...later, view: "checkout" }),
        click("use-saved-address", { ...later, view: "checkout", prompt: "" }),
        click("place-order", { ...later, view: "checkout", prompt: "Place the order" }),
        // What is in the form was not typed, and is not told.
        {
          ...event("form_submitted", {}, { ...later, view: "checkout" }),
          webEvent: {
            eventName: "form_submitted",
            attributes: { form: { value: "checkout-form" }, fieldsChanged: { value: "0" } },
          },
        },
        pageview(at("/thanks.html?order=WH-1001"), { ...later, view: "thanks", referrer: at("/checkout.html") }),
        event("order_completed", { order: "WH-1001", total: 172.3, items: 3 }, { ...later, view: "thanks" }),

        // The other tab has learned of the new session.
        click("kit-reset", { ...later, view: "summary again", prompt: "Start over" }),
        pageview(at("/app/"), { ...later, view: "kit again", referrer: at("/app/summary"), totals: [39, 14] }),
      ],
      { pages: [one, two], order: "stored" },
    );
    assert.deepEqual(visitor.exceptions, []);
    assert.ok(
      !collector.gate.asked.some(({ body }) => /Ada|quai des Brumes|4000/.test(body)),
      "what is masked stays here",
    );
  });
});
