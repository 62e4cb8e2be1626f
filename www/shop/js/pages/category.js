/** A category: its products, in the order the visitor likes. */
import "../frame.js";
import { productCard } from "../card.js";
import { byId } from "../element.js";
import { categoryById, productsOf } from "../products.js";
import { showTrail } from "../trail.js";

const ORDERS = {
  shop: () => 0,
  "price-up": (a, b) => a.price - b.price,
  "price-down": (a, b) => b.price - a.price,
  name: (a, b) => a.name.localeCompare(b.name),
};

const category = categoryById(new URLSearchParams(location.search).get("c"));
showTrail(globalThis.shopPage.at(new URL(location.href)));

if (category) {
  const products = productsOf(category.id);
  byId("category-name").textContent = category.name;
  byId("category-text").textContent = category.text;
  byId("category-count").textContent = `${products.length} products`;
  const order = byId("order-by");
  const show = () => byId("products").replaceChildren(...products.toSorted(ORDERS[order.value]).map(productCard));
  order.addEventListener("change", show);
  show();
} else {
  byId("category-name").textContent = "No such category";
  byId("category-text").textContent = "The menu above lists what there is.";
  byId("order-row").hidden = true;
}
