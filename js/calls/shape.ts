/**
 * Holds each event to the site's rules before it enters the outbox: what it says is made whole, shown to the site's
 * `beforeSend`, and written down as that leaves it. What goes wrong keeps the event out: nothing gets past a rule.
 */
import { attempt } from "../attempt";
import { Fact } from "../fact";
import type { Host } from "../host";
import type { JourneyEvent, Options, Rules } from "../types";
import { limitsOf } from "./limits";
import type { Json } from "./members";

/** The members of an object as text, without its braces. */
export const inner = (object: object) => JSON.stringify(object).slice(1, -1);

/** Puts itself between the tracker and its outbox. @throws the first rule that is wrong. */
export function shaping(options: Options, rules: Rules, host: Host, warn: (message: string) => void) {
  const { put } = host;
  const allow = limitsOf(rules);
  let isKeptOut = false;
  let isClickKeptOut = false;
  let { authenticated, props } = rules;
  const beforeSend =
    typeof rules.beforeSend === "string"
      ? (event: JourneyEvent) =>
          (window as unknown as Record<string, (event: JourneyEvent) => unknown>)[rules.beforeSend as string]?.(event)
      : rules.beforeSend;
  const traits = Object.entries((!options.anonymous && rules.traits) || {});
  const place =
    rules.timeZone && !options.anonymous
      ? `,"geolocation":{"timezone":${JSON.stringify(Intl.DateTimeFormat().resolvedOptions().timeZone)}}`
      : "";

  /** What the site adds to each of its web events. */
  const complete = (event: JourneyEvent) => {
    const web = event.webEvent;
    if (!web) return;
    if (props) web.attributes = { ...props, ...(web.attributes as Json) };
    if (authenticated !== undefined) web.authenticated ??= authenticated;
    for (const [attribute, trait] of traits) {
      const value = (web.attributes as Json)?.[attribute];
      if (value !== undefined) web.traits = { [trait]: value, ...(web.traits as Json) };
    }
  };

  /** The line as the rules leave it, or nothing. */
  const shaped = (line: string): string | undefined => {
    if (isKeptOut || isClickKeptOut) return;
    // As `record` in crates/core/src/tracker/record.rs writes it.
    const [key = "", at, epoch, word, members = "", visitor = "", session, view, where, environment = ""] =
      line.split("\x1f");
    const surroundings = environment + place;
    const text = word
      ? `{${members.replace("\x1c", surroundings)}}`
      : `{"webEvent":{${where}${surroundings},${members}}}`;
    const parts: JourneyEvent = JSON.parse(text);
    const [pseudonym, type, ...id] = visitor.split("=");
    const event: JourneyEvent = {
      id: key.slice(1),
      correlationId: view,
      createdDate: new Date(Number(at)).toISOString(),
      customerId: id.join("=") || pseudonym,
      customerIdType: type ?? "cookie",
      session: { id: session, type: "web" },
      eventType: `com.genesys.journey.${word || "WebEvent"}`,
      ...parts,
    };
    const name = (event.webEvent?.eventName as string) ?? word;
    const { url } = (JSON.parse(`{${where}}`).page ?? {}) as Json;
    const whom = (pseudonym || session) as string;
    if (!allow({ at: performance.now(), name, url: String(url), visitor: whom })) return;
    complete(event);
    const sent = beforeSend ? beforeSend(event) : event;
    if (!sent || typeof sent !== "object" || sent instanceof Promise) return;

    const { webEvent, personalize, ...rest } = sent as JourneyEvent;
    if (word) {
      const part = word[0]?.toLowerCase() + word.slice(1);
      const changed = inner({ [part]: rest[part], personalize });
      return [key, at, epoch, word, changed, visitor, session, view, where, environment].join("\x1f");
    }
    const { page, referrer = null, browser, device, geolocation, ...own } = webEvent as Json;
    if (!own.eventName) return;
    const changed = inner(own) + (personalize ? `},"personalize":{${inner(personalize)}` : "");
    const newWhere = inner({ page, referrer });
    const newEnvironment = inner({ browser, device, geolocation });
    return [
      key,
      at,
      epoch,
      word,
      changed,
      visitor,
      session,
      view,
      newWhere,
      newEnvironment && `,${newEnvironment}`,
    ].join("\x1f");
  };

  host.put = (line) => {
    // A batch that was too large comes back as the events that it was made of.
    if (line[0] !== "e" || host._fact === Fact.SendFinished) return put(line);
    let result: string | undefined;
    try {
      result = shaped(line);
    } catch (error) {
      warn(`beforeSend: ${error}`);
    }
    return !!result && put(result);
  };

  return {
    /** Keeps everything out from now on. */
    keepOut(is: boolean) {
      isKeptOut = is;
    },
    /** Runs `task`, whose click is kept out where `is` says so. */
    with(is: boolean, task: () => void) {
      isClickKeptOut = is;
      try {
        task();
      } finally {
        isClickKeptOut = false;
      }
    },
    /** Whether the visitor is signed in; nothing where that is not known. */
    setAuthenticated(is: unknown) {
      authenticated = typeof is === "boolean" ? is : undefined;
    },
    /** Properties of every web event from now on. */
    setProps(them: object) {
      props = attempt(() => ({ ...them })) as Rules["props"];
    },
  };
}
