/** Plays events on a page: one call after the other, each in a task of its own, as a listener's would be. */
import type { Page } from "playwright-core";
import type { FixtureEvent } from "./fixture.ts";
import type { BenchTracker } from "./trackers.ts";

/** Says how long it took, in milliseconds: a busy machine takes longer than the gaps. */
export function play(
  page: Page,
  global: BenchTracker["global"],
  events: FixtureEvent[],
  gapMs: number,
): Promise<number> {
  return page.evaluate(
    async ([global, events, gapMs]) => {
      const startedAt = performance.now();
      for (const { name, props } of events) {
        await new Promise((later) => setTimeout(later, gapMs));
        window[global]?.track(name, { ...props });
      }
      return performance.now() - startedAt;
    },
    [global, events, gapMs] as const,
  );
}
