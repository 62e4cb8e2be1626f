/**
 * The part that is loaded where a site has switched a capture on: runs the module of the captures, and puts
 * it in front of the tracker, which hears what is captured as it hears the site's own events.
 */
import * as glue from "../target/bindgen/captures_bg.js";
import { attempt } from "./attempt";
import { hearAttention } from "./captures/attention";
import { triggersOf } from "./captures/declared";
import { hearErrors } from "./captures/errors";
import { eventOf, TRIGGERED } from "./captures/events";
import { hearForms } from "./captures/forms";
import { hearFrustration, lastClicked } from "./captures/frustration";
import { hearLinks } from "./captures/links";
import { hearMedia } from "./captures/media";
import { nameOf } from "./captures/numbers";
import { captureSettings, namedCaptures } from "./captures/options";
import { searchOf } from "./captures/search";
import { type Record, Seen, type Tell } from "./captures/seen";
import { hearTriggers } from "./captures/triggers";
import { Fact } from "./fact";
import { instantiated } from "./instantiated";
import type { Engine } from "./tracker";
import type { Options } from "./types";
import type { Vitals } from "./vitals";

/** The module beside the file that this becomes, as wasm and as a script; set by the build. */
declare const __CAPTURES_WASM__: string;
declare const __CAPTURES_FALLBACK_JS__: string;

/** What measures web vitals, likewise. */
declare const __VITALS_JS__: string;

/** How many numbers each event has, and their bits, as `Record` in `crates/capture-module/src/shell.rs` writes them. */
const EVENT_NUMBERS = 8;
enum Bit {
  IsActivity = 1,
  FollowsClick = 2,
}

let attached: Promise<void> | undefined;

/** Fetches the module, once, and joins it to its glue. */
function attach(url: string | URL): Promise<void> {
  attached ??= instantiated(url, glue.imports, () => import(__CAPTURES_FALLBACK_JS__)).then(glue.attach);
  return attached;
}

