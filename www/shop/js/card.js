/** A product in a list. */
import { addToCart } from "./cart.js";
import { drawing } from "./drawings.js";
import { element } from "./element.js";
import { priceText, units } from "./money.js";
import { productAddress } from "./products.js";
import { say } from "./toast.js";

export function productCard(product) {
  return element(
    "li",
    { class: "card", "data-sillage-item": product.id, "data-sillage-value": units(product.price) },
    element(
      "a",
      {
        class: "card-link",
        id: `product-${product.id}`,
        href: productAddress(product),
        "data-sillage-name": "product-card",
      },
      drawing(product.id),
      element("span", { class: "card-name" }, product.name),
    ),
    element(
      "div",
      { class: "card-foot" },
      element("span", { class: "price" }, priceText(product.price)),
      element(
        "button",
        {
          type: "button",
          class: "quiet",
          id: `add-${product.id}`,
          "data-sillage-name": "quick-add",
          "aria-label": `Add ${product.name} to the cart`,
          click: () => {
            addToCart(product);
            say(`${product.name} is in your cart.`);
          },
        },
        "Add",
      ),
    ),
  );
}
