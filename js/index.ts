/** npm entry. Importing it does nothing; `init` starts a tracker. */
import { createTracker } from "./loader";
import type { Options, Tracker } from "./types";

export { TrackerError } from "./types";
export type * from "./types";

const trackers = new Map<string, Tracker>();

/**
 * Starts the tracker of a site and returns it at once; called again for the same site, it returns
 * the same tracker. Outside a browser the tracker records nothing.
 *
 * @example
 * const tracker = init({ site: "shop", endpoint: "https://collector.example" });
 * tracker.track("order_completed", { total: 49.9 });
 */
export function init(options: Options): Tracker {
  const site = String(options?.site);
  const running = trackers.get(site);
  if (running) return running;
  const tracker = createTracker(options, {
    load: () => import("./tracker.js"),
    wasmUrl: new URL("./tracker.wasm", import.meta.url),
  });
  const stop = tracker.stop;
  tracker.stop = () => {
    trackers.delete(site);
    stop();
  };
  trackers.set(site, tracker);
  return tracker;
}
