/** A product: what it is, what it costs, and into the cart. */
import "../frame.js";
import { track } from "../analytics.js";
import { productCard } from "../card.js";
import { addToCart } from "../cart.js";
import { drawing } from "../drawings.js";
import { byId, element } from "../element.js";
import { priceText, units } from "../money.js";
import { currency, productById, productsOf } from "../products.js";
import { say } from "../toast.js";
import { showTrail } from "../trail.js";

const product = productById(new URLSearchParams(location.search).get("p"));
showTrail(globalThis.shopPage.at(new URL(location.href)));

function show({ id, sku, category, name, price, text, facts }) {
  byId("product-name").textContent = name;
  byId("product-price").textContent = priceText(price);
  byId("product-text").textContent = text;
  byId("product-drawing").replaceChildren(drawing(id));
  byId("product-facts").replaceChildren(
    ...Object.entries({ ...facts, "Article number": sku }).flatMap(([fact, value]) => [
      element("dt", {}, fact),
      element("dd", {}, value),
    ]),
  );
  const others = productsOf(category).filter((it) => it.id !== id);
  byId("others").replaceChildren(...others.slice(0, 3).map(productCard));
  track("product_viewed", { sku, price: units(price), currency });
}

if (product) {
  show(product);
  byId("product-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const quantity = byId("quantity").valueAsNumber;
    addToCart(product, quantity);
    say(quantity === 1 ? `${product.name} is in your cart.` : `${quantity} × ${product.name} are in your cart.`);
  });
} else {
  byId("product").replaceChildren(
    element("h1", {}, "No such product"),
    element("p", {}, "It may have been sold out. ", element("a", { href: "/shop/" }, "Back to the shop")),
  );
  byId("others-section").hidden = true;
}
