/** Counts what travels through a gate: requests, and events that come again after they were stored. */
import { type Answered, type Asked, type Handler, isBatch } from "../support/gate.ts";

export interface Tally {
  /** Requests to store or to ask that reached the gate. */
  readonly requests: number;
  /** Events that reached the collector, each as often as it came. */
  readonly delivered: number;
  /** Events that reached the collector again after it had stored them. */
  readonly deliveredAgain: number;
  /** The handler, with everything counted that it lets through. */
  counted(handler: Handler): Handler;
}

export function newTally(): Tally {
  const stored = new Set<string>();
  let requests = 0;
  let delivered = 0;
  let deliveredAgain = 0;

  /** Called when the collector has answered: of two requests at once, the later to be stored is the repeated one. */
  const note = (asked: Asked, answered: Answered | undefined) => {
    const ids = idsOf(asked);
    delivered += ids.length;
    deliveredAgain += ids.filter((id) => stored.has(id)).length;
    // Without an answer nobody knows what was stored; what had been before counts all the same.
    if (answered?.status === 200) for (const id of ids) stored.add(id);
  };

  return {
    get requests() {
      return requests;
    },
    get delivered() {
      return delivered;
    },
    get deliveredAgain() {
      return deliveredAgain;
    },
    counted: (handler) => (asked, forward) => {
      if (!isBatch(asked)) return handler(asked, forward);
      requests += 1;
      return handler(asked, async () => {
        try {
          const answered = await forward();
          note(asked, answered);
          return answered;
        } catch (error) {
          note(asked, undefined);
          throw error;
        }
      });
    },
  };
}

const idsOf = ({ body }: Asked): string[] =>
  (JSON.parse(body) as { events: { id: string }[] }).events.map(({ id }) => id);
