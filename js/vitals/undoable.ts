/**
 * What web-vitals asks of the browser, so that it can be undone: the build puts these in place of the globals of the same
 * names (`inject` of esbuild), since the package has no way to end what it begins.
 */
import { attempt } from "../attempt";

const undo: (() => void)[] = [];

/** Heard by the package; nothing that it throws reaches the page. */
const listeners = new Map<unknown, EventListener>();

/** As the browser's. */
export function addEventListener(
  type: string,
  heard: EventListener,
  options?: boolean | AddEventListenerOptions,
): void {
  const listener = listeners.get(heard) ?? ((event: Event) => void attempt(() => heard(event)));
  listeners.set(heard, listener);
  window.addEventListener(type, listener, options);
  undo.push(() => window.removeEventListener(type, listener, options));
}

/** As the browser's. */
export function removeEventListener(
  type: string,
  heard: EventListener,
  options?: boolean | EventListenerOptions,
): void {
  const listener = listeners.get(heard);
  if (listener) window.removeEventListener(type, listener, options);
}

class Observer extends globalThis.PerformanceObserver {
  constructor(callback: PerformanceObserverCallback) {
    super(callback);
    undo.push(() => this.disconnect());
  }
}

export { Observer as PerformanceObserver };

/** Ends all of it. */
export function undoAll(): void {
  for (const task of undo.splice(0)) task();
  listeners.clear();
}
