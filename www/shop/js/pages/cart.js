/** The cart: lines that can be changed, and what it all costs. */
import "../frame.js";
import { addToCart, cartLines, cartTotals, removeFromCart, watchCart } from "../cart.js";
import { drawing } from "../drawings.js";
import { byId, element } from "../element.js";
import { priceText } from "../money.js";
import { productAddress } from "../products.js";

function stepper(product, quantity) {
  const button = (id, name, label, text, click) =>
    element(
      "button",
      { type: "button", id: `${id}-${product.id}`, "data-sillage-name": name, "aria-label": label, click },
      text,
    );
  return element(
    "div",
    { class: "stepper", role: "group", "aria-label": `Quantity of ${product.name}` },
    button("less", "cart-less", `One ${product.name} less`, "−", () => removeFromCart(product, 1)),
    element("output", {}, String(quantity)),
    button("more", "cart-more", `One ${product.name} more`, "+", () => addToCart(product, 1)),
  );
}

const line = ({ product, quantity }) =>
  element(
    "li",
    { class: "cart-line", id: `line-${product.id}` },
    drawing(product.id),
    element(
      "div",
      {},
      element("a", { href: productAddress(product), "data-sillage-name": "cart-product" }, product.name),
      element("p", { class: "muted" }, `${priceText(product.price)} each`),
    ),
    stepper(product, quantity),
    element("span", { class: "price" }, priceText(product.price * quantity)),
    element(
      "button",
      {
        type: "button",
        class: "quiet",
        id: `remove-${product.id}`,
        "data-sillage-name": "cart-remove",
        "aria-label": `Remove ${product.name}`,
        click: () => removeFromCart(product),
      },
      "Remove",
    ),
  );

watchCart(() => {
  const lines = cartLines();
  const { goods, delivery, total } = cartTotals();
  const focused = document.activeElement?.id;
  byId("lines").replaceChildren(...lines.map(line));
  byId("goods").textContent = priceText(goods);
  byId("delivery").textContent = delivery ? priceText(delivery) : "Free";
  byId("total").textContent = priceText(total);
  byId("cart-full").hidden = lines.length === 0;
  byId("cart-empty").hidden = lines.length > 0;
  // The list is new: whoever works with the keyboard stays where they were, or at the heading.
  if (focused) (byId(focused) ?? byId("cart-title")).focus();
});
