/** A short visit of a page under some policy, and what it must leave: the same as anywhere. */
import assert from "node:assert/strict";
import { trackerReady, type Visitor } from "../support/browser.ts";
import { click, event, expectEvents, pageview } from "../support/expect-events.ts";
import type { Stage } from "../support/stage.ts";

declare global {
  interface Window {
    /** What the page's policy has refused, as the page hears of it: directive and address. */
    refused: string[];
  }
}

export interface Page {
  /** Response headers of the page. */
  headers?: Record<string, string>;
  /** What stands in the page ahead of its button: the script tag of the site. */
  html: (site: string) => string;
  /** What the policy is expected to refuse. */
  refused?: string[];
  /** Runs in the page ahead of its scripts. */
  before?: () => void;
}

/** Opens the page, clicks, tracks, and asserts: these three rows, nothing in the page's way, nothing refused. */
export async function visitUnder(stage: Stage, { headers, html, refused = [], before }: Page): Promise<Visitor> {
  const { collector, origin } = stage;
  const site = stage.newSite();
  const url = origin.serve(`/${site}`, `<!doctype html>${html(site)}<button id="buy">Buy</button>`, headers);
  const visitor = await newStrictVisitor(stage, before);
  const page = await visitor.openBare(url);
  await trackerReady(page);
  await page.click("#buy");
  await page.evaluate(() => window.sillage?.track("order_completed", { total: 49.9, note: "thé vert – 緑茶 🍵" }));
  const visit = { view: "1", session: "one" };
  await expectEvents(
    collector,
    site,
    [
      pageview(url, visit),
      click("#buy", visit),
      event("order_completed", { total: 49.9, note: "thé vert – 緑茶 🍵" }, visit),
    ],
    { pages: [page] },
  );
  assert.deepEqual(await page.evaluate(() => window.refused), refused);
  assert.deepEqual(visitor.exceptions, []);
  assert.deepEqual(visitor.trackerSaid, []);
  return visitor;
}

/** A visitor whose pages write down what their policy refuses. */
export async function newStrictVisitor(stage: Stage, before?: () => void): Promise<Visitor> {
  const visitor = await stage.newVisitor(before);
  await visitor.context.addInitScript(() => {
    window.refused = [];
    addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
      // Firefox asks for it by itself.
      if (!blockedURI.endsWith("/favicon.ico")) window.refused.push(`${effectiveDirective} ${blockedURI}`);
    });
  });
  return visitor;
}
