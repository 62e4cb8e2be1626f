/** Thank-you page: the order that was just placed. */
import "../frame.js";
import { track } from "../analytics.js";
import { byId, element } from "../element.js";
import { priceText, units } from "../money.js";
import { orderByNumber, reportOnce } from "../order.js";
import { productBySku } from "../products.js";

const order = orderByNumber(new URLSearchParams(location.search).get("order"));
byId("order-found").hidden = !order;
byId("order-missing").hidden = Boolean(order);

if (order) {
  const { number, recipient, lines, pieces, total } = order;
  byId("order-number").textContent = number;
  byId("order-recipient").textContent = recipient;
  byId("order-total").textContent = priceText(total);
  byId("order-lines").replaceChildren(
    ...lines.map(({ sku, quantity }) => element("li", {}, `${quantity} × ${productBySku(sku)?.name ?? sku}`)),
  );
  if (reportOnce(order)) track("order_completed", { order: number, total: units(total), items: pieces });
}
