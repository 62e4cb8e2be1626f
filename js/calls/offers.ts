/** Which offers of a page wait for their answer, and since when. */

/** States in which an offer begins to wait. */
const SHOWN = /^offered/;

/** States in which it waits on, though something became of it. */
const UNDER_WAY = /^(qualified|started$|engaged$)/;

/** Most offers that are remembered: beyond it the oldest goes. */
const MAX_OFFERS = 100;

export function openOffers() {
  const shownAt = new Map<string, number>();
  return {
    isOpen: (key: string) => shownAt.has(key),
    /** An offer is in another state; tells how long the visitor took where that is its answer, in milliseconds. */
    becomes(key: string, state: string, at: number): number | undefined {
      const since = shownAt.get(key);
      if (SHOWN.test(state)) {
        if (since === undefined) shownAt.set(key, at);
        for (const [oldest] of shownAt) if (shownAt.size > MAX_OFFERS) shownAt.delete(oldest);
        return undefined;
      }
      if (since === undefined || UNDER_WAY.test(state)) return undefined;
      shownAt.delete(key);
      return Math.max(0, at - since);
    },
    clear: () => shownAt.clear(),
  };
}
