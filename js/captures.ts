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
import { moduleOf } from "./module-of";
import type { Engine } from "./tracker";
import type { Options } from "./types";
import type { Vitals } from "./vitals";

/** The module as text, see `js/module-of.ts`, and as a script beside the file that this becomes; set by the build. */
declare const __CAPTURES_WASM__: string;
declare const __CAPTURES_FALLBACK_JS__: string;

/** What measures web vitals, likewise. */
declare const __VITALS_JS__: string;

type Told = ReturnType<typeof glue.hear>;

let attached: Promise<void> | undefined;

/** Makes the module, once, and joins it to its glue. */
function attach(): Promise<void> {
  attached ??= moduleOf(__CAPTURES_WASM__, () => import(__CAPTURES_FALLBACK_JS__))(glue.imports).then(glue.attach);
  return attached;
}

/** Switches on what `options` name, until `engine` stops. */
export async function start(options: Options, engine: Engine): Promise<void> {
  const { named, triggers } = namedCaptures(options.capture ?? "");
  await attach();
  if (engine._isStopped) return;
  const warn = (wrong: string) => console.warn(`[sillage] capture: ${wrong}`);
  const settings = captureSettings(named, warn);

  const captures = glue.open(settings.bits, settings.engagedForSeconds * 1_000, performance, (told: Told) =>
    attempt(() => recordAll(told)),
  );
  for (const percent of settings.scroll) glue.add_percentage(captures, true, percent);
  for (const percent of settings.media) glue.add_percentage(captures, false, percent);
  const { declared, addTrigger } = triggersOf((...trigger) => glue.add_trigger(captures, ...trigger));
  const { idleSeconds } = settings;
  if (idleSeconds) addTrigger({ on: "idle", seconds: idleSeconds, event: "visitor_idled", props: { idleSeconds } });

  const undo = [() => glue.stop(captures)];
  const { _hear: hear, _stop: stop, _redact: redact } = engine;
  // Else nothing can follow from one.
  const hasClicks = String(options.clicks) !== "false";

  const recordAt = (event: string, props: string, agoMs: number, isActivity: boolean, followsClick: boolean) => {
    const at = Date.now() - agoMs;
    hear(Fact.Tracked, [event, props, hasClicks && followsClick ? 1 : ""], at, isActivity ? at : 0);
  };
  const record: Record = (event, props, followsClick) => recordAt(event, props, 0, true, followsClick);
  const recordTrigger = (trigger: number, element: string | undefined, ...how: [number, boolean, boolean]) => {
    const { event, props } = declared.get(trigger) ?? { event: "" };
    recordAt(event, JSON.stringify({ element, ...props }), ...how);
  };

  const recordAll = (told: Told, besides?: (event: string) => object) => {
    for (const [event, agoMs, isActivity, followsClick, numbers] of told) {
      if (event === TRIGGERED) {
        const [trigger, element] = numbers as [number, number];
        recordTrigger(trigger, nameOf(element), agoMs, isActivity, followsClick);
      } else {
        const [name, props] = eventOf(event, numbers);
        const click = name.endsWith("_clicked") && lastClicked();
        recordAt(name, JSON.stringify({ ...props, ...click, ...besides?.(name) }), agoMs, isActivity, followsClick);
      }
    }
  };
  // A module's parameter makes a number of what it is given, and 0 of what is left out.
  const tell: Tell = (seen, numbers = [], besides) =>
    recordAll(glue.hear(captures, seen, ...(numbers as [number, number, number, number])), besides);
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
    tell(Seen.PageBegan, [!document.hidden, document.hasFocus(), at]);
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
      recordTrigger(trigger, element, 0, true, followsClick);
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
