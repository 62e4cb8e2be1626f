/** Cents, and how they are written. */
import { currency } from "./products.js";

const format = new Intl.NumberFormat("en", { style: "currency", currency });

export const priceText = (cents) => format.format(cents / 100);

/** Whole currency units, as other programs expect a price. */
export const units = (cents) => cents / 100;

const FREE_DELIVERY_FROM = 8000;
const DELIVERY = 690;

/** What it costs to send goods of this worth. */
export const deliveryOf = (goods) => (goods === 0 || goods >= FREE_DELIVERY_FROM ? 0 : DELIVERY);
