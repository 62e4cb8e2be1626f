/** Chromium as a process group of its own, on a profile that outlives it. */
import { type BrowserContext, type Page, chromium as playwright } from "playwright-core";
import { CHROMIUM_FLAGS, chromiumProgram, STEP_TIMEOUT_MS } from "../browser.ts";
import { type Engine, type RunningBrowser, sourceOf, type Tab } from "../engine.ts";
import { lineOf, startGroup } from "../process-group.ts";

/** A Chromium that was started here, with all that its DevTools can do besides. */
export interface RunningChromium extends RunningBrowser {
  readonly context: BrowserContext;
  open(url: string): Promise<ChromiumTab>;
}

export interface ChromiumTab extends Tab {
  readonly page: Page;
}

/** How long it may take to end after it was asked to, in milliseconds. */
const QUIT_TIMEOUT_MS = 10_000;

/**
 * Starts it. Not by Playwright, which would end it politely, and switches the back-forward cache and
 * the throttling of hidden tabs off.
 */
export async function launchChromium(profile: string, flags: string[] = []): Promise<RunningChromium> {
  const group = startGroup(
    chromiumProgram(),
    [...CHROMIUM_FLAGS, ...flags, `--user-data-dir=${profile}`, "--remote-debugging-port=0", "about:blank"],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const browser = await playwright.connectOverCDP(await lineOf(group, /^DevTools listening on (\S+)$/));
  const [context] = browser.contexts();
  if (!context) throw new Error("Chromium shows no profile");
  context.setDefaultTimeout(STEP_TIMEOUT_MS);
  return {
    context,
    async open(url) {
      const page = await context.newPage();
      await page.goto(url);
      return tabOf(page);
    },
    kill: () => group.kill(),
    async quit() {
      // Its connection ends with it: the answer may not come.
      const session = await browser.newBrowserCDPSession();
      await session.send("Browser.close").catch(() => undefined);
      await group.ended(QUIT_TIMEOUT_MS);
    },
  };
}

function tabOf(page: Page): ChromiumTab {
  return {
    page,
    run: <A extends unknown[], T>(task: (...args: A) => T | Promise<T>, ...args: A): Promise<T> =>
      page.evaluate(sourceOf(task, args)),
    click: (selector) => page.click(selector),
    async goTo(url) {
      await page.goto(url);
    },
    arrivedAt: (url) => page.waitForURL(url),
    setOffline: (isOffline) => page.context().setOffline(isOffline),
    async close() {
      const closed = page.waitForEvent("close");
      await page.close({ runBeforeUnload: true });
      await closed;
    },
  };
}

export const chromium: Engine = { name: "chromium", launch: (profile) => launchChromium(profile) };
