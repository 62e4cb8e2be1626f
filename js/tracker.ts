/** The part that is loaded after the page: runs the module and joins it to the browser. */
import * as glue from "../target/bindgen/tracker_bg.js";
import { attempt } from "./attempt";
import { Fact, type Heard, words } from "./fact";
import { pageFacts } from "./facts";
import { type Host, openHost } from "./host";
import { outboxOf, storedUnder } from "./outbox";
import { isAnonymous } from "./spill";
import type { Options, Stats } from "./types";

export { instantiate } from "./module";

/** The captures, the calls and the extras, beside the file that this becomes; set by the build. */
declare const __CAPTURES_JS__: string;
declare const __EXTRAS_JS__: string;
declare const __CALLS_JS__: string;

/** A running module. */
export interface Engine {
  /** Whether it runs no longer. */
  _isStopped?: boolean;
  _hear(...heard: Heard): void;
  _stats(): Stats;
  /** An address without its secrets. */
  _redact(url: string): string;
  /** Sends what waits; nothing happens any more. */
  _stop(): void;
}

/** What the module is told of the options, in the order in which it reads them. */
const OPTIONS = "site consent pageviews hashRouting clicks idleTimeoutMs flushIntervalMs maxBatchEvents".split(
  " ",
) as (keyof Options)[];

/** How many words of random bits a page keeps for its event ids, as in `crates/core/src/shell.rs`. */
const PAGE_WORDS = 4;

/** How often in a row a fact may find the module at work. */
const MAX_LATE = 100;

/** How far the wall clock may move away from the monotonic one before it was set, in milliseconds. */
const CLOCK_SLACK_MS = 5_000;

/** A generator of 32 bits that look random, the same for the same seed: each of 2^32 states leads to another one. */
function seeded(seed: string) {
  let state = 0;
  const next = (more: number) => {
    state = Math.imul(state ^ (state >>> 15) ^ more, 0x9e3779b1) + 0x6d2b79f5;
    return state >>> 0;
  };
  for (const character of seed) next(character.charCodeAt(0));
  return () => next(0);
}

/**
 * Starts a tracker. `mayStore` says whether the device may be written to from the start: consent is
 * given and no Global Privacy Control is set. `begin` tells what the page did so far: that is heard
 * in the transaction in which the visitor is read, so that pages opened at once agree on who it is.
 * `run` gives what a call gives, nothing once everything has ended.
 *
 * @throws a text that names the option that is wrong, and its rule
 */
