/**
 * The part that is loaded where the capture `vitals` is switched on: npm's web-vitals, and what it has measured of the
 * document by the time that it is hidden or left.
 */
import { type Metric, onCLS, onFCP, onINP, onLCP, onTTFB } from "web-vitals";
import { undoAll } from "./vitals/undoable";

/** What was measured of this document since it was loaded, or came out of the back-forward cache. */
const measured = new Map<Metric["name"], Metric>();

/** How many trackers of this document want to know. */
let wanted = 0;

/** What is known of a document's vitals. */
export interface Vitals {
  /** The document came out of the back-forward cache: that is measured anew. */
  _restored(): void;
  /** The properties of the event, as JSON, once for each time that the document is shown anew; empty where there is nothing. */
  _take(): string;
  _stop(): void;
}

/** Begins to measure; what has passed the browser has kept. */
export function hearVitals(): Vitals {
  let isTold = false;
  if (!wanted++) {
    for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) {
      // Each change: the browser tells us that the document is hidden before it tells web-vitals.
      on((metric) => measured.set(metric.name, metric), { reportAllChanges: true });
    }
  }
  const ms = (name: Metric["name"]) => {
    const metric = measured.get(name);
    return metric && Math.round(metric.value);
  };
  return {
    _restored() {
      measured.clear();
      isTold = false;
    },
    _take() {
      const [any] = measured.values();
      if (isTold || !any) return "";
      isTold = true;
      const cls = measured.get("CLS")?.value;
      return JSON.stringify({
        lcpMs: ms("LCP"),
        inpMs: ms("INP"),
        // The score has no unit; four places tell more than its thresholds, 0.1 and 0.25.
        cls: cls === undefined ? cls : Math.round(cls * 1e4) / 1e4,
        fcpMs: ms("FCP"),
        ttfbMs: ms("TTFB"),
        navigationType: any.navigationType,
      });
    },
    _stop() {
      if (!--wanted) undoAll();
    },
  };
}
