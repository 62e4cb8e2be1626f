/**
 * The part that is loaded where a site has switched a capture on: runs the module of the captures, and puts
 * it in front of the tracker, which hears what is captured as it hears the site's own events.
 */
import * as glue from "../target/bindgen/captures_bg.js";
import { attempt } from "./attempt";
import { hearAttention } from "./captures/attention";
import { hearErrors } from "./captures/errors";
import { hearForms } from "./captures/forms";
import { hearFrustration } from "./captures/frustration";
import { hearLinks } from "./captures/links";
import { hearMedia } from "./captures/media";
import { namedCaptures } from "./captures/named";
import { Seen, type Tell } from "./captures/seen";
import { type AddTrigger, hearTriggers } from "./captures/triggers";
import { Fact, words } from "./fact";
import { instantiated } from "./instantiated";
import type { Engine } from "./tracker";
import type { Options } from "./types";
import type { Vitals } from "./vitals";

/** The module beside the file that this becomes, as wasm and as a script; set by the build. */
declare const __CAPTURES_WASM__: string;
declare const __CAPTURES_FALLBACK_JS__: string;

/** What measures web vitals, likewise. */
declare const __VITALS_JS__: string;

/** Words for each event, as `Record` in `crates/capture-module/src/shell.rs` writes them. */
const EVENT_WORDS = 5;

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
  const wrong = glue.wrong_in(named);
  if (wrong) console.warn(`[sillage] capture: ${wrong}`);

  const captures = glue.open(named, String(options.hashRouting) === "true");
  const undo: (() => void)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  undo.push(() => clearTimeout(timer));
  const { _hear: hear, _stop: stop } = engine;
  // Else nothing can follow from one.
  const hasClicks = String(options.clicks) !== "false" || "";

  const tell: Tell = (seen, told = [], at = performance.now()) => {
    const recorded = (glue.hear(captures, seen, words(...told), at) as string).split("\x1f");
    while (recorded.length >= EVENT_WORDS) {
      const [name, props, agoMs, isActivity, followsClick] = recorded.splice(0, EVENT_WORDS);
      if (!name) {
        clearTimeout(timer);
        if (props) timer = setTimeout(() => attempt(() => tell(Seen.Woken)), Number(props));
        continue;
      }
      const at = Date.now() - Number(agoMs);
      hear(Fact.Tracked, [name, props, hasClicks && followsClick], at, isActivity ? at : 0);
    }
  };
  const on = (types: string, heard: (event: Event) => void) => {
    for (const type of types.split(" ")) {
      const listener = (event: Event) => void attempt(() => heard(event));
      addEventListener(type, listener, { capture: true, passive: true });
      undo.push(() => removeEventListener(type, listener, true));
    }
  };

  const tellPage = (seen: Seen, url: unknown, at?: number) => {
    tell(seen, [url, document.hidden ? "" : 1, document.hasFocus() ? 1 : ""], at);
    queueMicrotask(() => attempt(() => engine._isStopped || tell(Seen.PageRecorded)));
  };
  // A page that was loaded ahead is visited since it is shown.
  const [navigation] = performance.getEntriesByType("navigation") as { activationStart?: number }[];
  tellPage(Seen.PageLoaded, location.href, navigation?.activationStart ?? 0);

  const tellDepth = hearAttention(on, tell);
  const names = new Set(named.split(/\s+/).map((it) => it.split("=")[0]));
  if (names.has("forms")) hearForms(on, tell, (...field) => glue.may_read(words(...field)));
  if (["links", "downloads", "contacts"].some((it) => names.has(it))) hearLinks(on, tell);
  if (names.has("errors") || names.has("errorClicks")) hearErrors(on, tell);
  if (["rage", "dead", "errorClicks"].some((it) => names.has(it)))
    undo.push(hearFrustration(on, tell, names.has("dead")));
  if (names.has("media")) hearMedia(on, tell);
  if (names.has("triggers")) {
    const add: AddTrigger = (trigger) => glue.add_trigger(captures, trigger);
    undo.push(hearTriggers(triggers, on, tell, add, (wrong) => console.warn(`[sillage] capture: ${wrong}`)));
  }
  let vitals: Vitals | undefined;
  if (names.has("vitals")) {
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
      if (fact <= Fact.PageCalled) tellPage(fact as number, told[0]);
      if (fact === Fact.PageHidden || fact === Fact.PageLeft) {
        tellDepth();
        tellVitals();
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
