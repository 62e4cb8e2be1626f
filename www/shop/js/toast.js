/** Short news at the edge of the window, read out by screen readers; it moves nothing on the page. */
import { byId, element } from "./element.js";

const SHOWN_MS = 5000;
let hiding;

export function say(text) {
  const toast = byId("toast");
  const link = element(
    "a",
    { href: "/shop/cart.html", id: "toast-cart", "data-sillage-name": "open-cart" },
    "View cart",
  );
  toast.replaceChildren(element("span", {}, text), link);
  toast.classList.add("is-shown");
  clearTimeout(hiding);
  hiding = setTimeout(() => toast.classList.remove("is-shown"), SHOWN_MS);
}
