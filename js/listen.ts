/** Listens to the page and tells what happened. Everything is undone by the returned function. */
import { clickFacts } from "./clicks";
import { Fact } from "./fact";

/** When the visitor last did something, in Unix milliseconds: they came. */
export let activeAt = Date.now();

/** What is left of listening. */
export interface Listening {
  /** Reports an address that has changed in this very task, before something that follows from it. */
  _catchUp(): void;
  _stop(): void;
}

/** Starts listening. `run` keeps from the page what a task throws. */
export function listen(
  hear: (fact: Fact, told?: unknown[] | false) => void,
  run: (task: () => void) => void,
): Listening {
  const undo: (() => void)[] = [];
  let changed = false;

  const catchUp = () => {
    if (changed) {
      changed = false;
      hear(Fact.AddressChanged);
    }
  };
  const moved = () => {
    changed = true;
    // After the listeners and the code of routers, which set the title behind the address.
    setTimeout(run, 0, catchUp);
  };
  const on = (types: string, heard: (event: Event) => unknown, target: EventTarget = window) => {
    for (const type of types.split(" ")) {
      const listener = (event: Event) =>
        run(() => {
          // What happens after a change of the address happens on the new page.
          if (heard !== moved) catchUp();
          heard(event);
        });
      target.addEventListener(type, listener, { capture: true, passive: true });
      undo.push(() => target.removeEventListener(type, listener, true));
    }
  };

  on("keydown pointerdown wheel touchmove", () => {
    activeAt = Date.now();
  });
  // The right button opens a menu and follows no link.
  on(
    "click auxclick",
    (event) => (event as MouseEvent).button < 2 && hear(Fact.Clicked, clickFacts(event.composedPath())),
  );
  on("visibilitychange", () => hear(document.hidden ? Fact.PageHidden : Fact.Resumed));
  on("pagehide", () => hear(Fact.PageLeft));
  on("online", () => hear(Fact.Resumed));
  on("pageshow", (event) => (event as PageTransitionEvent).persisted && hear(Fact.PageLoaded));
  const { navigation } = window as { navigation?: EventTarget };
  on(navigation ? "currententrychange" : "popstate hashchange", moved, navigation);
  for (const name of navigation ? [] : (["pushState", "replaceState"] as const)) {
    const original = history[name];
    const patched = function (this: History, ...args: Parameters<History["pushState"]>) {
      const result = original.apply(this, args);
      moved();
      return result;
    };
    history[name] = patched;
    undo.push(() => {
      // Somebody who patched after us keeps their patch; nobody listens to ours then.
      if (history[name] === patched) history[name] = original;
    });
  }

  return {
    _catchUp: catchUp,
    _stop() {
      for (const task of undo) task();
    },
  };
}
