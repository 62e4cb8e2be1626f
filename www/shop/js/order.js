/** The last order. It is kept in this browser and sent to nobody. */
import { cartLines, cartTotals, emptyCart } from "./cart.js";
import { load, save } from "./storage.js";

const KEY = "order";
const COUNT_KEY = "orders";
const FIRST_NUMBER = 1001;

/** Turns the cart into an order for `recipient` and returns its number; they count up in each browser. */
export function placeOrder(recipient) {
  const count = (load(COUNT_KEY, 0) ?? 0) + 1;
  const number = `WH-${FIRST_NUMBER + count - 1}`;
  const { pieces, total } = cartTotals();
  const lines = cartLines().map(({ product, quantity }) => ({ sku: product.sku, quantity }));
  save(COUNT_KEY, count);
  save(KEY, { number, recipient, lines, pieces, total, reported: false });
  emptyCart();
  return number;
}

/** The order with this number, if it is the last one. */
export function orderByNumber(number) {
  const order = load(KEY, null);
  return order && order.number === number ? order : undefined;
}

/** Whether this order is reported for the first time: a reload of the page is no second order. */
export function reportOnce(order) {
  if (order.reported) return false;
  save(KEY, { ...order, reported: true });
  return true;
}
