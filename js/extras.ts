/**
 * The part that is loaded ahead of everything else where another program says what the visitor allows, where the
 * visitor keeps themselves out, where a site wants less recorded, or where somebody debugs. What cannot be loaded
 * keeps the tracker from starting.
 */
import { attempt } from "./attempt";
import { isExcluded, obeyAddress } from "./extras/exclusion";
import { hearGoogle } from "./extras/google";
import { keepQuery } from "./extras/query";
import { hearTcf } from "./extras/tcf";
import { Fact } from "./fact";
import type { Host } from "./host";
import type { Outbox } from "./outbox";
import type { Engine } from "./tracker";
import type { ConsentState, Options } from "./types";

/** The overlay, beside the file that this becomes; set by the build. */
declare const __OVERLAY_JS__: string;

/** What a program has to say of consent; `undefined` while it does not know. */
export type Answer = Exclude<ConsentState, "pending">;

/** Listens to a program until what it returns is called. */
export type Listen = (options: Options, hear: (answer: Answer) => void) => () => void;

const ADAPTERS = new Map<unknown, Listen>([
  ["tcf", hearTcf],
  ["google", hearGoogle],
]);

/** How often it is looked whether the tracker was stopped while it waits, in milliseconds. */
const STOP_LOOK_MS = 1_000;

/**
 * Changes `options` to what holds for this visitor, and `host` to what the site wants. Fulfils once that is known, with
 * what is left to do for the engine.
 *
 * @throws a text that names the option that is wrong, and its rule
 */
export async function prepare(
  options: Options,
  host: Host,
  outbox: Outbox,
  run: <Result>(call: () => Result) => Result | undefined,
): Promise<(engine: Engine) => void> {
  const isStopped = () => !run(() => true);
  const tasks: ((engine: Engine) => void)[] = [];
  const isDebugging = String(options.debug) === "true" || new URLSearchParams(location.search).has("sillage_debug");
  // For the others, who read it too.
  options.debug = isDebugging;
  const warn = (message: string) => isDebugging && console.warn(`[sillage] ${message}`);
  if (isDebugging) {
    try {
      const overlay: typeof import("./overlay") = await import(__OVERLAY_JS__);
      tasks.push(overlay.open(options, host, outbox, isStopped));
    } catch (error) {
      // Who debugs without it debugs that.
      console.warn(`[sillage] ${error}`);
    }
  }

  const { anonymous } = options as { anonymous?: unknown };
  if (!/^(undefined|true|false|dnt)$/.test(String(anonymous))) throw "anonymous must be true, false or dnt";
  options.anonymous =
    anonymous === "dnt"
      ? /^(1|yes)$/.test(String(navigator.doNotTrack ?? (window as { doNotTrack?: unknown }).doNotTrack))
      : String(anonymous) === "true";

  if (options.allowQuery) keepQuery(options.allowQuery, host);

  obeyAddress(options, host, warn);
  if (isExcluded(host)) {
    tasks.push(keepOut(options, host));
    warn("this visitor keeps out of the statistics: nothing is recorded; ?sillage_include takes it back");
  } else {
    const listen = ADAPTERS.get(options.consent);
    if (listen) tasks.push(await obey(listen, options, host, outbox, isStopped, warn));
  }
  return (engine) => {
    for (const task of tasks) task(engine);
  };
}

/** Nothing is recorded, whatever is allowed by others or stands in a shared record; what there was is erased. */
function keepOut(options: Options, host: Host) {
  options.consent = "denied";
  for (const [name, instead] of Object.entries({ read: (): string => "", remember() {} }))
    Object.defineProperty(host, name, { get: () => instead, set() {} });
  return deafTo(Fact.ConsentChanged);
}

/** Keeps a fact from the engine; what is returned tells it all the same. */
const deafTo =
  (fact: Fact) =>
  (engine: Engine): Engine["_hear"] => {
    const { _hear: hear } = engine;
    engine._hear = (...heard) => {
      if (heard[0] !== fact) hear(...heard);
    };
    return hear;
  };

/** The last word of a record, behind a visitor's choice that is not to outlive the page. */
const GRANT = / granted$/;

/** Waits for what a program says, then has the tracker obey it; the visitor's choice is that program's to keep. */
async function obey(
  listen: Listen,
  options: Options,
  host: Host,
  outbox: Outbox,
  isStopped: () => boolean,
  warn: (message: string) => void,
): Promise<(engine: Engine) => void> {
  let answer: Answer | undefined;
  let obeyed: Answer | undefined;
  let tell: ((answer: Answer) => void) | undefined;
  warn(`waiting for consent by ${options.consent}: everything stays in memory`);
  const unlisten = await new Promise<() => void>((heard) => {
    const done = listen(options, (said) => {
      if (said !== answer) warn(`consent by ${options.consent ?? ""}: ${said}`);
      answer = said;
      if (tell) tell(said);
      else queueMicrotask(() => heard(done));
    });
    const looking = setInterval(() => {
      if (answer || isStopped()) clearInterval(looking);
      if (isStopped()) done();
    }, STOP_LOOK_MS);
  });
  obeyed = answer as Answer;
  options.consent = obeyed;

  // On the next page the program is asked again: a grant is not written down. A refusal is, for other tabs.
  const { read, remember, put } = host;
  host.read = (): string => read().replace(GRANT, " -");
  host.remember = (record) => remember(record.replace(GRANT, " -"));
  host.put = (line) => put(line.startsWith("a\x1f") ? line.replace(GRANT, " -") : line);
  if (obeyed === "granted") {
    // What was refused on an earlier page is allowed now. A greater edition: there is a copy in the outbox.
    const [, edition, refusal] = /^1 (\d+)(.*) denied$/.exec(read()) ?? [];
    if (refusal) remember(`1 ${Number(edition) + 1}${refusal} -`);
  }
  // Nor is it opened because of what the page has called itself.
  else {
    outbox._connect = () => {};
    outbox.open = async (heard) => heard();
  }

  return (engine) => {
    const hear = deafTo(Fact.ConsentChanged)(engine);
    const { _stop: stop } = engine;
    tell = (said) => {
      if (said === obeyed) return;
      obeyed = said;
      attempt(() => hear(Fact.ConsentChanged, [said], Date.now(), 0));
    };
    engine._stop = () => {
      tell = () => {};
      unlisten();
      stop();
    };
    // It may have changed its mind meanwhile; told once what waits was heard.
    queueMicrotask(() => tell?.(answer as Answer));
  };
}
