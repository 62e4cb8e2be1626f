/** Listens to the page and tells the module what happened. Everything is undone by the returned function. */
import { Fact } from "./fact";
import { clickFacts, pageFacts } from "./facts";

/** When the visitor last did something, in Unix milliseconds. */
export let activeAt = 0;

/** What is left of listening. */
export interface Listening {
  /** Reports an address that has changed in this very task, before something that follows from it. */
  catchUp(): void;
  stop(): void;
}

/** Starts listening. */
export function listen(hear: (fact: Fact, text?: string) => void): Listening {
  const undo: (() => void)[] = [];
  let changed = false;

  /** Runs `task`; what it throws must not reach the page. */
  const quietly = (task: () => void) => {
    try {
      task();
    } catch {
      // Nothing of the page's, and nobody would hear it.
    }
  };
  const catchUp = () => {
    if (changed) {
      changed = false;
      hear(Fact.AddressChanged, pageFacts());
    }
  };
  const on = (target: EventTarget, types: string, heard: (event: Event) => void) => {
    for (const type of types.split(" ")) {
      const listener = (event: Event) => quietly(() => heard(event));
      target.addEventListener(type, listener, { capture: true, passive: true });
      undo.push(() => target.removeEventListener(type, listener, true));
    }
  };

  on(window, "pointerdown keydown wheel touchmove", () => {
    activeAt = Date.now();
  });
  on(window, "click auxclick", (event) => {
    // The right button opens a menu and follows no link.
    const facts = (event as MouseEvent).button < 2 && clickFacts(event);
    if (facts) hear(Fact.Clicked, facts);
  });
  on(document, "visibilitychange", () => {
    catchUp();
    hear(document.visibilityState === "hidden" ? Fact.PageHidden : Fact.Resumed);
  });
  on(window, "pagehide", () => hear(Fact.PageLeft));
  on(window, "pageshow", (event) => (event as PageTransitionEvent).persisted && hear(Fact.PageLoaded, pageFacts()));
  on(window, "online", () => hear(Fact.Resumed));
  on(window, "popstate hashchange", () => {
    changed = true;
    // After the listeners of routers, which may stand behind this one and set the title.
    setTimeout(() => quietly(catchUp));
  });

  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    let listening = true;
    const patched = function (this: History, ...args: Parameters<History["pushState"]>) {
      const result = original.apply(this, args);
      if (listening) {
        changed = true;
        // After the caller's own code: routers set the title behind the address.
        queueMicrotask(() => listening && quietly(catchUp));
      }
      return result;
    };
    history[name] = patched;
    undo.push(() => {
      listening = false;
      // Somebody who patched after us keeps their patch; ours is silent then.
      if (history[name] === patched) history[name] = original;
    });
  }

  return {
    catchUp,
    stop() {
      for (const task of undo) task();
    },
  };
}
