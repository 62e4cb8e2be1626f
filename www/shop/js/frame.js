/** What all pages share: the number on the cart, the place in the menu, the choice in the footer. */
import { passConsent } from "./analytics.js";
import { cartTotals, watchCart } from "./cart.js";
import { byId } from "./element.js";
import { load, save } from "./storage.js";

watchCart(() => {
  const { pieces } = cartTotals();
  byId("cart-count").textContent = pieces;
  byId("cart-count-unit").textContent = pieces === 1 ? "item" : "items";
});

for (const link of document.querySelectorAll("#menu a")) {
  const { pathname, search } = new URL(link.href);
  const isHere =
    pathname === "/shop/app/"
      ? location.pathname.startsWith(pathname)
      : location.pathname === pathname && location.search.startsWith(search);
  if (isHere) link.setAttribute("aria-current", "page");
}

const CHOICES = {
  granted: "Measuring is allowed.",
  denied: "Measuring is refused: nothing is recorded, and what was stored is erased.",
};

function showConsent(state) {
  for (const choice of Object.keys(CHOICES)) byId(`consent-${choice}`).setAttribute("aria-pressed", choice === state);
  byId("consent-state").textContent = CHOICES[state];
}

for (const choice of Object.keys(CHOICES)) {
  byId(`consent-${choice}`).addEventListener("click", () => {
    save("consent", choice);
    passConsent(choice);
    showConsent(choice);
  });
}
const kept = load("consent", "granted");
showConsent(kept in CHOICES ? kept : "granted");
byId("privacy-signal").hidden = !navigator.globalPrivacyControl;
