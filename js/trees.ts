/** Finds what a selector means in a document: in shadow trees that are open, and among elements that are added later, too. */
import { attempt } from "./attempt";

/** How long what is added gathers before it is looked through, in milliseconds. */
const GATHER_MS = 100;

/** As `Element.closest`, out of shadow trees too. */
export function closest(element: Element, selector: string): Element | null {
  for (let it: Element | undefined = element; it; it = (it.getRootNode() as ShadowRoot).host) {
    const found = it.closest(selector);
    if (found) return found;
  }
  return null;
}

/**
 * Starts watching; what is returned ends it. `found` may hear of an element again, where it was moved or its tree changed;
 * `changed` hears that elements came or went.
 */
export function watchTrees(selector: string, found: (element: Element) => void, changed = () => {}): () => void {
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
    attempt(changed);
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
      if (Element.prototype.matches.call(root, selector)) found(root);
      lookInside(root);
    }
    for (const element of root.querySelectorAll(selector)) found(element);
    for (const element of root.querySelectorAll("*")) lookInside(element);
  };

  enter(document);
  return () => {
    isStopped = true;
    clearTimeout(timer);
    changes.disconnect();
  };
}