export async function start(
  options: Options,
  mayStore: () => boolean,
  begin: (engine: Engine) => void,
  spill: (heard: Heard[], options: Options, lost: number) => void,
  run: <Result>(call: () => Result) => Result | undefined,
): Promise<void> {
  let shownAt = 0;
  if (document.hidden) {
    // A page that is loaded ahead, or in the background, is visited when it is shown, if it ever is.
    await new Promise((shown) => addEventListener("visibilitychange", shown, { once: true }));
    shownAt = Date.now();
  }
  const pageRandom = crypto.getRandomValues(new Uint32Array(PAGE_WORDS));
  const trulyRandom = (index: number) => pageRandom[index] ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  let random: Host["random"] = trulyRandom;
  let tracker = 0;
  /** Calls until their part is loaded, and what happens meanwhile. */
  const waiting: Heard[] = [];
  let isLoading = false;
  let calls: Promise<void> | undefined;
  let late = 0;
  let drift = 0;

  const hear = (fact: Fact, text: string, at: number, activeAt: number) => {
    const newDrift = Date.now() - performance.now();
    const record = `${host.read()}\x1f`;
    host._fact = fact;
    if (Math.abs(newDrift - drift) > CLOCK_SLACK_MS && drift) glue.hear(tracker, Fact.ClockChanged, record, at, at);
    drift = newDrift;
    const isHeard = glue.hear(tracker, fact, record + text, at, activeAt);
    if (isHeard) {
      late = 0;
      outbox._write();
    }
    // A page's own `fetch` may call us while we call it: then the fact waits for us to be done. If we
    // never are, the module has failed.
    else if (late++ < MAX_LATE) queueMicrotask(() => hear(fact, text, at, activeAt));
    return isHeard;
  };
  const hearNow = (fact: Fact, text: string) => hear(fact, text, Date.now(), 0);

  const { site } = options;
  const url = attempt(() => {
    const { href } = new URL(options.endpoint as string, options.endpoint && document.baseURI);
    return /^https?:/.test(href) && new URL("v1/batches", href.replace(/\/*$/, "/")).href;
  });
  if (!url) throw "endpoint must be the http or https address of a collector";
  const key = `sillage:${site}`;
  const earlyKey = `${key}~`;
  const outbox = outboxOf(`${key}:${url}`, earlyKey, (lines) => hearNow(Fact.TurnCame, lines));
  const host = openHost(
    key,
    url,
    outbox,
    (index) => random(index),
    (...finished) => hearNow(Fact.SendFinished, words(...finished)),
  );
  // Who says what is allowed, who keeps out, and whoever looks on, come before all else.
  const extras =
    (options.anonymous ||
      options.debug ||
      options.allowQuery ||
      /^0|,tcf|,google|sillage_/.test([host.read(), options.consent, location.search] as never)) &&
    (await import(__EXTRAS_JS__).then((it: typeof import("./extras")) => it.prepare(options, host, outbox, run)));
  options.anonymous = Boolean(isAnonymous(options));
  const opened: unknown = glue.open(host, words(...OPTIONS.map((name) => options[name])), options.anonymous);
  if (typeof opened !== "number") throw opened;
  tracker = opened;

  const adoptEarly = () => {
    attempt(() => {
      // What pages did that were left before the module was ready. Two pages may find the same: the same
      // random numbers give its events the same ids.
      for (const [it, text] of storedUnder(earlyKey).sort()) {
        // The visitor may have allowed it there.
        if (options.anonymous || !(mayStore() || text.includes(`[${Fact.ConsentChanged},["granted"]`))) continue;
        attempt(() => {
          for (const [n, heard] of (JSON.parse(text) as Heard[]).entries()) {
            const [fact, told, at, activeAt] = heard;
            // Anew for each: one page may have to make a visitor's id besides.
            random = seeded(it + n);
            if (fact === Fact.Called) waiting.push(heard);
            else hear(fact, words(...told), at, activeAt);
          }
        });
        outbox._written().then(() => attempt(() => localStorage.removeItem(it)));
      }
    });
    random = trulyRandom;
  };

  const engine: Engine = {
    _hear(...heard) {
      const [fact, told, toldAt, activeAt] = heard;
      if (fact === Fact.Called || (isLoading && fact < Fact.PageHidden)) {
        waiting.push(heard);
        loadCalls();
        return;
      }
      const at = Math.max(toldAt, shownAt);
      if (fact === Fact.PageLeft) {
        isLoading = false;
        spill(
          waiting.splice(0).filter((it) => it[0] === Fact.Called || engine._hear(...it)),
          options,
          0,
        );
        host.left();
        if (hear(fact, outbox._own(), at, activeAt)) outbox._leave();
        return;
      }
      // Out of the back-forward cache it is shown before it is visible, or the other way round.
      if (fact === Fact.PageLoaded || fact === Fact.Resumed) outbox._shown();
      hear(fact, fact < Fact.Clicked ? pageFacts(told[0] as string) : words(...told), at, activeAt);
    },
    _redact: (url) => glue.redact(url) as string,
    _stats() {
      const numbers = (glue.stats(tracker) as string).split(" ").map(Number);
      const [tracked, sent, pending, dropped] = numbers as [number, number, number, number];
      // What waits for the calls' part the module does not know.
      const { length } = waiting;
      return { tracked: tracked + length, sent, pending: pending + length, dropped };
    },
    _stop() {
      engine._hear(Fact.PageLeft, [], Date.now(), 0);
      glue.stop(tracker);
      engine._isStopped = true;
    },
  };

  /** What goes wrong leaves the calls to the next page, and must not end the tracker. */
  const loadCalls = () => {
    isLoading ||= !calls;
    calls ??= import(__CALLS_JS__)
      .then((it) => it.start(options, engine, host, hear))
      .finally(() => {
        isLoading = false;
        for (const it of waiting.splice(0)) engine._hear(...it);
      });
    calls.catch(() => {});
    return calls;
  };
  if (extras) extras(engine);
  if (options.rules) await loadCalls();

  const open = (record = "") => {
    if (record) hearNow(Fact.MemoryRead, record.slice(2));
    adoptEarly();
    begin(engine);
    if (options.marks || waiting[0]) loadCalls();
  };
  if (mayStore()) await outbox.open("a", open);
  else open();
  // What goes wrong with them must not end the tracker; the browser reports a file that is missing.
  if (options.capture) await import(__CAPTURES_JS__).then((it) => it.start(options, engine)).catch(() => {});
}
