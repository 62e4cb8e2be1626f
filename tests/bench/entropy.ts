/**
 * What the bytes of Sillage's bodies are: each kind of content is blanked in turn, the bodies are
 * compressed again, and what is saved is what that content costs. It is what no other format of the
 * same content could save.
 */
import { gzipSync } from "node:zlib";
import type { Asked } from "../e2e/support/gate.ts";

export interface Share {
  what: string;
  /** Bytes of gzip that go when it is blanked, for each event. */
  bytesPerEvent: number;
}

interface Body {
  events: Record<string, unknown>[];
  [member: string]: unknown;
}

/** `gzip` at its usual level, as `CompressionStream` does it. */
const compressed = (bodies: unknown[]) =>
  bodies.reduce<number>((sum, it) => sum + gzipSync(JSON.stringify(it)).length, 0);

/** A copy of the bodies whose events are changed by `change`. */
const withEvents = (bodies: Body[], change: (event: Record<string, unknown>) => Record<string, unknown>) =>
  bodies.map((body) => ({ ...body, events: body.events.map(change) }));

export function entropyOf(carried: Asked[]): { allCompressed: number; shares: Share[] } {
  const bodies = carried.map(({ body }) => JSON.parse(body) as Body);
  const events = bodies.reduce((sum, body) => sum + body.events.length, 0);
  const all = compressed(bodies);
  const share = (what: string, changed: unknown[]) => ({ what, bytesPerEvent: (all - compressed(changed)) / events });
  const blankProps = (event: Record<string, unknown>) => {
    const { attributes: _, ...webEvent } = event.webEvent as Record<string, unknown>;
    return { ...event, webEvent };
  };
  return {
    allCompressed: all / events,
    shares: [
      share(
        "event ids",
        withEvents(bodies, ({ id: _, ...rest }) => rest),
      ),
      share(
        "dates",
        withEvents(bodies, ({ createdDate: _, ...rest }) => rest),
      ),
      share(
        "names and properties",
        withEvents(bodies, ({ webEvent: _, ...rest }) => rest),
      ),
      share("properties", withEvents(bodies, blankProps)),
      share(
        "what a batch says once",
        bodies.map(({ events }) => ({ events })),
      ),
    ],
  };
}
