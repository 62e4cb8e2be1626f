/**
 * The visit whose bytes are counted, the same in every run and for every tracker: one pageview, then
 * these events one after the other, then the page closes. The properties vary as those of a shop do:
 * what repeats there repeats here.
 */

/** Events besides the pageview. */
export const FIXTURE_EVENTS = 200;

/** Time from one event to the next, in milliseconds. */
export const FIXTURE_GAP_MS = 20;

export interface FixtureEvent {
  readonly name: string;
  /** Five properties. */
  readonly props: {
    readonly productId: string;
    readonly category: string;
    readonly price: number;
    readonly currency: string;
    readonly position: number;
  };
}

const NAMES = ["product_viewed", "product_viewed", "product_viewed", "product_liked", "product_added"];
const CATEGORIES = ["shoes", "jackets", "tents", "lamps", "rucksacks", "cutlery", "maps", "books"];

/** How many products the shop has. */
const PRODUCTS = 400;

/** Product of a 32-bit linear congruential generator (Numerical Recipes), in `[0, below)`. */
function generator(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** `count` events, always the same. */
export function fixture(count: number = FIXTURE_EVENTS): FixtureEvent[] {
  const random = generator(4);
  return Array.from({ length: count }, () => {
    const product = random(PRODUCTS);
    const { category, price } = productOf(product);
    return {
      name: NAMES[random(NAMES.length)] as string,
      props: { productId: `SKU-${1000 + product}`, category, price, currency: "EUR", position: 1 + random(48) },
    };
  });
}

/** A product has one category and one price, whoever looks at it. */
function productOf(product: number) {
  const random = generator(product);
  random(1);
  return { category: CATEGORIES[random(CATEGORIES.length)] as string, price: (499 + random(20_000)) / 100 };
}
