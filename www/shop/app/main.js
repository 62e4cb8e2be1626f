/** The kit builder: a single page with steps. */
import "../js/frame.js";
import { track } from "../js/analytics.js";
import { addToCart } from "../js/cart.js";
import { byId } from "../js/element.js";
import { units } from "../js/money.js";
import { say } from "../js/toast.js";
import { showTrail } from "../js/trail.js";
import { boat, chosenParts, emptyKit } from "./kit.js";
import { go, startRouter } from "./router.js";
import { viewOf } from "./views.js";

const deeds = {
  addToCart() {
    const parts = chosenParts();
    const total = parts.reduce((sum, { price }) => sum + price, 0);
    track("kit_completed", { boat: boat()?.id, parts: parts.map(({ sku }) => sku), total: units(total) });
    for (const part of parts) addToCart(part);
    say("Your kit is in the cart.");
  },
  startOver() {
    emptyKit();
    go("/shop/app/");
  },
};

let isFirst = true;

startRouter((step) => {
  const page = globalThis.shopPage.at(new URL(location.href));
  globalThis.shopPage.describe(page);
  showTrail(page);
  const title = byId("step-title");
  title.textContent = page.trail.at(-1).name;
  byId("step").replaceChildren(...viewOf(step, deeds));
  for (const link of document.querySelectorAll("#steps a")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }
  // A new page would have begun at its top; here the heading takes that place for the keyboard.
  if (!isFirst) title.focus({ preventScroll: true });
  isFirst = false;
});
