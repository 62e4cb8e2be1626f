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
  const on = (types: string, heard: (event: Event) => void) => {
    for (const type of types.split(" ")) {
      const listener = (event: Event) => run(() => heard(event));
      addEventListener(type, listener, { capture: true, passive: true });
      undo.push(() => removeEventListener(type, listener, true));
    }
  };

  on("pointerdown keydown wheel touchmove", () => {
    activeAt = Date.now();
  });
  on("click auxclick", (event) => {
    // The right button opens a menu and follows no link.
    if ((event as MouseEvent).button < 2) hear(Fact.Clicked, clickFacts(event.composedPath()));
  });
  on("visibilitychange", () => {
    catchUp();
    hear(document.hidden ? Fact.PageHidden : Fact.Resumed);
  });
  on("pagehide", () => hear(Fact.PageLeft));
  on("pageshow", (event) => (event as PageTransitionEvent).persisted && hear(Fact.PageLoaded));
  on("online", () => hear(Fact.Resumed));
  on("popstate hashchange", () => {
    changed = true;
    // After the listeners of routers, which may stand behind this one and set the title.
    setTimeout(() => run(catchUp));
  });

  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    const patched = function (this: History, ...args: Parameters<History["pushState"]>) {
      const result = original.apply(this, args);
      changed = true;
      // After the caller's own code: routers set the title behind the address.
      queueMicrotask(() => run(catchUp));
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
