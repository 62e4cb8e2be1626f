/**
 * What the module asks of its page. Numbers alone cross; ids, lines and bodies are texts, and stay
 * here: the module says what becomes of them. Carries out and decides nothing.
 */
import { bodyOf, contextOf, wordsOf } from "./body";
import type { Host } from "./host";
import { Id, timeOf, uuidOf, yields } from "./ids";
import type { Said } from "./members";
import { CONSENTS } from "./settings";

/**
 * Longest line of an event, in bytes, `MAX_BATCH_BYTES` of `crates/core/src/tracker.rs`: leaves room for the batch's head
 * in the 64 KiB that a leaving page may send in all (https://fetch.spec.whatwg.org/#http-network-or-cache-fetch).
 */
const MAX_BATCH_BYTES = 49_152;

/** Longest wait of one timer, in milliseconds: a day. Browsers take 2^31 - 1 at most, and whoever is woken too early asks again. */
const MAX_WAIT_MS = 86_400_000;

/** Why events were dropped; `Dropped` in `crates/core/src/dropped.rs` has the same order. */
const REASONS = ["queue_full", "too_large", "invalid", "no_consent", "rejected", "expired", "filtered"] as const;

/**
 * `1 EDITION VISITOR SESSION STARTED_MS ACTIVE_MS EPOCH CONSENT`, where `-` stands for what is not known: the first word is
 * the record's version. Of a customer, type and id follow the visitor's id, each behind a `=`. In an id stands nothing that
 * would break a line of the outbox, or the JSON of a batch: type and id of a customer may have 256 characters each.
 */
