/** Hears whether somebody is there, and how far down the page they are. */
import { type On, Seen, type Tell } from "./seen";

/** How often activity is told at most, in milliseconds: the mouse moves a hundred times a second. */
const ACTIVITY_INTERVAL_MS = 1_000;

/** What scrolls: the document, or an element that takes up most of the window, as in many applications. */
let scroller: Element | null = null;

/** Tells how far down the page the lower edge of the window is. */
function tellDepth(tell: Tell, byScrolling: boolean) {
  const { clientHeight, scrollHeight, scrollTop } = scroller ?? document.scrollingElement ?? document.documentElement;
  const percent = Math.round(((scrollTop + clientHeight) / scrollHeight) * 100);
  if (percent > 0) tell(Seen.Depth, [Math.min(percent, 100), byScrolling]);
}

/** Starts listening; what is returned tells the depth at the end of a page that may never have been scrolled. */
export function hearAttention(on: On, tell: Tell): () => void {
  // The first is told at once, and the first after the window was left.
  let toldAt = Number.NEGATIVE_INFINITY;
  scroller = null;
  on("pointerdown pointermove keydown wheel touchmove scroll", ({ type }) => {
    if (type === "pointerdown" || type === "keydown") tellDepth(tell, false);
    const now = performance.now();
    if (now - toldAt < ACTIVITY_INTERVAL_MS) return;
    toldAt = now;
    tell(Seen.Active);
  });
  on("scroll", ({ target }) => {
    if (target instanceof Element && target.clientHeight * 2 > innerHeight) scroller = target;
    else if (target !== document) return;
    tellDepth(tell, true);
  });
  on("blur focus", ({ target, type }) => {
    // Elements get them too. A frame of the page that has the focus leaves it to the document.
    if (target !== window) return;
    if (type === "focus") tell(Seen.Active);
    else if (!document.hasFocus()) {
      toldAt = Number.NEGATIVE_INFINITY;
      tell(Seen.Blurred);
    }
  });
  return () => tellDepth(tell, false);
}
