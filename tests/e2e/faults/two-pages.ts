/** A visit of two pages by browsers whose storage is not what it should be, and what it must leave behind. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { trackerReady, writtenDown } from "../support/browser.ts";
import { event, expectEvents, pageview } from "../support/expect-events.ts";
import { answer, asTheCollector } from "../support/gate.ts";
import type { Stage } from "../support/stage.ts";
import { newTally } from "./tally.ts";

export interface TwoPages {
  /** Whether the collector answers 503 until the second page is there: then only the browser has the events. */
  isCollectorDown: boolean;
  /** Whether the second page knows whom the first one met. */
  isKnownAgain: boolean;
  /** Whether nothing can be written down: then what was on its way when the page was left may come twice. */
  mayRepeat?: boolean;
  /** Whether the page stays until what it has tracked is in IndexedDB, instead of leaving in the same task. */
  isWrittenFirst?: boolean;
}

/**
 * Tracks on a page that leaves in the same task, then on the next one, and asserts: each event stored
 * once, in order, none sent again after it was stored.
 */
export async function visitTwoPages(
  stage: Stage,
  page: Page,
  { isCollectorDown, isKnownAgain, mayRepeat = false, isWrittenFirst = false }: TwoPages,
) {
  const { collector, origin } = stage;
  const site = stage.newSite();
  const first = origin.serve(`/${site}/first`, `<!doctype html><title>First</title>${stage.tag(site)}`);
  const second = origin.serve(`/${site}/second`, `<!doctype html><title>Second</title>${stage.tag(site)}`);
  const tally = newTally();
  const busy = async () => answer(503, { code: "busy", message: "later" });
  stage.answerFor(site, tally.counted(isCollectorDown ? busy : asTheCollector));

  await page.goto(first);
  await trackerReady(page);
  const trackAndGo = (to: string) =>
    page.evaluate((to) => {
      for (let n = 1; n <= 5; n++) window.sillage?.track("seen", { n });
      if (to) location.href = to;
    }, to);
  if (isWrittenFirst) {
    await trackAndGo("");
    await writtenDown(page);
    await page.evaluate((second) => {
      location.href = second;
    }, second);
  } else await trackAndGo(second);
  await page.waitForURL(second);
  await trackerReady(page);
  stage.answerFor(site, tally.counted(asTheCollector));
  await page.evaluate(() => window.sillage?.track("seen", { n: 6 }));

  const one = { view: "1", session: "one", visitor: "me", url: first };
  const two = { ...(isKnownAgain ? one : { session: "two", visitor: "a stranger" }), view: "2", url: second };
  await expectEvents(
    collector,
    site,
    [
      pageview(first, one),
      ...[1, 2, 3, 4, 5].map((n) => event("seen", { n }, one)),
      pageview(second, two),
      event("seen", { n: 6 }, two),
    ],
    { pages: [page] },
  );
  if (!mayRepeat) assert.equal(tally.deliveredAgain, 0, "events sent again after they were stored");
}
