/** The checkout: an address, a way to pay, and an order that stays in this browser. */
import "../frame.js";
import { track } from "../analytics.js";
import { cartLines, cartTotals, startCheckout } from "../cart.js";
import { byId, element } from "../element.js";
import { priceText, units } from "../money.js";
import { placeOrder } from "../order.js";

const SAMPLE = {
  name: "Ada Marin",
  email: "ada.marin@example.com",
  street: "12 quai des Brumes",
  postcode: "29200",
  city: "Brest",
};

const form = byId("checkout-form");
const lines = cartLines();
const { pieces, delivery, total } = cartTotals();

byId("checkout-full").hidden = lines.length === 0;
byId("checkout-empty").hidden = lines.length > 0;
byId("checkout-lines").replaceChildren(
  ...lines.map(({ product, quantity }) =>
    element(
      "li",
      {},
      element("span", {}, `${quantity} × ${product.name}`),
      element("span", {}, priceText(product.price * quantity)),
    ),
  ),
);
byId("checkout-delivery").textContent = delivery ? priceText(delivery) : "Free";
byId("checkout-total").textContent = priceText(total);
if (lines.length && startCheckout()) track("checkout_started", { total: units(total), items: pieces });

byId("use-sample").addEventListener("click", () => {
  for (const [field, value] of Object.entries(SAMPLE)) form.elements.namedItem(field).value = value;
});

byId("show-card").addEventListener("click", ({ currentTarget }) => {
  const isShown = byId("card").type === "text";
  byId("card").type = isShown ? "password" : "text";
  currentTarget.setAttribute("aria-pressed", !isShown);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { name, street, postcode, city } = Object.fromEntries(new FormData(form));
  location.assign(`/shop/thanks.html?order=${placeOrder([name, street, `${postcode} ${city}`].join(", "))}`);
});
