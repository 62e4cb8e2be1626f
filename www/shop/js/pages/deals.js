/** Deals: offers that are answered, picks on a shelf, and what the shop says of its visitor by calls. */
import "../frame.js";
import { call } from "../analytics.js";
import { productCard } from "../card.js";
import { addToCart } from "../cart.js";
import { byId } from "../element.js";
import { priceText, units } from "../money.js";
import { productById } from "../products.js";
import { load, save } from "../storage.js";

const PICKS = ["block-57", "compass", "whipping-kit", "anchor-light", "fender", "logbook"];
const BUNDLE = ["whipping-kit", "dock-lines", "enamel-mug"];

/** How long the mug is to be had, in milliseconds. */
const MUG_MS = 60_000;

const ACCOUNT = "account";
const VOUCHER = "FAIRWIND";

/** Puts what became of a deal in the place of its buttons. */
function close(deal, text) {
  byId(deal).querySelector(".actions").hidden = true;
  byId(`${deal}-answer`).textContent = text;
}
const onClick = (id, heard) => byId(id).addEventListener("click", heard);

onClick("rope-deal-take", () => close("rope-deal", "A fifth off it is."));
onClick("rope-deal-refuse", () => close("rope-deal", "As you like: the ropes are worth it all the same."));
onClick("splice-deal-take", () => close("splice-deal", "See you on the quay at nine."));
onClick("splice-deal-refuse", () => close("splice-deal", "Another time."));
onClick("friend-deal-take", () => close("friend-deal", "Tell them to name you at the till."));
// Without a word: taken away is neither accepted nor refused.
onClick("friend-deal-hide", () => byId("friend-deal").remove());

const mugEnds = setTimeout(() => close("mug-deal", "The minute is over."), MUG_MS);
onClick("mug-deal-take", () => {
  clearTimeout(mugEnds);
  addToCart(productById("enamel-mug"));
  close("mug-deal", "It is in your cart.");
});

const shelf = byId("picks");
shelf.append(...PICKS.map((id) => productCard(productById(id))));
onClick("picks-on", () => shelf.scrollBy({ left: shelf.clientWidth }));
onClick("picks-back", () => shelf.scrollBy({ left: -shelf.clientWidth }));

function showAccount() {
  const account = load(ACCOUNT, null);
  byId("sign-in-form").hidden = Boolean(account);
  byId("account").hidden = !account;
  byId("account-name").textContent = account?.name ?? "";
  return account;
}
if (showAccount()) call("authenticated", true);

byId("sign-in-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = byId("sign-in-name").value.trim();
  const mail = byId("sign-in-mail").value.trim();
  save(ACCOUNT, { name });
  call("authenticated", true);
  call("identify", mail, { type: "email", traits: { givenName: name } });
  event.target.reset();
  showAccount();
});
onClick("sign-out", () => {
  save(ACCOUNT, null);
  call("authenticated");
  call("reset");
  showAccount();
});

byId("voucher-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const isKnown = byId("voucher").value.trim().toUpperCase() === VOUCHER;
  const errorMessage = "There is no such voucher.";
  const voucher = { id: "voucher", name: "Voucher" };
  if (isKnown) call("offer", { ...voucher, state: "completed" });
  else call("offer", { ...voucher, state: "errored", errorCode: "unknown-voucher", errorMessage });
  byId("voucher-answer").textContent = isKnown ? "Five euros are yours." : errorMessage;
});

for (const button of byId("boats").children) {
  button.addEventListener("click", () => {
    for (const other of byId("boats").children) other.setAttribute("aria-pressed", other === button);
    call("segment", { id: `sails-${button.dataset.boat}` });
  });
}

const bundlePrice = BUNDLE.reduce((sum, id) => sum + productById(id).price, 0);
byId("bundle-price").textContent = priceText(bundlePrice);
onClick("bundle-order", () => {
  const bought = { itemId: "bosun-bundle", eventType: "bought", eventValue: units(bundlePrice) };
  call("outcome", { name: "Order completed", id: "order-completed", ...bought });
  byId("bundle-order").disabled = true;
  byId("bundle-answer").textContent = "Ordered. Fair winds.";
});
