/**
 * Start-up: what a first visit pays until the tracker has started, has recorded the pageview and has
 * sent it. The same page without a tracker is measured in turn and subtracted.
 */
import type { Browser } from "playwright-core";
import { median } from "./numbers.ts";
import type { BenchTracker } from "./trackers.ts";
import { later, type Shop, visit } from "./visit.ts";

/** How long after the navigation the main thread's clock is read, in milliseconds: Amplitude waits for a second before it sends. */
const WINDOW_MS = 1_600;

/** How long the first answer may still be at work, in milliseconds. */
const REST_MS = 200;

/** Added to the window for each step of throttling, in milliseconds. */
const THROTTLED_EXTRA_MS = 600;

export interface Start {
  throttling: number;
  /** CPU time of the main thread in milliseconds, all tasks, and JavaScript alone; the page's own subtracted. */
  task: number;
  script: number;
  /** Middle half of the repetitions of `task`. */
  spread: [number, number];
  /** Tasks over 50 ms in a visit, beyond those of the page alone. */
  longTasks: number;
  /** From the navigation to the first event at the collector, in milliseconds. */
  firstEventMs: number;
}

interface Sample {
  task: number;
  script: number;
  longTasks: number;
  firstEventMs: number;
}

export async function measureStart(
  browser: Browser,
  shop: Shop,
  trackers: BenchTracker[],
  { repetitions, throttling }: { repetitions: number; throttling: number },
): Promise<Map<string, Start>> {
  const samples = new Map<string, Sample[]>(trackers.map(({ name }) => [name, []]));
  for (let n = 0; n < repetitions; n++) {
    for (const tracker of trackers) samples.get(tracker.name)?.push(await sample(browser, shop, tracker, throttling));
  }
  const bare = samples.get("none") ?? [];
  const of = (list: Sample[], key: keyof Sample) => list.map((it) => it[key]);
  const over = (list: Sample[], key: keyof Sample) => median(of(list, key)) - median(of(bare, key));
  return new Map(
    [...samples].map(([name, list]) => {
      const tasks = of(list, "task").sort((a, b) => a - b);
      const quarter = (part: number) => (tasks[Math.floor(tasks.length * part)] ?? 0) - median(of(bare, "task"));
      return [
        name,
        {
          throttling,
          task: over(list, "task"),
          script: over(list, "script"),
          spread: [quarter(0.25), quarter(0.75)],
          longTasks: over(list, "longTasks"),
          firstEventMs: median(of(list, "firstEventMs")),
        },
      ];
    }),
  );
}

async function sample(browser: Browser, shop: Shop, tracker: BenchTracker, throttling: number): Promise<Sample> {
  const { page, mainThread, navigatedAt, delivered, end } = await visit(browser, shop, tracker, { throttling });
  const at = await navigatedAt();
  await delivered(1);
  // A page that rests costs next to nothing: it does not matter that the window is longer on a busy machine.
  await later(Math.max(at + WINDOW_MS + (throttling - 1) * THROTTLED_EXTRA_MS - Date.now(), REST_MS));
  const { task, script } = await mainThread();
  const longTasks = await page.evaluate(
    () =>
      new Promise<number>((counted) => {
        new PerformanceObserver((list) => counted(list.getEntries().length)).observe({
          type: "longtask",
          buffered: true,
        });
        setTimeout(() => counted(0), 100);
      }),
  );
  await end();
  return { task, script, longTasks, firstEventMs: (tracker.firstCameAt() ?? Number.NaN) - at };
}
