/** A visit to the page of a built project: every project's page does the same. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { click, type Expected, event, expectEvents, pageview } from "../e2e/support/expect-events.ts";
import type { Stage } from "../e2e/support/stage.ts";

/**
 * Opens the page and clicks its button; `more` is what else the visitor does. The page view, the page's event
 * and the click are stored, whatever more there is after them, and the browser has nothing to complain of.
 */
export async function buildIsVisited(
  stage: Stage,
  site: string,
  bundler: string,
  url: string,
  more: (page: Page) => Promise<Expected[]> = () => Promise.resolve([]),
): Promise<void> {
  const visitor = await stage.newVisitor();
  const complaints: string[] = [];
  visitor.context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  const page = await visitor.open(url);
  await page.click("button");
  const visit = { view: "page", session: "one", visitor: "me" };
  const later = await more(page);
  await expectEvents(
    stage.collector,
    site,
    [
      pageview(url, { ...visit, also: { webEvent: { page: { title: "Bundled" } } } }),
      event("project_started", { bundler }, visit),
      click(/button$/, { ...visit, prompt: "Order" }),
      ...later,
    ],
    { pages: [page] },
  );
  assert.deepEqual(visitor.exceptions, []);
  assert.deepEqual(complaints, []);
}
