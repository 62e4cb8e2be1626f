/** The part that is loaded after the page: runs the module and joins it to the browser. */
import * as glue from "../target/bindgen/tracker_bg.js";
import { readHints } from "./facts";
import { openHost } from "./host";
import { activeAt, listen } from "./listen";
import type { ConsentState, Options, Stats } from "./types";
import { TrackerError } from "./types";

/** A running module. */
export interface Engine {
  track(name: string, props: string, at: number): void;
  page(): void;
  consent(state: ConsentState): void;
  flush(): void;
  stats(): Stats;
  stop(): void;
}

let instantiated: Promise<void> | undefined;

/** Fetches and compiles the module, once. */
export function instantiate(url: string | URL): Promise<void> {
  instantiated ??= (async () => {
    const imports = { "./tracker_bg.js": glue as unknown as WebAssembly.ModuleImports };
    let source: WebAssembly.WebAssemblyInstantiatedSource;
    try {
      source = await WebAssembly.instantiateStreaming(fetch(url), imports);
    } catch {
      // A server that sends another media type than application/wasm.
      source = await WebAssembly.instantiate(await (await fetch(url)).arrayBuffer(), imports);
    }
    glue.__wbg_set_wasm(source.instance.exports);
    if (!(navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl) await readHints();
  })();
  return instantiated;
}

/** Starts a tracker. `startedAt` is when the page asked for it, in Unix milliseconds. */
export function start(options: Options, startedAt: number): Engine {
  const { site, endpoint } = options;
  let tracker: glue.Tracker;
  try {
    const host = openHost(site, new URL(endpoint as string, location.href).href, (...args) => tracker.sendFinished(...args));
    tracker = new glue.Tracker(host, options, Boolean((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl), startedAt);
  } catch (error) {
    throw new TrackerError("invalid_option", typeof error === "string" ? error : "endpoint: must be the http or https address of a collector");
  }
  const stopListening = listen({
    addressChanged: () => tracker.pageSeen(glue.PageCause.AddressChanged),
    restored: () => tracker.pageSeen(glue.PageCause.Restored),
    hidden: () => tracker.hear(glue.Signal.PageHidden),
    left: () => tracker.hear(glue.Signal.PageLeft),
    shown: () => tracker.hear(glue.Signal.PageShown),
    online: () => tracker.hear(glue.Signal.WentOnline),
    clicked: (facts) => tracker.clicked(facts),
  });
  return {
    track: (name, props, at) => tracker.tracked(String(name), props, at, Math.max(activeAt, startedAt)),
    page: () => tracker.pageSeen(glue.PageCause.Called),
    consent: (state) => tracker.consent(String(state)),
    flush: () => tracker.hear(glue.Signal.FlushRequested),
    stats: () => tracker.stats(),
    stop() {
      stopListening();
      tracker.hear(glue.Signal.PageLeft);
      tracker.stop();
    },
  };
}
