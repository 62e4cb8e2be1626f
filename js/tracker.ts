/** The part that is loaded after the page: runs the module and joins it to the browser. */
import * as glue from "../target/bindgen/tracker_bg.js";
import { Fact, type Heard, words } from "./fact";
import { pageFacts, readHints } from "./facts";
import { openHost } from "./host";
import { isAnonymous } from "./spill";
import type { Options, Stats } from "./types";

/** A running module. */
export interface Engine {
  hear(...heard: Heard): void;
  stats(): Stats;
  /** Sends what waits; nothing happens of itself any more. */
  stop(): void;
}

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
 * Starts a tracker, and lets it hear what earlier pages of the site left behind.
 *
 * @throws a text that names the option that is wrong, and its rule
 */
export async function start(options: Options, isAnonymous: boolean | undefined, mayStore: boolean): Promise<Engine> {
  let tracker = 0;

  let late = 0;
  const hear = (fact: Fact, text = "", at = Date.now(), activeAt = at) => {
    if (glue.hear(tracker, fact, text, at, activeAt)) late = 0;
    // A page's own `fetch` may call us while we call it: then the fact waits for us to be done. If we
    // never are, the module has failed.
    else if (late++ < MAX_LATE) queueMicrotask(() => hear(fact, text, at, activeAt));
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
    Boolean(isAnonymous),
    String(debug) === "true",
  );
  if (typeof opened !== "number") throw opened;
  tracker = opened;

  try {
    const prefix = `sillage:${site}~`;
    for (const key of Object.keys(localStorage).sort()) {
      const text: string = localStorage[key];
      // The visitor may have allowed it there.
      if (isAnonymous || !key.startsWith(prefix) || !(mayStore || text.includes(`[${Fact.ConsentChanged},["granted"]`)))
        continue;
      const left: Heard[] = JSON.parse(text);
      localStorage.removeItem(key);
      for (const [fact, told, at, activeAt] of left) hear(fact, words(...told), at, activeAt);
    }
  } catch {
    // Blocked, or not what a page of ours left.
  }
  return {
    hear: (fact, told, at, activeAt) =>
      hear(fact, fact < Fact.Clicked ? pageFacts(told[0] as string) : words(...told), at, activeAt),
    stats() {
      const [tracked, sent, pending, dropped] = (glue.stats(tracker) as string).split(" ").map(Number);
      return { tracked, sent, pending, dropped } as Stats;
    },
    stop() {
      hear(Fact.PageLeft);
      glue.stop(tracker);
    },
  };
}
