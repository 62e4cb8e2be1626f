/**
 * Makes a tracker that can be used at once: calls wait here, with their own time, until the module
 * is loaded. Decides nothing else.
 */

import { Fact } from "./fact";
import { pageFacts, readHints, words } from "./facts";
import { activeAt, type Listening, listen } from "./listen";
import { propsToJson } from "./props";
import type { Engine } from "./tracker";
import { type ConsentState, type EventProps, type Options, type Tracker, TrackerError } from "./types";

/** Most calls that wait for the module, so that a page that never loads it does not fill up. */
const MAX_WAITING_CALLS = 1000;

/** What the loader needs to know of where it runs. */
export interface Source {
  /** Loads the part that runs the module. */
  load(): Promise<typeof import("./tracker")>;
  /** Address of the wasm file. */
  wasmUrl: string | URL;
  /** Collector where the options name none. */
  endpoint?: string;
}

const NOTHING = { tracked: 0, sent: 0, pending: 0, dropped: 0 };

/** Starts a tracker; see {@link Tracker}. */
export function createTracker(options: Options, source: Source): Tracker {
  const startedAt = Date.now();
  const waiting: ((engine: Engine) => void)[] = [];
  let engine: Engine | undefined;
  let stopped = false;
  let listening: Listening | undefined;

  const warn = (message: string) => String(options?.debug) === "true" && console.warn(`[sillage] ${message}`);

  /** Runs `call` now or once the module is loaded; nothing that it throws reaches the page. */
  const run = (call: (engine: Engine) => void) => {
    try {
      if (engine) call(engine);
      else if (!stopped && waiting.length < MAX_WAITING_CALLS) waiting.push(call);
    } catch (error) {
      warn(String(error));
    }
  };

  const ready = (async () => {
    if (typeof document === "undefined") {
      // On a server there is no visitor.
      stopped = true;
      return;
    }
    let chunk: typeof import("./tracker");
    try {
      chunk = await source.load();
      await chunk.instantiate(options?.wasmUrl ?? source.wasmUrl);
    } catch (error) {
      throw new TrackerError("load_failed", String(error));
    }
    if (stopped) return;
    try {
      const isAnonymous = Boolean((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl);
      if (!isAnonymous) await readHints();
      const choice = localStorage.getItem(`sillage:${options.site}`)?.split(" ").pop();
      const state = choice && choice !== "-" ? choice : (options.consent ?? "granted");
      engine = await chunk.start(
        { endpoint: source.endpoint, ...options },
        isAnonymous,
        !isAnonymous && state === "granted",
      );
      const hear = (fact: Fact, text = "", at = Date.now()) =>
        engine?.hear(fact, text, at, Math.max(activeAt, startedAt));
      hear(Fact.PageLoaded, pageFacts(), startedAt);
      listening = listen(hear);
    } catch (error) {
      throw new TrackerError("invalid_option", String(error));
    }
    for (const call of waiting.splice(0)) run(call);
  })();
  ready.catch((error) => {
    stopped = true;
    waiting.length = 0;
    console.warn(`[sillage] ${error.message}`);
  });

  return {
    track(name: string, props?: EventProps) {
      const at = Date.now();
      const json = propsToJson(props, (key) => warn(`track: ${key} cannot be written as JSON and is left out`));
      run((engine) => {
        listening?.catchUp();
        engine.hear(Fact.Tracked, words(name, json), at, Math.max(activeAt, startedAt));
      });
    },
    page: () => run((engine) => engine.hear(Fact.PageCalled, pageFacts(), Date.now(), activeAt)),
    consent: (state: ConsentState) =>
      run((engine) => engine.hear(Fact.ConsentChanged, String(state), Date.now(), activeAt)),
    flush: () => run((engine) => engine.hear(Fact.FlushRequested, "", Date.now(), activeAt)),
    stats: () => {
      let stats = NOTHING;
      if (engine) run((engine) => (stats = engine.stats()));
      return stats;
    },
    stop() {
      listening?.stop();
      run((engine) => engine.stop());
      stopped = true;
      engine = undefined;
      waiting.length = 0;
    },
    ready,
  };
}
