/** npm entry. Importing it does nothing; `init` starts a tracker. */
import { createTracker } from "./loader";
import { methodsOf } from "./methods";
import type { AnyEvents, Callable, Options, Tracker } from "./types";

export type * from "./types";
export { TrackerError } from "./types";

const trackers = new Map<string, Tracker & Callable>();

/**
 * Starts the tracker of a site and returns it at once; called again for the same site, it returns
 * the same tracker. Outside a browser the tracker records nothing.
 *
 * @typeParam Events The events that the site tracks, by name, with the type of their properties: another name, or
 * properties that do not fit, do not compile. Default: any.
 *
 * @example
 * const tracker = init({ site: "shop", endpoint: "https://collector.example" });
 * tracker.track("order_completed", { total: 49.9 });
 *
 * @example
 * type ShopEvents = { order_completed: { total: number }; cart_emptied: {} };
 * const tracker = init<ShopEvents>({ site: "shop", endpoint: "https://collector.example" });
 */
export function init<Events extends object = AnyEvents>(options: Options): Tracker<Events> & Callable {
  // The tracker's own: what another program says of consent is written into it.
  const own = {} as Options;
  let site = "";
  try {
    Object.assign(own, options);
  } catch {
    // What cannot be read is missing. Reported by `ready`, as every other option that is wrong.
  }
  try {
    site = String(own.site);
  } catch {
    // Likewise.
  }
  const running = trackers.get(site);
  if (running) return running;
  const started = createTracker(own, {
    _load: () => import("./tracker.js"),
    _isServer: typeof document === "undefined",
  });
  const tracker = Object.assign(
    started,
    methodsOf((name, ...given) => started.call(name, ...given)),
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