/** Switches on what `options` name, until `engine` stops. */
export async function start(options: Options, engine: Engine): Promise<void> {
  const { named, triggers } = namedCaptures(options.capture ?? "");
  await attach(options.captureWasmUrl ?? new URL(__CAPTURES_WASM__, import.meta.url));
  if (engine._isStopped) return;
  const warn = (wrong: string) => console.warn(`[sillage] capture: ${wrong}`);
  const settings = captureSettings(named, warn);

  const captures = glue.open(settings.bits, settings.engagedForSeconds * 1_000);
  for (const percent of settings.scroll) glue.add_percentage(captures, true, percent);
  for (const percent of settings.media) glue.add_percentage(captures, false, percent);
  const { declared, addTrigger } = triggersOf((...trigger) => glue.add_trigger(captures, ...trigger));
  const { idleSeconds } = settings;
  if (idleSeconds) addTrigger({ on: "idle", seconds: idleSeconds, event: "visitor_idled", props: { idleSeconds } });

  const undo: (() => void)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  undo.push(() => clearTimeout(timer));
  const { _hear: hear, _stop: stop, _redact: redact } = engine;
  // Else nothing can follow from one.
  const hasClicks = String(options.clicks) !== "false";

  const recordAt = (event: string, props: string, agoMs: number, bits: number) => {
    const at = Date.now() - agoMs;
    hear(Fact.Tracked, [event, props, hasClicks && bits & Bit.FollowsClick ? 1 : ""], at, bits & Bit.IsActivity && at);
  };
  const record: Record = (event, props, followsClick) =>
    recordAt(event, props, 0, Bit.IsActivity | (followsClick ? Bit.FollowsClick : 0));
  const recordTrigger = (trigger: number, element: string | undefined, agoMs: number, bits: number) => {
    const { event, props } = declared.get(trigger) ?? { event: "" };
    recordAt(event, JSON.stringify({ element, ...props }), agoMs, bits);
  };

  const tellAt = (at: number, seen: Seen, told: (number | boolean)[] = [], besides?: (event: string) => object) => {
    const [a = 0, b = 0, c = 0, d = 0] = told.map(Number);
    const length = glue.hear(captures, seen, at, a, b, c, d);
    // All of them before anything is recorded, which may tell the module more.
    const numbers = Array.from({ length }, (_, at) => glue.told(at));
    while (numbers.length >= EVENT_NUMBERS) {
      const [event = 0, time = 0, bits = 0, ...own] = numbers.splice(0, EVENT_NUMBERS);
      if (event < 0) {
        clearTimeout(timer);
        if (time >= 0) timer = setTimeout(() => attempt(() => tell(Seen.Woken)), time);
      } else if (event === TRIGGERED) recordTrigger(own[0] as number, nameOf(own[1] as number), time, bits);
      else {
        const [name, props] = eventOf(event, own);
        const click = name.endsWith("_clicked") && lastClicked();
        recordAt(name, JSON.stringify({ ...props, ...click, ...besides?.(name) }), time, bits);
      }
    }
  };
  const tell: Tell = (...told) => tellAt(performance.now(), ...told);
  const on = (types: string, heard: (event: Event) => void) => {
    for (const type of types.split(" ")) {
      const listener = (event: Event) => void attempt(() => heard(event));
      addEventListener(type, listener, { capture: true, passive: true });
      undo.push(() => removeEventListener(type, listener, true));
    }
  };

  /** The part of the page's address whose change is a new page view, as in the tracker's core. */
  let page: string | undefined;
  const tellPage = (fact: Fact, address: string, at = performance.now()) => {
    const url = redact(address);
    const [part] = String(options.hashRouting) === "true" ? [url] : url.split("#");
    if (fact === Fact.AddressChanged && page === part) return;
    page = part;
    tellAt(at, Seen.PageBegan, [!document.hidden, document.hasFocus()]);
    const search = searchOf(url, settings.search);
    if (!search) return;
    const { parameter, words } = search;
    // Behind the pageview. The words are a member of `webEvent`, beside its attributes.
    const props = `${JSON.stringify({ parameter })},"searchQuery":${JSON.stringify(words)}`;
    queueMicrotask(() => attempt(() => engine._isStopped || record("search_performed", props, false)));
  };
  // A page that was loaded ahead is visited since it is shown.
  const [navigation] = performance.getEntriesByType("navigation") as { activationStart?: number }[];
  tellPage(Fact.PageLoaded, location.href, navigation?.activationStart ?? 0);

  const tellDepth = hearAttention(on, tell);
  if (named.has("forms")) hearForms(on, tell, redact);
  const { ownHosts, extensions } = settings;
  const contacts = named.has("contacts");
  if (ownHosts || extensions || contacts) hearLinks(on, record, redact, { ownHosts, extensions, contacts });
  if (named.has("errors") || named.has("errorClicks")) hearErrors(on, tell, redact);
  if (["rage", "dead", "errorClicks"].some((it) => named.has(it)))
    undo.push(hearFrustration(on, tell, named.has("dead")));
  if (named.has("media")) hearMedia(on, tell);
  if (named.has("triggers")) {
    const done = (trigger: number, element: string, followsClick: boolean) =>
      recordTrigger(trigger, element, 0, Bit.IsActivity | (followsClick ? Bit.FollowsClick : 0));
    undo.push(hearTriggers(triggers, on, tell, addTrigger, done, warn));
  }
  let vitals: Vitals | undefined;
  if (named.has("vitals")) {
    // What goes wrong with it must not end the others.
    attempt(async () => {
      const { hearVitals } = (await import(__VITALS_JS__)) as typeof import("./vitals");
      if (!engine._isStopped) vitals = hearVitals();
    })?.catch(() => {});
    undo.push(() => vitals?._stop());
  }
  const tellVitals = () => {
    const measured = vitals?._take();
    if (measured) hear(Fact.Tracked, ["vitals_measured", measured], Date.now(), 0);
  };
  let isHidden = document.hidden;

  // What the tracker hears is heard here first: what is captured of a page has to be there when it is left,
  // and stands under that page where another one follows.
  engine._hear = (fact, told, at, activeAt) => {
    attempt(() => {
      // In a document that is heard already, out of the back-forward cache.
      if (fact === Fact.PageLoaded) vitals?._restored();
      if (fact <= Fact.PageCalled) tellPage(fact, String(told[0]));
      if (fact === Fact.PageHidden || fact === Fact.PageLeft) {
        tellDepth();
        tellVitals();
        if (fact === Fact.PageLeft) page = undefined;
        tell(fact === Fact.PageLeft ? Seen.Left : Seen.Hidden);
      }
      if (fact === Fact.Resumed && isHidden && !document.hidden) tell(Seen.Shown);
      isHidden = document.hidden;
    });
    hear(fact, told, at, activeAt);
  };
  engine._stop = () => {
    for (const task of undo) task();
    engine._hear = hear;
    stop();
  };
}
