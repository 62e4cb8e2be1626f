/** Hears clicks, and for a moment after each whether the page does anything. */
import { CLICKABLE, selectorOf } from "../clicks";
import { cut } from "../cut";
import { type On, Seen, type Tell } from "./seen";

/** How long a page may take to react, in milliseconds: `DEAD_AFTER_MS` of `crates/capture/src/frustration.rs`. */
const DEAD_AFTER_MS = 3_000;

/** What is clicked to write, to choose or to count, or marked as made for many clicks. */
const REPEATABLE = "input,select,textarea,option,label,audio,video,[contenteditable],[data-sillage-repeatable]";

/** What does something outside this document, or nothing that can be seen in it. */
const ELSEWHERE = "[target],[download],[href^='mailto:'],[href^='tel:'],[href^='sms:']";

/** How a click was, as `Click` of `crates/capture/src/frustration.rs`: bits of its third number. */
enum Was {
  Recorded = 1,
  ToReact = 2,
  Repeatable = 4,
}

/** The element of the last click, as events have it that are about it. */
let clicked: { element?: string } = {};

/** What is told of the last click. */
export const lastClicked = () => clicked;

/** Starts listening; what is returned ends the watch for reactions. */
export function hearFrustration(on: On, tell: Tell, watches: boolean): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const observer = new MutationObserver(() => reacted());
  const unwatch = () => {
    clearTimeout(timer);
    timer = undefined;
    observer.disconnect();
  };
  const reacted = () => {
    if (timer === undefined) return;
    unwatch();
    tell(Seen.Reacted);
  };

  on("click", (event) => {
    const path = event.composedPath();
    const elements = path.filter((it): it is Element => it instanceof Element);
    const find = (selector: string) => elements.find((it) => Element.prototype.matches.call(it, selector));
    const [target] = elements;
    if (!target || find("[data-sillage-ignore]")) return;
    const { clientX, clientY } = event as MouseEvent;
    // As in `clickFacts`, but for the text: that makes the browser lay the page out.
    const clickable = find(CLICKABLE);
    const element = clickable ?? target;
    const isRepeatable = find(REPEATABLE) || getSelection()?.isCollapsed === false;
    const shouldReact = watches && clickable && !isRepeatable && !find(ELSEWHERE);
    unwatch();
    clicked = { element: cut((clickable && element.getAttribute("data-sillage-name")) || selectorOf(element)) };
    tell(Seen.Clicked, [
      Math.max(0, Math.round(clientX)),
      Math.max(0, Math.round(clientY)),
      (clickable ? Was.Recorded : 0) + (shouldReact ? Was.ToReact : 0) + (isRepeatable ? Was.Repeatable : 0),
    ]);
    if (!shouldReact) return;
    const what = { subtree: true, childList: true, attributes: true, characterData: true };
    // Changes in a shadow tree are seen from within.
    for (const root of path) if (root instanceof Document || root instanceof ShadowRoot) observer.observe(root, what);
    timer = setTimeout(() => {
      unwatch();
      tell(Seen.Waited);
    }, DEAD_AFTER_MS);
  });
  // A page that is hidden or left has reacted: by a window of another program, at least.
  on("input change scroll toggle close play popstate hashchange blur visibilitychange pagehide", reacted);
  return unwatch;
}
