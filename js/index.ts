/** npm entry. Importing it does nothing; `init` starts a tracker. */
import { createTracker } from "./loader";
import type { Callable, Calls, Options, Tracker } from "./types";

export type * from "./types";
export { TrackerError } from "./types";

const trackers = new Map<string, Tracker & Callable>();

/** What is a method here, and {@link Tracker.call} takes the name of in a script tag. */
const METHODS = {
  offer: 1,
  action: 1,
  outcome: 1,
  segment: 1,
  segmentAssigned: 1,
  identify: 1,
  reset: 1,
  session: 1,
  authenticated: 1,
  props: 1,
} satisfies Record<keyof Calls, 1>;

/**
 * Starts the tracker of a site and returns it at once; called again for the same site, it returns
 * the same tracker. Outside a browser the tracker records nothing.
 *
 * @example
 * const tracker = init({ site: "shop", endpoint: "https://collector.example" });
 * tracker.track("order_completed", { total: 49.9 });
 */
export function init(options: Options): Tracker & Callable {
  let site = "";
  try {
    site = String(options.site);
  } catch {
    // Reported by `ready`, as every other option that is wrong.
  }
  const running = trackers.get(site);
  if (running) return running;
  const started = createTracker(options, {
    _load: () => import("./tracker.js"),
    _wasmUrl: new URL("./tracker.wasm", import.meta.url),
  });
  const names = Object.keys(METHODS) as (keyof Calls)[];
  const tracker = Object.assign(
    started,
    Object.fromEntries(names.map((name) => [name, (...given: never) => started.call(name, ...given)])) as Callable,
  );
  const forget = () => trackers.delete(site);
  const { stop } = tracker;
  tracker.stop = () => {
    forget();
    stop();
  };
  trackers.set(site, tracker);
  tracker.ready.catch(({ code }) => {
    // After a mistake the site may try again. Where only the module is missing, the tracker still listens.
    if (code === "invalid_option") forget();
  });
  return tracker;
}
