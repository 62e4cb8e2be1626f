/** Listens to the page and tells the module what happened. Everything is undone by the returned function. */
import { clickFacts, pageFacts } from "./facts";
import { Fact } from "./tracker";

/** When the visitor last did something, in Unix milliseconds. */
export let activeAt = 0;

/** Starts listening. */
export function listen(hear: (fact: Fact, text?: string) => void): () => void {
  const undo: (() => void)[] = [];
  const on = (target: EventTarget, types: string, heard: (event: Event) => void) => {
    for (const type of types.split(" ")) {
      const listener = (event: Event) => {
        try {
          heard(event);
        } catch {
          // The page must not hear of it.
        }
      };
      target.addEventListener(type, listener, { capture: true, passive: true });
      undo.push(() => target.removeEventListener(type, listener, true));
    }
  };

  on(window, "pointerdown keydown wheel touchmove", () => {
    activeAt = Date.now();
  });
  on(window, "click auxclick", (event) => {
    // The right button opens a menu and follows no link.
    if ((event as MouseEvent).button === 2) return;
    const facts = clickFacts(event);
    if (facts) hear(Fact.Clicked, facts);
  });
  on(document, "visibilitychange", () => (document.visibilityState === "hidden" ? hear(Fact.PageHidden) : hear(Fact.Resumed)));
  on(window, "pagehide", () => hear(Fact.PageLeft));
  on(window, "pageshow", (event) => (event as PageTransitionEvent).persisted && hear(Fact.PageLoaded, pageFacts()));
  on(window, "online", () => hear(Fact.Resumed));
  const addressChanged = () => hear(Fact.AddressChanged, pageFacts());
  on(window, "popstate hashchange", addressChanged);

  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    let listening = true;
    const patched = function (this: History, ...args: Parameters<History["pushState"]>) {
      original.apply(this, args);
      // After the caller's own code: routers set the title behind the address.
      if (listening) queueMicrotask(() => listening && addressChanged());
    };
    history[name] = patched;
    undo.push(() => {
      listening = false;
      // Somebody who patched after us keeps their patch; ours is silent then.
      if (history[name] === patched) history[name] = original;
    });
  }

  return () => {
    for (const task of undo) task();
  };
}