const RECORD = /^1 (\d+) ([!#-[\]-\uffff]{1,1100}) ([!#-[\]-\uffff]{1,1100}) (\d+) (\d+) (\d+) (\S+)$/;

/**
 * First letters of the keys of the outbox, which say what a line is: the record, which sorts first, since consent is read
 * before all else; what the pages know of the collector; a batch; an event. Counters have a `c`. Pages of another version
 * of the tracker may share the outbox: a line that is to be read otherwise gets another letter, and lines of unknown
 * letters stay.
 */
const KINDS = "abde";

/** What the module has done with the line at hand, or with the batch under way; `Act` in `crates/core/src/shell.rs` says what each is. */
export enum Act {
  Forget,
  Drop,
  Choose,
  Ask,
  Repeat,
  PutBatch,
  ForgetInFlight,
  SplitInFlight,
  Identify,
  TakeOver,
}

/** What the collector knows of a batch; a word where it does not know it. */
export interface Receipt {
  stored: number;
  duplicates: number;
  rejected: number;
}

const encoder = new TextEncoder();
const bytesOf = (text: string) => encoder.encode(text).length;
const keyOf = (line: string) => line.split("\x1f", 1)[0] as string;

/** The parts of a batch or of a line with events, each behind a U+001E: JSON text never holds it. */
const partsOf = (line: string) => line.split("\x1e").slice(1);

/** How much there is to look at: characters, and events in all lines. */
export const sizeOf = (lines: string[]) => {
  let chars = 0;
  let events = 0;
  for (const line of lines) {
    chars += line.length;
    events += eventsIn(line);
  }
  return [chars, events] as const;
};
const eventsIn = (line: string) => line.split("\x1ee").length - 1;

/** Opens the texts of a tracker. `wake` is called at the time that was asked for. */
export function openPage(host: Host, site: string, _random: (index: number) => number, wake: () => void) {
  const ids: string[] = Array(Id.Unconfirmed + 1).fill("");
  const counters: { outboxId: string; tracked: number; dropped?: Record<string, number> } = {
    outboxId: "",
    tracked: 0,
  };
  let dropped = 0;
  let numbers: number[] = [];
  /** The record that holds, and the one that is to be read. */
  let record = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ownCounters = "";
  /** The lines of the turn, the one at hand, and where the next one is. */
  let lines: string[] = [];
  let line = "";
  let at = 0;
  /** Of the turn: counters of a page that has gone; context of the last event; what was chosen, and is asked for. */
  let goneCounters = "";
  let context = "";
  let parts: string[] = [];
  let asked: string[] = [];
  let partsInFlight: string[] = [];

  const forget = () => host.forget(keyOf(line));
  const forgetInFlight = () => host.forget(`d${ids[Id.InFlight]}`);
  const acts: Record<Act, () => void> = {
    [Act.Forget]: forget,
    [Act.Drop]() {
      forget();
      const [first = ""] = partsOf(line);
      if (first[0] === "c") host.put(first);
    },
    [Act.Choose]() {
      if (!parts[0]) {
        parts.push(goneCounters || ownCounters);
        host.forget(keyOf(parts[0] as string));
      }
      parts.push(...partsOf(line));
      forget();
    },
    [Act.Ask]: () => asked.push(ids[Id.Line] as string),
    [Act.Repeat]() {
      ids[Id.Batch] = ids[Id.Line] as string;
      parts = partsOf(line);
    },
    [Act.PutBatch]: () => host.put(`d${ids[Id.Batch]}\x1f\x1e${parts.join("\x1e")}`),
    [Act.ForgetInFlight]: forgetInFlight,
    [Act.SplitInFlight]() {
      forgetInFlight();
      // Each in a line of its own: only then is half a batch smaller.
      for (const part of partsInFlight) host.put(part[0] === "e" ? `${keyOf(part)}\x1f\x1e${part}` : part);
    },
    [Act.Identify]() {
      const [customer, session = ""] = self._told;
      if (session.length > 1) ids[Id.Session] = session;
      // Who is anonymous stays so.
      if (customer && ids[Id.Visitor]) ids[Id.Visitor] = ids[Id.Visitor].split("=", 1) + customer;
    },
    [Act.TakeOver]() {
      record = self._record;
    },
  };

  const self = {
    /** What is to be read, and what is being heard of: its words, what the event says, where it happens. */
    _record: "",
    _told: [] as string[],
    _said: [""] as Said,
    _place: "",
    /** What the last answer said of batches in doubt. */
    _receipts: {} as Record<string, Receipt>,
    /** Begins a turn with these lines; tells their size. */
    _begin(its: string[]) {
      lines = its;
      at = 0;
      goneCounters = context = "";
      parts = [];
      asked = [];
      return sizeOf(lines);
    },
    /** Id of the batch under way. */
    _inFlight: () => ids[Id.InFlight],
    /** How many events were dropped. */
    _dropped: () => dropped,
    _stop: () => clearTimeout(timer),

    _random,
    _name(id: Id, ...words: number[]) {
      ids[id] = uuidOf(words);
    },
    _copy(from: Id, to: Id) {
      ids[to] = ids[from] as string;
    },
    _has: (id: Id) => !!ids[id],
    _read() {
      const found = self._record !== record && RECORD.exec(self._record);
      if (!found) return false;
      const [, edition, visitor, session, startedAt, activeAt, epoch, consent] = found as unknown as string[];
      const known = (id?: string) => (id === "-" ? "" : (id as string));
      ids[Id.ReadVisitor] = known(visitor);
      ids[Id.ReadSession] = known(session);
      const isTwin = yields(ids[Id.ReadSession] as string, ids[Id.Session] ?? "");
      numbers = [edition, startedAt, activeAt, epoch, CONSENTS.indexOf(consent as string), isTwin].map(Number);
      return true;
    },
    _number: (at: number) => numbers[at],
    _remember(edition: number, startedAt: number, activeAt: number, epoch: number, consent: number, hasIds: boolean) {
      const word = (id: Id) => (hasIds && ids[id]) || "-";
      record = `1 ${edition} ${word(Id.Visitor)} ${word(Id.Session)} ${startedAt} ${activeAt} ${epoch} ${CONSENTS[consent] ?? "-"}`;
      host.remember(record);
      host.put(`a\x1f${record}`);
    },
    _event(under: Id, createdAt: number, madeIn: number) {
      const line = [
        `e${ids[Id.Event]}`,
        createdAt,
        madeIn,
        ...self._said,
        ids[Id.Visitor],
        ids[Id.Session],
        ids[under],
        self._place,
      ].join("\x1f");
      // A UTF-16 unit takes three bytes at most: nearly all lines need not be counted.
      if (line.length > MAX_BATCH_BYTES / 3 && bytesOf(line) > MAX_BATCH_BYTES) return 1;
      return host.put(line) ? 0 : 2;
    },
    _count(tracked: number) {
      counters.outboxId = ids[Id.Outbox] as string;
      counters.tracked = tracked;
      ownCounters = `c${ids[Id.Outbox]}\x1f${JSON.stringify(counters)}`;
      host.put(ownCounters);
    },
    _state: (...words: number[]) => host.put(["b", ...words].join("\x1f")),
    _clear: () => host.clear(),
    _keep: (mayKeep: boolean) => host.keep(mayKeep),
    _turn: () => host.turn(),
    _next() {
      line = lines[at++] ?? "";
      const kind = line[0] ?? "";
      const id = keyOf(line).slice(1);
      ids[Id.Line] = id;
      if (kind === "a") self._record = line.slice(2);
      if (kind === "b") numbers = wordsOf(line).slice(1).map(Number);
      if (kind === "c" && id !== ids[Id.Outbox]) goneCounters = line;
      if (kind > "c") numbers = [timeOf(id), line.length, eventsIn(line)];
      if (kind === "d") {
        const receipt = self._receipts[id];
        numbers.push(
          receipt ? receipt.stored + receipt.duplicates + receipt.rejected : -1,
          receipt?.rejected as number,
          Number(id === ids[Id.Unconfirmed] && id !== ids[Id.InFlight]),
        );
      }
      if (!line) self._receipts = {};
      return line ? KINDS.indexOf(kind) + 1 || KINDS.length + 1 : 0;
    },
    _bytes() {
      let bytes = 0;
      for (const part of partsOf(line)) {
        const own = contextOf(part);
        bytes += bytesOf(part) - (own === context ? bytesOf(own) : 0);
        context = own;
      }
      return bytes;
    },
    _act: (act: Act) => acts[act](),
    _send(batch: Id, isLeaving: boolean, epoch: number) {
      const id = ids[batch] as string;
      const body =
        batch === Id.Line
          ? bodyOf(id, site, partsOf(line), [], ids, epoch)
          : bodyOf(id, site, parts, asked, ids, epoch);
      host.send(id, body, isLeaving);
      if (!isLeaving) partsInFlight = parts;
    },
    _wake(at: number) {
      clearTimeout(timer);
      timer = setTimeout(wake, Math.min(at - Date.now(), MAX_WAIT_MS));
    },
    _drop(reason: number, events: number) {
      const name = REASONS[reason] as string;
      counters.dropped ??= {};
      counters.dropped[name] = (counters.dropped[name] ?? 0) + events;
      dropped += events;
      host.dropped(name, events);
    },
  };
  return self;
}

export type Page = ReturnType<typeof openPage>;
