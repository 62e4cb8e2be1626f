/** Entry `sillage/testing`: a tracker for a site's own tests, which records in memory and sends nothing. */
import { methodsOf } from "./methods";
import type { AnyEvents, Callable, Calls, ConsentState, EventDetails, EventProps, Tracker } from "./types";

/** Longest name of an event, in characters, as in `crates/protocol/src/limits.rs`. */
const MAX_NAME_CHARS = 256;

/** What a test tracker has recorded. */
export interface RecordedEvent {
  /** Its name; `page_viewed` of {@link Tracker.page}. */
  name: string;
  /** Its properties, as they would be sent: without what cannot be written as JSON. */
  props: EventProps;
  /** What else was said of it. */
  details?: EventDetails;
}

/** A call that a test tracker has taken: {@link Tracker.call} and its methods. */
export interface RecordedCall {
  name: keyof Calls;
  given: unknown[];
}

/** A tracker that records in memory. It takes what the real one takes, and drops what that drops. */
export interface TestTracker<Events extends object = AnyEvents> extends Tracker<Events>, Callable {
  /** What would have been sent, in its order. */
  readonly events: readonly RecordedEvent[];
  /** What was called besides. */
  readonly calls: readonly RecordedCall[];
  /** The visitor's choice. */
  readonly consentState: ConsentState;
  /** Forgets what was recorded. */
  clear(): void;
}

/**
 * Makes a tracker for tests; `consent` is the state it begins in. Default: `"granted"`.
 *
 * @example
 * const tracker = createTestTracker();
 * checkOut(cart, tracker);
 * assert.deepEqual(tracker.events, [{ name: "order_completed", props: { total: 49.9 } }]);
 */
export function createTestTracker<Events extends object = AnyEvents>(
  consent: ConsentState = "granted",
): TestTracker<Events> {
  let state = consent;
  let waiting: RecordedEvent[] = [];
  let events: RecordedEvent[] = [];
  let calls: RecordedCall[] = [];
  let dropped = 0;
  let isStopped = false;

  const record = (event: RecordedEvent) => {
    if (isStopped) return;
    // Characters, not the units of two bytes that a text counts.
    const { length } = [...event.name];
    if (state === "denied" || length === 0 || length > MAX_NAME_CHARS) dropped++;
    else (state === "pending" ? waiting : events).push(event);
  };
  const call = (name: keyof Calls, ...given: unknown[]) => {
    if (!isStopped) calls.push({ name, given });
  };

  return {
    ...methodsOf(call as (name: keyof Calls, ...given: never) => void),
    track(name, ...facts) {
      const [props, details] = facts as [props?: object, details?: EventDetails];
      const event: RecordedEvent = { name: String(name), props: written(props) };
      record(details ? { ...event, details } : event);
    },
    call,
    page: () => record({ name: "page_viewed", props: {} }),
    consent(choice) {
      state = choice;
      if (choice === "granted") events.push(...waiting);
      if (choice === "denied") {
        // What was stored is erased, and counted.
        dropped += waiting.length + events.length;
        events = [];
      }
      if (choice !== "pending") waiting = [];
    },
    flush() {},
    stats: () => {
      const [sent, pending] = [events.length, waiting.length];
      return { tracked: sent + pending + dropped, sent, pending, dropped };
    },
    stop() {
      isStopped = true;
    },
    ready: Promise.resolve(),
    get events() {
      return events;
    },
    get calls() {
      return calls;
    },
    get consentState() {
      return state;
    },
    clear() {
      [events, waiting, calls, dropped] = [[], [], [], 0];
    },
  };
}

/** Properties as JSON has them. */
function written(props: object | undefined): EventProps {
  const kept: EventProps = {};
  for (const [key, value] of Object.entries(props ?? {})) {
    try {
      const text = JSON.stringify(value, (_, it) => (typeof it === "bigint" ? String(it) : it));
      if (text !== undefined) kept[key] = JSON.parse(text);
    } catch {
      // Left out, as the tracker does, which says so in debug mode.
    }
  }
  return kept;
}
