/**
 * Makes a tracker that can be used at once. It hears the page from the first moment, and keeps what
 * it hears until the module is ready; a page that is left before that leaves it to the next one.
 */
import { clickFacts } from "./clicks";
import { Fact, type Heard } from "./fact";
import { activeAt, type Listening, listen } from "./listen";
import { propsToJson } from "./props";
import { consentOf, mayStore, spill } from "./spill";
import type { Stub, StubFact } from "./stub";
import type { Engine } from "./tracker";
import { type ConsentState, type Options, type Tracker, TrackerError } from "./types";

enum Most {
  /** Index of the last fact that waits for the module: a page that never has it must not fill up. */
  Last = 999,
}

/** What the loader needs to know of where it runs. */
export interface Source {
  /** Loads the part that runs the module. */
  _load(): Promise<typeof import("./tracker")>;
  /** Who listened before. */
  _stub?: Stub;
  /** There is no visitor: nothing is to happen. */
  _isServer?: boolean;
}

/** Starts a tracker; see {@link Tracker}. Nobody else has the `options`: what they come to be is written into them. */
export function createTracker(options: Options, source: Source): Tracker {
  const waiting: Heard[] = [];
  let lost = 0;
  let listening: Listening | undefined;
  let engine: Engine | undefined;
  let stopped = source._isServer;

  const warn = (message: unknown) => /true/.test(options.debug as never) && console.warn(`[sillage] ${message}`);

  /** Runs `call` unless everything has ended; nothing that it throws reaches the page. */
  const run = <Result>(call: () => Result): Result | undefined => {
    try {
      if (!stopped) return call();
    } catch (error) {
      warn(error);
    }
    return undefined;
  };

  const hear = (fact: Fact, told: unknown[] | false = fact < Fact.Clicked ? [location.href] : [], at = Date.now()) => {
    if (!told) return;
    if (engine) return engine._hear(fact, told, at, activeAt);
    if (fact === Fact.PageLeft) {
      spill(waiting, options, lost);
      lost = 0;
    }
    // How the page was when nobody heard it does not matter later.
    if (fact > Fact.Called && fact < Fact.FlushRequested) return;
    // Whatever waits belongs to a page: where the queue was spilled, that page begins anew.
    if (!waiting[0] && fact) hear(Fact.PageLoaded);
    if (fact > Fact.AddressChanged && fact < Fact.PageHidden) {
      if (consentOf(waiting, options) === "denied" || (waiting[Most.Last] && ++lost)) return;
    }
    waiting.push([fact, told, at, activeAt]);
  };

  const quit = () => {
    stopped = true;
    waiting.length = 0;
    listening?._stop();
  };

  /** Takes over from the inline stub, which goes on as a way in for those who hold on to it. */
  const takeOver = ({ q: queue }: Stub) => {
    for (const type of "click beforeunload pagehide".split(" "))
      removeEventListener(type, queue as EventListenerObject, true);
    const take = ([fact, words, at]: StubFact) =>
      run(() => hear(fact, fact === Fact.Clicked ? clickFacts(words) : words, at));
    queue.splice(0).forEach(take);
    queue.push = take as unknown as typeof queue.push;
    // It may have changed since; where it has not, the module does not mind.
    hear(Fact.AddressChanged);
  };

  const ready = (async () => {
    if (stopped) return;
    let isChecked = true;
    try {
      const chunk = await source._load();
      isChecked = false;
      await chunk.start(
        options,
        () => {
          // Asked once the options are known to be right.
          isChecked = true;
          return mayStore(waiting, options);
        },
        (started) => {
          engine = started;
          if (stopped) return engine._stop();
          if (!waiting[0]) hear(Fact.PageLoaded);
          if (lost) hear(Fact.Lost, [lost]);
          // biome-ignore lint/suspicious/useIterableCallbackReturn: a loop is larger
          waiting.splice(0).forEach((it) => run(() => engine?._hear(...it)));
        },
        spill,
        run,
      );
    } catch (error) {
      // A rule that is wrong is found later, and told in a text as well.
      isChecked &&= typeof error !== "string";
      // A page that cannot load the module still leaves what it hears to one that can.
      if (!isChecked) quit();
      console.warn(`[sillage] ${error}`);
      throw new TrackerError(isChecked ? "load_failed" : "invalid_option", error as string);
    }
  })();
  // Who does not ask does not want to know.
  ready.catch(() => {});

  run(() => {
    if (source._stub) takeOver(source._stub);
    else hear(Fact.PageLoaded);
    listening = listen(hear, run);
  });

  /** Takes a call as its name and what it was given, as JSON. */
  const say = (name: string, given: unknown, details?: unknown, fact = details ? Fact.Called : Fact.Tracked) =>
    run(() => {
      listening?._catchUp();
      const json = (it: unknown) => propsToJson(it, (key) => warn(`${name}: ${key} cannot be JSON`));
      hear(fact, [name, json(given), json(details)]);
    });

  return {
    track: say,
    call: (name, ...given: unknown[]) => say(name, given, 0, Fact.Called),
    page: () => run(() => hear(Fact.PageCalled)),
    consent: (state: ConsentState) => run(() => hear(Fact.ConsentChanged, [String(state)])),
    flush: () => run(() => hear(Fact.FlushRequested)),
    stats() {
      const { length } = waiting.filter(([fact]) => fact < Fact.Called && fact !== Fact.AddressChanged);
      return run(() => engine?._stats()) ?? { tracked: length, sent: 0, pending: length, dropped: 0 };
    },
    stop() {
      run(() => (engine ? engine._stop() : hear(Fact.PageLeft)));
      quit();
    },
    ready,
  };
}
