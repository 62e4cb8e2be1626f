/** The part that is loaded after the page: runs the module and joins it to the browser. */
import * as glue from "../target/bindgen/tracker_bg.js";
import { Fact } from "./fact";
import { pageFacts, readHints, words } from "./facts";
import { openHost } from "./host";
import { activeAt, listen } from "./listen";
import type { ConsentState, Options, Stats } from "./types";

/** A running module. */
export interface Engine {
  track(name: string, props: string, at: number): void;
  page(): void;
  consent(state: ConsentState): void;
  flush(): void;
  stats(): Stats;
  stop(): void;
}

const isAnonymous = () => Boolean((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl);

/** How often in a row a fact may find the module at work. */
const MAX_LATE = 100;

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

/**
 * Starts a tracker. `startedAt` is when the page asked for it, in Unix milliseconds.
 *
 * @throws a text that names the option that is wrong, and its rule
 */
export function start(options: Options, startedAt: number): Engine {
  let tracker = 0;

  let late = 0;
  const hear = (fact: Fact, text = "", at = Date.now()) => {
    if (glue.hear(tracker, fact, text, at, Math.max(activeAt, startedAt))) late = 0;
    // A page's own `fetch` may call us while we call it: then the fact waits for us to be done. If we
    // never are, the module has failed.
    else if (late++ < MAX_LATE) queueMicrotask(() => hear(fact, text, at));
  };

  const { site, consent, pageviews, hashRouting, clicks, idleTimeoutMs, flushIntervalMs, maxBatchEvents, debug } =
    options;
  let endpoint = "";
  try {
    endpoint = new URL(options.endpoint as string, options.endpoint && document.baseURI).href;
  } catch {
    // Reported below.
  }
  if (!/^https?:/.test(endpoint)) throw "endpoint must be the http or https address of a collector";
  const host = openHost(site, endpoint, (...finished) => hear(Fact.SendFinished, words(...finished)));
  const opened: unknown = glue.open(
    host,
    words(site, consent, pageviews, hashRouting, clicks, idleTimeoutMs, flushIntervalMs, maxBatchEvents),
    isAnonymous(),
    String(debug) === "true",
  );
  if (typeof opened !== "number") throw opened;
  tracker = opened;

  hear(Fact.PageLoaded, pageFacts(), startedAt);
  const listening = listen(hear);
  return {
    track(name, props, at) {
      listening.catchUp();
      hear(Fact.Tracked, words(name, props), at);
    },
    page: () => hear(Fact.PageCalled, pageFacts()),
    consent: (state) => hear(Fact.ConsentChanged, String(state)),
    flush: () => hear(Fact.FlushRequested),
    stats() {
      const [tracked, sent, pending, dropped] = (glue.stats(tracker) as string).split(" ").map(Number);
      return { tracked, sent, pending, dropped } as Stats;
    },
    stop() {
      listening.stop();
      hear(Fact.PageLeft);
      glue.stop(tracker);
    },
  };
}
