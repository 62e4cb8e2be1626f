/** A visit to the page of a built project: every project's page does the same. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { click, type Expected, event, expectEvents, pageview } from "../e2e/support/expect-events.ts";
import type { Stage } from "../e2e/support/stage.ts";

/** What is particular about a visit. */
interface Particular {
  /** What the site has of earlier visits. */
  rows?: Expected[];
  /** What the visitor does after the click; gives what that leaves. */
  more?: (page: Page) => Promise<Expected[]>;
}

/**
 * Opens the page, clicks its button and scrolls to its end. The page view, the page's event, the click and what is
 * captured are stored, and the browser has nothing to complain of. Gives all rows that the site has then.
 */
export async function buildIsVisited(
  stage: Stage,
  site: string,
  bundler: string,
  url: string,
  { rows = [], more }: Particular = {},
): Promise<Expected[]> {
  const visitor = await stage.newVisitor();
  const complaints: string[] = [];
  visitor.context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  const page = await visitor.open(url);
  await page.click("button");
  await page.evaluate(() => {
    document.body.style.height = "3000px";
    scrollTo(0, 3000);
  });
  const visit = { view: url, session: url, visitor: url };
  const expected = [
    ...rows,
    pageview(url, { ...visit, also: { webEvent: { page: { title: "Bundled" } } } }),
    event("project_started", { bundler }, visit),
    click(/button$/, { ...visit, prompt: "Order" }),
    event("page_scrolled", { percent: 100 }, visit),
    ...((await more?.(page)) ?? []),
  ];
  await expectEvents(stage.collector, site, expected, { pages: [page] });
  assert.deepEqual(visitor.exceptions, []);
  assert.deepEqual(complaints, []);
  return expected;
}
