/** Finds products. The data itself is in `catalog.js`, which every page has loaded by now. */
export const { categories, products, currency } = globalThis.shopCatalog;

export const productById = (id) => products.find((it) => it.id === id);
export const productBySku = (sku) => products.find((it) => it.sku === sku);
export const categoryById = (id) => categories.find((it) => it.id === id);
export const productsOf = (category) => products.filter((it) => it.category === category);
export const productAddress = ({ id }) => `/shop/product.html?p=${id}`;

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Products that have every word of `query` somewhere, those with a word in their name first. */
export function searchProducts(query) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const inName = ({ name }) => words.some((word) => plain(name).includes(word));
  return products
    .filter((it) => {
      const text = plain(
        [it.name, it.sku, it.text, categoryById(it.category).name, ...Object.values(it.facts)].join(" "),
      );
      return words.every((word) => text.includes(word));
    })
    .sort((a, b) => inName(b) - inName(a));
}
