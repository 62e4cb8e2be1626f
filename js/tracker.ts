/** The part that is loaded after the page: runs the module and joins it to the browser. */
import { boundTo, importsOf } from "../target/bindgen/tracker_bg.js";
import { attempt } from "./attempt";
import { Fact, type Heard } from "./fact";
import { pageFacts, readHints } from "./facts";
import { openHost } from "./host";
import { clickSaid, placeOf, trackedSaid } from "./members";
import { moduleOf } from "./module-of";
import { outboxOf, storedUnder } from "./outbox";
import { openPage } from "./page";
import { redactUrl } from "./redact";
import { CONSENTS, settingsOf } from "./settings";
import { isAnonymous } from "./spill";
import type { Options, Stats } from "./types";

/** The module as text, see `js/module-of.ts`; set by the build. */
declare const __TRACKER_WASM__: string;

/** The module as a script, the captures, the calls and the extras, beside the file that this becomes; likewise. */
declare const __FALLBACK_JS__: string;
declare const __CAPTURES_JS__: string;
declare const __EXTRAS_JS__: string;
declare const __CALLS_JS__: string;

/** A running module. */
export interface Engine {
  /** Whether it runs no longer. */
  _isStopped?: boolean;
  _hear(...heard: Heard): void;
  /** Has the module hear at once what waits to be heard. */
  _now(): void;
  _stats(): Stats;
  /** An address without its secrets. */
  _redact(url: string): string;
  /** Sends what waits; nothing happens any more. */
  _stop(): void;
}

/** How many words of random bits a page keeps for its event ids, as in `crates/core/src/shell.rs`. */
const PAGE_WORDS = 2;

/**
 * How long after facts were heard the next ones are, in milliseconds: what a call leads to (ids, lines, a transaction) is
 * done for all of them together, outside the call. An event is durable within 50 ms all the same: Chromium takes 2 more,
 * others 20.
 */
const REST_MS = "userAgentData" in navigator ? 35 : 20;

/** Most facts that wait to be heard. */
const MAX_WAITING = 1_000;

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
 * Starts a tracker, once the module is there. `mayStore` says whether the device may be written to from the start:
 * consent is given and no Global Privacy Control is set. It is asked once all options are found right.
 * `begin` tells what the page did so far: that is heard in the transaction in which the visitor is read, so that pages
 * opened at once agree on who it is. `run` gives what a call gives, nothing once everything has ended.
 *
 * @throws before it asks, a text that names the option that is wrong, and its rule; then such a text about a rule of the
 *   site's, or what kept a part from loading
 */
