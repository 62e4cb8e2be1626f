/** Hears how much of which elements is in view: in shadow trees that are open, and of elements that are added later, too. */
import { attempt } from "../attempt";
import { watchTrees } from "../trees";

/** Told at each per cent: an element many windows high fills the window at a small part of itself. */
const EACH_PERCENT = Array.from({ length: 101 }, (_, percent) => percent / 100);

const area = ({ width, height }: DOMRectReadOnly) => width * height;

/** How much is in view, in per cent of the element's area, or of the window's where that is smaller. */
function percentOf({ isIntersecting, intersectionRect, boundingClientRect, rootBounds }: IntersectionObserverEntry) {
  if (!isIntersecting) return 0;
  const whole = Math.min(area(boundingClientRect), rootBounds ? area(rootBounds) : innerWidth * innerHeight);
  // Something without an area is in view or not.
  return whole > 0 ? Math.min(100, Math.round((area(intersectionRect) / whole) * 100)) : 100;
}

/** Starts watching what `selector` finds; what is returned ends it. */
export function hearViews(selector: string, seen: (element: Element, percent: number) => void): () => void {
  const sights = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) attempt(() => seen(entry.target, percentOf(entry)));
    },
    { threshold: EACH_PERCENT },
  );
  const unwatch = watchTrees(selector, (element) => sights.observe(element));
  return () => {
    unwatch();
    sights.disconnect();
  };
}
