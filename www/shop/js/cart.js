/** The cart: SKUs and quantities, shared by the tabs of this browser. */
import { track } from "./analytics.js";
import { deliveryOf, units } from "./money.js";
import { productBySku } from "./products.js";
import { load, onSavedElsewhere, save } from "./storage.js";

const KEY = "cart";
const MAX_QUANTITY = 99;
const EMPTY = { lines: [], checkoutStarted: false };
const listeners = [];

const changed = () => {
  for (const listener of listeners) listener();
};
onSavedElsewhere(KEY, changed);

/** Calls `listener` now and whenever the cart changes, in this tab or another. */
export function watchCart(listener) {
  listeners.push(listener);
  listener();
}

const read = () => {
  const cart = load(KEY, EMPTY);
  return Array.isArray(cart?.lines) ? cart : EMPTY;
};

/** What is in the cart; what the shop no longer sells is left out. */
export function cartLines() {
  return read()
    .lines.map(({ sku, quantity }) => ({ product: productBySku(sku), quantity }))
    .filter(({ product, quantity }) => product && quantity > 0);
}

/** Sums of the cart: pieces, and goods, delivery and total in cents. */
export function cartTotals() {
  const lines = cartLines();
  const pieces = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const goods = lines.reduce((sum, { product, quantity }) => sum + product.price * quantity, 0);
  const delivery = deliveryOf(goods);
  return { pieces, goods, delivery, total: goods + delivery };
}

function change(product, by) {
  const { lines, ...cart } = read();
  const before = lines.find(({ sku }) => sku === product.sku)?.quantity ?? 0;
  const after = Math.min(Math.max(before + by, 0), MAX_QUANTITY);
  if (after === before) return;
  const line = { sku: product.sku, quantity: after };
  const others = lines.filter(({ sku }) => sku !== product.sku);
  const next = before && after ? lines.map((it) => (it.sku === product.sku ? line : it)) : [...others, line];
  save(KEY, { ...cart, lines: after ? next : others });
  track(after > before ? "cart_item_added" : "cart_item_removed", {
    sku: product.sku,
    price: units(product.price),
    quantity: Math.abs(after - before),
  });
  changed();
}

export const addToCart = (product, quantity = 1) => change(product, quantity);

/** Takes `quantity` pieces out; all of them by default. */
export const removeFromCart = (product, quantity = MAX_QUANTITY) => change(product, -quantity);

/** Whether this is the first time that this cart reaches the checkout. */
export function startCheckout() {
  const cart = read();
  if (cart.checkoutStarted) return false;
  save(KEY, { ...cart, checkoutStarted: true });
  return true;
}

export function emptyCart() {
  save(KEY, EMPTY);
  changed();
}
