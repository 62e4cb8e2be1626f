/** The part that is loaded after the page: runs the module and joins it to the browser. */
import * as glue from "../target/bindgen/tracker_bg.js";
import { pageFacts, readHints, words } from "./facts";
import { openHost } from "./host";
import { activeAt, listen } from "./listen";
import { type ConsentState, type Options, type Stats, TrackerError } from "./types";

/** A running module. */
export interface Engine {
  track(name: string, props: string, at: number): void;
  page(): void;
  consent(state: ConsentState): void;
  flush(): void;
  stats(): Stats;
  stop(): void;
}

/** What the module hears; `Tracker::hear` in `src/bindings.rs` has the same numbers. */
export const enum Fact {
  PageLoaded,
  AddressChanged,
  PageCalled,
  Clicked,
  Tracked,
  PageHidden,
  PageLeft,
  Resumed,
  FlushRequested,
  SendFinished,
  ConsentChanged,
}

const isAnonymous = () => Boolean((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl);

let instantiated: Promise<void> | undefined;

/** Fetches and compiles the module, once. */
export function instantiate(url: string | URL): Promise<void> {
  instantiated ??= (async () => {
    let source: WebAssembly.WebAssemblyInstantiatedSource;
    try {
      source = await WebAssembly.instantiateStreaming(fetch(url), glue.imports);
    } catch {
      // A server that sends another media type than application/wasm.
      source = await WebAssembly.instantiate(await (await fetch(url)).arrayBuffer(), glue.imports);
    }
    glue.attach(source.instance.exports);
    if (!isAnonymous()) await readHints();
  })();
  return instantiated;
}

/** Starts a tracker. `startedAt` is when the page asked for it, in Unix milliseconds. */
export function start(options: Options, startedAt: number): Engine {
  let tracker: glue.Tracker;

  const hear = (fact: Fact, text = "", at = Date.now()) => {
    // A page's own `fetch` may call us while we call it: then the fact waits for us to be done.
    if (!tracker.hear(fact, text, at, Math.max(activeAt, startedAt))) queueMicrotask(() => hear(fact, text, at));
  };

  const { site, consent, pageviews, hashRouting, clicks, idleTimeoutMs, flushIntervalMs, maxBatchEvents, debug } = options;
  try {
    const endpoint = new URL(options.endpoint as string, location.href).href;
    const host = openHost(site, endpoint, (...finished) => hear(Fact.SendFinished, words(...finished)));
    tracker = new glue.Tracker(
      host,
      words(site, consent, pageviews, hashRouting, clicks, idleTimeoutMs, flushIntervalMs, maxBatchEvents),
      isAnonymous(),
      Boolean(debug),
    );
  } catch (error) {
    throw new TrackerError("invalid_option", typeof error === "string" ? error : "endpoint must be the address of a collector");
  }

  hear(Fact.PageLoaded, pageFacts(), startedAt);
  const stopListening = listen(hear);
  return {
    track: (name, props, at) => hear(Fact.Tracked, words(name, props), at),
    page: () => hear(Fact.PageCalled, pageFacts()),
    consent: (state) => hear(Fact.ConsentChanged, String(state)),
    flush: () => hear(Fact.FlushRequested),
    stats() {
      const [tracked, sent, pending, dropped] = tracker.stats() as number[];
      return { tracked, sent, pending, dropped } as Stats;
    },
    stop() {
      stopListening();
      hear(Fact.PageLeft);
      tracker.stop();
    },
  };
}
