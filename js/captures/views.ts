/** Hears how much of which elements is in view: in shadow trees that are open, and of elements that are added later, too. */
import { attempt } from "../attempt";

/** How long what is added gathers before it is looked through, in milliseconds. */
const GATHER_MS = 100;

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
  const entered = new WeakSet<Node>();
  const awaited = new Set<string>();
  const added = new Set<Element>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  const lookThroughAdded = () => {
    timer = undefined;
    const elements = [...added];
    added.clear();
    for (const element of elements) if (element.isConnected) attempt(() => lookThrough(element));
  };
  const add = (element: Element) => {
    if (isStopped) return;
    added.add(element);
    timer ??= setTimeout(lookThroughAdded, GATHER_MS);
  };
  const changes = new MutationObserver((records) => {
    for (const { addedNodes } of records) for (const node of addedNodes) if (node instanceof Element) add(node);
  });

  const enter = (root: Document | ShadowRoot) => {
    if (entered.has(root)) return;
    entered.add(root);
    changes.observe(root, { subtree: true, childList: true });
    lookThrough(root);
  };
  const lookInside = (host: Element) => {
    const { shadowRoot, localName } = host;
    if (shadowRoot) enter(shadowRoot);
    // One that gets its shadow tree when its script is there does not change where it stands.
    else if (localName.includes("-") && !awaited.has(localName) && !customElements.get(localName)) {
      awaited.add(localName);
      customElements.whenDefined(localName).then(
        () => document.querySelectorAll(localName).forEach(add),
        () => {},
      );
    }
  };
  const lookThrough = (root: Document | ShadowRoot | Element) => {
    if (root instanceof Element) {
      if (Element.prototype.matches.call(root, selector)) sights.observe(root);
      lookInside(root);
    }
    for (const element of root.querySelectorAll(selector)) sights.observe(element);
    for (const element of root.querySelectorAll("*")) lookInside(element);
  };

  enter(document);
  return () => {
    isStopped = true;
    clearTimeout(timer);
    changes.disconnect();
    sights.disconnect();
  };
}
