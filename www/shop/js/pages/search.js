/** Search: what the address asks for. */
import "../frame.js";
import { track } from "../analytics.js";
import { productCard } from "../card.js";
import { byId } from "../element.js";
import { searchProducts } from "../products.js";

const query = (new URLSearchParams(location.search).get("q") ?? "").trim();

if (query) {
  const found = searchProducts(query);
  byId("search-input").value = query;
  byId("search-title").textContent = `Results for “${query}”`;
  byId("search-count").textContent = found.length === 1 ? "1 product" : `${found.length} products`;
  byId("results").replaceChildren(...found.map(productCard));
  byId("no-results").hidden = found.length > 0;
  track("search_performed", { query, results: found.length });
}
