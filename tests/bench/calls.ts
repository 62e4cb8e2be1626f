/**
 * What `track()` costs the code that calls it. The page is isolated from other origins, so its clock
 * has 5 µs (https://w3c.github.io/hr-time/#clock-resolution); single calls are timed by it. That is
 * too coarse for a median of a few µs: the medians are over the mean of ten neighbouring calls.
 */
import type { Browser } from "playwright-core";
import { fixture } from "./fixture.ts";
import { median, quantile, sum } from "./numbers.ts";
import type { BenchTracker, Called } from "./trackers.ts";
import { type Shop, visit } from "./visit.ts";

/** Calls in one burst, and isolated ones in one visit. */
const CALLS = 200;

/** Neighbouring calls whose mean is one value of the median. */
const GROUP = 10;

/** Time between isolated calls, in milliseconds. */
const GAP_MS = 20;

/** How long is waited for the calls' events, in milliseconds: not every tracker delivers all. */
const DELIVERY_PATIENCE_MS = 10_000;

export interface Calls {
  /** In microseconds; of each visit, and of those the median. */
  median: number;
  p99: number;
}

export type CallPattern = "burst" | "isolated";

export async function measureCalls(
  browser: Browser,
  shop: Shop,
  trackers: BenchTracker[],
  { repetitions, pattern }: { repetitions: number; pattern: CallPattern },
): Promise<Map<string, Calls>> {
  const visits = new Map<string, number[][]>(trackers.map(({ name }) => [name, []]));
  for (let n = 0; n < repetitions; n++) {
    for (const tracker of trackers) visits.get(tracker.name)?.push(await sample(browser, shop, tracker, pattern));
  }
  return new Map(
    [...visits].map(([name, times]) => [
      name,
      {
        median: median(times.map((it) => median(grouped(it)))),
        p99: median(times.map((it) => quantile(it, 0.99))),
      },
    ]),
  );
}

const grouped = (times: number[]) =>
  Array.from({ length: times.length / GROUP }, (_, n) => sum(times.slice(n * GROUP, (n + 1) * GROUP)) / GROUP);

async function sample(browser: Browser, shop: Shop, tracker: BenchTracker, pattern: CallPattern): Promise<number[]> {
  const { page, started, delivered, end } = await visit(browser, shop, tracker);
  await started();
  // The pageview first: it is not what is measured.
  await delivered(1);
  const events = fixture(CALLS);
  const times = await page.evaluate(
    async ([global, events, gapMs]) => {
      if (!crossOriginIsolated) throw new Error("the page's clock is coarse");
      const { track } = window[global] as Called;
      const times: number[] = [];
      const call = ({ name, props }: (typeof events)[number]) => {
        const before = performance.now();
        track(name, props);
        times.push((performance.now() - before) * 1000);
      };
      if (gapMs === 0) for (const event of events) call(event);
      else
        for (const event of events) {
          await new Promise((later) => setTimeout(later, gapMs));
          // In a task of its own, as a listener of the page would be.
          call(event);
        }
      return times;
    },
    [tracker.global, events, pattern === "burst" ? 0 : GAP_MS] as const,
  );
  // All of it, so that nothing of one tracker runs while another is measured.
  await delivered(CALLS, DELIVERY_PATIENCE_MS);
  await end();
  return times;
}
