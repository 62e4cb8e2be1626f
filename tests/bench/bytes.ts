/** Bytes and requests of the fixed visit, counted where they arrive. */
import type { Browser } from "playwright-core";
import type { Asked } from "../e2e/support/gate.ts";
import { FIXTURE_EVENTS, FIXTURE_GAP_MS, fixture } from "./fixture.ts";
import { play } from "./play.ts";
import type { BenchTracker } from "./trackers.ts";
import { type Shop, visit } from "./visit.ts";

/** How long after the page has closed events may still come, in milliseconds. */
const PATIENCE_MS = 3_000;

export interface Traffic {
  /** Bytes of all bodies as they travelled. */
  bodyBytes: number;
  /** Requests that carried events. */
  requests: number;
  preflights: number;
  /** Events that came; the pageview is one. */
  delivered: number;
  /** Bytes of a body for each event that came. */
  bytesPerEvent: number;
  /** The requests with events. */
  carried: Asked[];
}

/** The visit of {@link fixture}, with a site of its own. */
export async function measureTraffic(
  browser: Browser,
  shop: Shop,
  tracker: BenchTracker,
  site: string,
): Promise<Traffic> {
  const { page, started, delivered, leave, end } = await visit(browser, shop, tracker, { site });
  await started();
  await play(page, tracker.global, fixture(), FIXTURE_GAP_MS);
  await leave();
  const came = await delivered(FIXTURE_EVENTS + 1, PATIENCE_MS);
  const asked = tracker.gate?.asked ?? [];
  const carried = asked.filter((it) => tracker.eventsIn(it) > 0);
  const bodyBytes = carried.reduce((total, it) => total + it.bodyBytes, 0);
  const traffic = {
    bodyBytes,
    requests: carried.length,
    preflights: asked.filter(({ method }) => method === "OPTIONS").length,
    delivered: came,
    bytesPerEvent: bodyBytes / came,
    carried: [...carried],
  };
  await end();
  return traffic;
}