export async function start(
  options: Options,
  mayStore: () => boolean,
  begin: (engine: Engine) => void,
  spill: (heard: Heard[], options: Options, lost: number) => void,
  run: <Result>(call: () => Result) => Result | undefined,
): Promise<void> {
  const make = moduleOf(__TRACKER_WASM__, () => import(__FALLBACK_JS__));
  const hints = isAnonymous(options) || readHints();
  let shownAt = 0;
  if (document.hidden) {
    // A page that is loaded ahead, or in the background, is visited when it is shown, if it ever is.
    await new Promise((shown) => addEventListener("visibilitychange", shown, { once: true }));
    shownAt = Date.now();
  }
  const pageRandom = crypto.getRandomValues(new Uint32Array(PAGE_WORDS));
  const trulyRandom = (index: number) => pageRandom[index] ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  let random = trulyRandom;
  /** Address of the page in view, redacted: the referrer of the next one in this document. */
  let seenUrl = "";
  let isBusy = false;
  /** Calls until their part is loaded, and what happens meanwhile. */
  const waiting: Heard[] = [];
  let isLoading = false;
  let calls: Promise<void> | undefined;
  let drift = 0;

  const { site } = options;
  const url = attempt(() => {
    const { href } = new URL(options.endpoint as string, options.endpoint && document.baseURI);
    return /^https?:/.test(href) && new URL("v1/batches", href.replace(/\/*$/, "/")).href;
  });
  if (!url) throw "endpoint must be the http or https address of a collector";
  const key = `sillage:${site}`;
  const earlyKey = `${key}~`;
  const outbox = outboxOf(`${key}:${url}`, earlyKey, (lines) => {
    // What is heard now has to be among them: what is not, others have taken.
    hearAll();
    hearNow(Fact.TurnCame, lines());
  });
  const host = openHost(key, url, outbox, (batch, status, rejected, retryMs, receipts) => {
    if (batch !== own._inFlight()) return;
    own._receipts = receipts;
    hearNow(Fact.SendFinished, [status, rejected, retryMs, Object.keys(receipts).length]);
  });
  const own = openPage(
    host,
    site,
    (index) => random(index),
    () => hearNow(Fact.Woken),
  );
  // Who says what is allowed, who keeps out, and whoever looks on, come before all else.
  const extras =
    (options.anonymous ||
      options.debug ||
      options.allowQuery ||
      /^0|,tcf|,google|sillage_/.test([host.read(), options.consent, location.search] as never)) &&
    (await import(__EXTRAS_JS__).then((it: typeof import("./extras")) => it.prepare(options, host, outbox, run)));
  options.anonymous = Boolean(isAnonymous(options));
  const { _byHash, _numbers } = settingsOf(options);
  outbox._most = _numbers[5];
  // Decided here: what the visitor says from now on is heard with all else, as on a page that has begun.
  const stores = mayStore();
  if (stores) outbox._connect();
  await hints;
  const exports = await make(importsOf(own));
  if (!run(() => exports)) return;
  addEventListener("pagehide", host._go);

  const module = boundTo(exports);
  module._open(..._numbers, options.anonymous as boolean);
  /** Numbers that a fact has not are not given: for the module they are `NaN`, which counts as 0. */
  const tell = module._hear as (fact: Fact, at: number, ...numbers: readonly number[]) => void;

  /** What the module needs to know of a fact in numbers, nothing where it is no news. Its texts are `own`'s from then on. */
  const numbersOf = (fact: Fact, told: string[], activeAt: number): readonly number[] | undefined => {
    const [first = "", second = "", third = "", fourth = ""] = told;
    own._told = told;
    if (fact <= Fact.PageCalled) {
      const url = redactUrl(first);
      let referrer = redactUrl(second);
      if (fact === Fact.AddressChanged) {
        const counted = (it: string) => (_byHash ? it : it.split("#", 1)[0]);
        if (counted(url) === counted(seenUrl)) return;
        referrer = seenUrl;
      }
      seenUrl = url;
      own._place = placeOf(url, referrer, third, fourth);
      own._said = ["", '"eventName":"page_viewed"'];
    }
    if (fact === Fact.Clicked) own._said = clickSaid(told);
    if (fact === Fact.Tracked) {
      own._said = trackedSaid(told);
      return [activeAt, own._said.length - 1, third ? 1 : 0];
    }
    if (fact === Fact.PageLeft || fact === Fact.TurnCame) return own._begin(told);
    if (fact === Fact.MemoryRead) own._record = first;
    if (fact === Fact.ConsentChanged) return [CONSENTS.indexOf(first)];
    if (fact === Fact.Identified) return [second ? 1 : 0, third ? 1 : 0];
    return told.map(Number);
  };

  /** Facts that wait to be heard, in order. */
  const facts: Heard[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let restsUntil = 0;

  /** Hears the facts that wait, after what other tabs may have written into the record since the last ones. */
  const hearAll = () => {
    clearTimeout(timer);
    timer = undefined;
    // A page's own functions may call us while we call them. If we never are done, the module has failed.
    if (isBusy || !facts[0]) return;
    isBusy = true;
    restsUntil = performance.now() + REST_MS;
    const now = Date.now();
    const newDrift = now - performance.now();
    own._record = host.read();
    tell(Fact.MemoryRead, now);
    if (Math.abs(newDrift - drift) > CLOCK_SLACK_MS && drift) tell(Fact.ClockChanged, now);
    drift = newDrift;
    for (const [fact, words, at, activeAt] of facts.splice(0)) {
      host._fact = fact;
      const numbers = numbersOf(fact, words as string[], activeAt);
      // Of a clock that was set back meanwhile it may be in the future.
      if (numbers) tell(fact, at > now ? now : at, ...numbers);
    }
    isBusy = false;
    outbox._write();
    if (facts[0]) hearSoon();
  };
  const hearSoon = () => {
    timer ??= setTimeout(attempt, restsUntil - performance.now(), hearAll);
  };
  /** Reports a fact: an event soon, with those that come meanwhile, everything else now. */
  const hear = (fact: Fact, told: unknown[], at: number, activeAt: number) => {
    // Before all else: a page's own value may throw.
    const words = told.map((it) => String(it ?? ""));
    if (facts.length < MAX_WAITING) facts.push([fact, words, at, activeAt]);
    // Timers of hidden pages are late, and such pages are ended without a word.
    if (fact < Fact.Clicked || fact > Fact.Tracked || facts.length >= MAX_WAITING || document.hidden) hearAll();
    else hearSoon();
  };
  const hearNow = (fact: Fact, told: unknown[] = []) => hear(fact, told, Date.now(), 0);

  const adoptEarly = () => {
    attempt(() => {
      // What pages did that were left before the module was ready. Two pages may find the same: the same
      // random numbers give its events the same ids.
      for (const [it, text] of storedUnder(earlyKey).sort()) {
        // The visitor may have allowed it there.
        if (options.anonymous || !(mayStore() || text.includes(`[${Fact.ConsentChanged},["granted"]`))) continue;
        attempt(() => {
          // Under the first key stands what each page beyond the last place lost, behind `undefined`.
          const lost = () => text.split(",").reduce((sum, n) => sum + (Number(n) || 0), 0);
          const left: Heard[] = it === earlyKey ? [[Fact.Lost, [lost()], 0, 0]] : JSON.parse(text);
          for (const [n, heard] of left.entries()) {
            const [fact, told, at, activeAt] = heard;
            // Anew for each: one page may have to make a visitor's id besides.
            random = seeded(it + n);
            if (fact === Fact.Called) waiting.push(heard);
            else hear(fact, told, at, activeAt);
            hearAll();
            // What another page adopts too must not be in one line, under one key, with what is this page's alone.
            outbox._close();
          }
        });
        outbox._written().then(() => attempt(() => localStorage.removeItem(it)));
      }
    });
    random = trulyRandom;
  };

  const engine: Engine = {
    _hear(fact, told, toldAt, activeAt) {
      if (fact === Fact.Called || (isLoading && fact < Fact.PageHidden)) {
        waiting.push([fact, told, toldAt, activeAt]);
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
        hearAll();
        host.left();
        hear(fact, outbox._own(), at, activeAt);
        if (!isBusy) outbox._leave();
        return;
      }
      // Out of the back-forward cache it is shown before it is visible, or the other way round.
      if (fact === Fact.PageLoaded || fact === Fact.Resumed) outbox._shown();
      hear(fact, fact < Fact.Clicked ? pageFacts(told[0] as string) : told, at, activeAt);
    },
    _now: hearAll,
    _redact: redactUrl,
    _stats() {
      hearAll();
      const [tracked = 0, sent = 0, pending = 0] = [0, 1, 2].map(module._stat);
      // What waits for the calls' part the module does not know.
      const { length } = waiting;
      return { tracked: tracked + length, sent, pending: pending + length, dropped: own._dropped() };
    },
    _stop() {
      engine._hear(Fact.PageLeft, [], Date.now(), 0);
      own._stop();
      host._go();
      removeEventListener("pagehide", host._go);
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
  // Nothing gets past rules: where they cannot be loaded, nothing is sent.
  if (options.rules) await loadCalls();

  const open = (record = "") => {
    // It sorts first where there is one; another line is not read as one.
    if (record) hearNow(Fact.MemoryRead, [record.slice(2)]);
    adoptEarly();
    begin(engine);
    if (options.marks || waiting[0]) loadCalls();
  };
  if (stores) await outbox.open(open);
  else open();
  // What goes wrong with them must not end the tracker; the browser reports a file that is missing.
  if (options.capture) await import(__CAPTURES_JS__).then((it) => it.start(options, engine)).catch(() => {});
}
