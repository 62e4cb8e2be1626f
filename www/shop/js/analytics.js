/**
 * The shop's only contact with the tracker. The tracker comes when it comes, or never where it is
 * blocked; the shop neither waits for it nor notices.
 */

/** The tracker once its script has run; `undefined` where it did not. */
const tracker = new Promise((resolve) => {
  const settle = () => resolve(window.sillage);
  if (window.sillage || document.readyState === "complete") return settle();
  document.querySelector("script[data-site]")?.addEventListener("load", settle);
  // The load event of the page waits for the script, whether it arrives or fails.
  addEventListener("load", settle);
});

/** Records what happened in the shop. */
export const track = async (name, props) => (await tracker)?.track(name, props);

/** Says what has a call of its own: offers, goals, segments, who the visitor is. */
export const call = async (name, ...given) => (await tracker)?.call(name, ...given);

/** Passes the visitor's choice on: `"granted"` or `"denied"`. */
export const passConsent = async (state) => (await tracker)?.consent(state);
