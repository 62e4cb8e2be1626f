/**
 * What events cost the main thread from the call until they are delivered: calls, storage, batches,
 * requests, answers. And what they leave on the heap. The same loop with a tracker that does nothing
 * is measured in turn and subtracted.
 */
import type { Browser } from "playwright-core";
import { fixture } from "./fixture.ts";
import { median } from "./numbers.ts";
import { play } from "./play.ts";
import type { BenchTracker } from "./trackers.ts";
import { later, type Shop, visit } from "./visit.ts";

const EVENTS = 1_000;

/** Time from one event to the next, in milliseconds, each in a task of its own. */
const GAP_MS = 5;

/** How long after the last event has come its answer may still be at work, in milliseconds. */
const REST_MS = 400;

export interface Delivery {
  /** CPU time of the main thread in milliseconds for 1,000 events: all tasks, and JavaScript alone. */
  task: number;
  script: number;
  /** What the heap has grown by when they are delivered, in bytes. */
  heap: number;
  /** Events that came, of 1,000 and the pageview. */
  delivered: number;
}

export async function measureDelivery(
  browser: Browser,
  shop: Shop,
  trackers: BenchTracker[],
  { repetitions }: { repetitions: number },
): Promise<Map<string, Delivery>> {
  const samples = new Map<string, Delivery[]>(trackers.map(({ name }) => [name, []]));
  for (let n = 0; n < repetitions; n++) {
    for (const tracker of trackers) samples.get(tracker.name)?.push(await sample(browser, shop, tracker));
  }
  const bare = samples.get("none") ?? [];
  const of = (list: Delivery[], key: keyof Delivery) => median(list.map((it) => it[key]));
  const over = (list: Delivery[], key: keyof Delivery) => of(list, key) - of(bare, key);
  return new Map(
    [...samples].map(([name, list]) => [
      name,
      {
        task: over(list, "task"),
        script: over(list, "script"),
        heap: over(list, "heap"),
        delivered: of(list, "delivered"),
      },
    ]),
  );
}

async function sample(browser: Browser, shop: Shop, tracker: BenchTracker): Promise<Delivery> {
  const { page, mainThread, heap, started, delivered, end } = await visit(browser, shop, tracker);
  await started();
  await delivered(1);
  await later(REST_MS);
  const heapBefore = await heap();
  const before = await mainThread();
  await play(page, tracker.global, fixture(EVENTS), GAP_MS);
  const came = await delivered(EVENTS + 1);
  await later(REST_MS);
  const after = await mainThread();
  const sampled = {
    task: after.task - before.task,
    script: after.script - before.script,
    heap: (await heap()) - heapBefore,
    delivered: came,
  };
  await end();
  return sampled;
}
