/** Debian's Chromium, Firefox or WebKitGTK, and visitors in it: each with a storage of their own and an ear for trouble. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, firefox, type Page } from "playwright-core";
import { launchWebKit } from "./engines/webkit-browser.ts";

/**
 * No sandbox: tests run as root in containers. The rest keeps Chromium from talking to its maker.
 * With `SILLAGE_MODULE=js` it has no WebAssembly (https://v8.dev/blog/jitless), as in its users' "lockdown"
 * modes: the suite runs the module's translation.
 */
export const CHROMIUM_FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  ...(process.env.SILLAGE_MODULE === "js" ? ["--js-flags=--jitless"] : []),
];

/** Runs in a page ahead of its scripts: it has no WebAssembly then, and needs the script that stands in for the module. */
export const withoutWebAssembly = () => {
  Reflect.deleteProperty(window, "WebAssembly");
};

/** The browser's name, as `SILLAGE_ENGINE` says it. */
export const ENGINE = process.env.SILLAGE_ENGINE ?? "chromium";

/** The family that the collector should know the browser by. */
export const BROWSER_FAMILY = { chromium: /Chrom/, firefox: /^Firefox$/, webkit: /Safari|WebKit/ }[ENGINE];

/** What Firefox itself has to say of a page, it says as if the page had thrown it. */
const NOTICE =
  /^(Content-Security-Policy: |Cross-Origin Request Blocked: |Loading module from |None of the “sha\d+” hashes )/;

const FIREFOX_RELAY = fileURLToPath(new URL("engines/firefox-relay.mjs", import.meta.url));

/** How long a page may take for one step, in milliseconds: generous, for a busy machine. */
export const STEP_TIMEOUT_MS = 15_000;

/** `npm test` names the program; by hand it is looked for on the path. */
export function chromiumProgram(): string {
  return process.env.SILLAGE_CHROMIUM ?? execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
}

/** Starts the browser that `SILLAGE_ENGINE` names; Chromium where it names none. */
export function launchBrowser(): Promise<Browser> {
  if (ENGINE === "firefox") {
    return firefox.launch({ executablePath: FIREFOX_RELAY, channel: "moz-firefox" });
  }
  if (ENGINE === "webkit") return launchWebKit();
  return chromium.launch({ executablePath: chromiumProgram(), args: CHROMIUM_FLAGS });
}

/** Somebody who visits. */
export interface Visitor {
  readonly context: BrowserContext;
  /** Uncaught exceptions and unhandled rejections, on any of their pages. */
  readonly exceptions: string[];
  /** What the tracker wrote to the console. */
  readonly trackerSaid: string[];
  /** Opens an address in a new tab and waits until the tracker is at work. */
  open(url: string): Promise<Page>;
  /** Opens an address in a new tab, whether or not a tracker is there. */
  openBare(url: string): Promise<Page>;
}

export async function newVisitor(browser: Browser, options: { before?: () => void } = {}): Promise<Visitor> {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1000, height: 700 } });
  context.setDefaultTimeout(STEP_TIMEOUT_MS);
  // What esbuild (in tsx) wraps around named functions, which are passed to pages without it.
  await context.addInitScript("globalThis.__name = (named) => named");
  if (options.before) await context.addInitScript(options.before);
  const exceptions: string[] = [];
  const trackerSaid: string[] = [];
  context.on("weberror", (thrown) => {
    const text = String(thrown.error().stack ?? thrown.error());
    if (ENGINE !== "firefox" || !NOTICE.test(text)) exceptions.push(text);
  });
  context.on("console", (message) => {
    if (message.text().startsWith("[sillage]")) trackerSaid.push(message.text());
  });
  const openBare = async (url: string) => {
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };
  return {
    context,
    exceptions,
    trackerSaid,
    openBare,
    async open(url) {
      const page = await openBare(url);
      await trackerReady(page);
      return page;
    },
  };
}

/** Waits until the page's tracker is at work. */
export async function trackerReady(page: Page): Promise<void> {
  await page.waitForFunction(() => window.sillage);
  await page.evaluate(() => window.sillage?.ready);
}

/** Makes the page's tracker send what waits, and waits until the collector has acknowledged everything. */
export async function settled(page: Page): Promise<void> {
  await trackerReady(page);
  await page.evaluate(() => window.sillage?.flush());
  await page.waitForFunction(() => window.sillage?.stats().pending === 0, undefined, { polling: 20 });
}

/** A tracker that is called without regard to its types. */
export type AnyTracker = Record<string, (...args: unknown[]) => unknown> & { ready: Promise<void> };

/** Every method of a tracker, as a page may call it. */
export const METHODS = ["track", "call", "page", "consent", "flush", "stats", "stop"];

/** `REST_MS` of js/tracker.ts, at most. */
const REST_MS = 35;

/** Waits until what the page has put into its outboxes is there. */
export const writtenDown = (page: Page): Promise<void> =>
  page.evaluate(async (restMs) => {
    // What waits to be heard is heard first: timers of one length end in the order in which they were set.
    await new Promise((rested) => setTimeout(rested, restMs));
    for (const { name } of await indexedDB.databases()) {
      if (!name?.startsWith("sillage:")) continue;
      const database = await new Promise<IDBDatabase>((opened, failed) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => opened(request.result);
        request.onerror = () => failed(request.error);
      });
      // Those of one store run one after the other: it ends after the tracker's.
      const transaction = database.transaction([...database.objectStoreNames], "readwrite");
      await new Promise((ended) => {
        transaction.oncomplete = ended;
      });
      database.close();
    }
  }, REST_MS);
