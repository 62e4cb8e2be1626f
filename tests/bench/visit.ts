/** Opens pages with and without a tracker, each as a first visit, and reads the main thread's clock. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, CDPSession, Page } from "playwright-core";
import { newVisitor } from "../e2e/support/browser.ts";
import type { BenchTracker } from "./trackers.ts";

/** How long a tracker may take to start or to deliver, in milliseconds. */
const PATIENCE_MS = 60_000;

/** How often the sinks are asked whether everything has come, in milliseconds. */
const POLL_MS = 20;

export const later = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** An origin with the same small shop page for everybody. */
export interface Shop {
  url(tracker: BenchTracker, site: string): string;
  close(): void;
}

/** Serves the page, isolated from other origins: only then may it read a clock of 5 µs. */
export async function openShop(): Promise<Shop> {
  const heads = new Map<string, string>();
  const server = createServer((incoming, outgoing) => {
    outgoing.writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "credentialless",
    });
    outgoing.end(pageWith(heads.get(incoming.url ?? "") ?? ""));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url(tracker, site) {
      // Every tracker sends the address: it says as little as the address of a shop would.
      const path = `/${tracker.name}/${site}`;
      heads.set(path, tracker.tag(site));
      return `http://127.0.0.1:${port}${path}`;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const pageWith = (head: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Lamps and tents</title>
<link rel="icon" href="data:,">
${head}
<h1>Lamps and tents</h1>
${Array.from({ length: 24 }, (_, n) => `<p><a href="/product/${n}">Product ${n}</a> <button>Add</button></p>`).join("\n")}
`;

/** A first visit to the page. */
export interface Visit {
  readonly page: Page;
  /** CPU time of the page's main thread since it was opened, in milliseconds. */
  mainThread(): Promise<{ task: number; script: number }>;
  /** Bytes that the page's heap takes after a collection, buffers included. */
  heap(): Promise<number>;
  /** When the navigation began, in Unix milliseconds. */
  navigatedAt(): Promise<number>;
  /** Waits until the tracker has started. */
  started(): Promise<void>;
  /** Waits until so many events have come; says how many did. */
  delivered(events: number, patienceMs?: number): Promise<number>;
  /** Closes the tab as its visitor would. */
  leave(): Promise<void>;
  /** Ends the visit, with everything that was stored in it. */
  end(): Promise<void>;
}

export async function visit(
  browser: Browser,
  shop: Shop,
  tracker: BenchTracker,
  { site = "bench", throttling = 1 }: { site?: string; throttling?: number } = {},
): Promise<Visit> {
  tracker.reset();
  const { context } = await newVisitor(browser);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  // Time of the thread, not of the wall: what else the machine does is left out, as far as it can be.
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  if (throttling > 1) await session.send("Emulation.setCPUThrottlingRate", { rate: throttling });
  await page.goto(shop.url(tracker, site));
  return {
    page,
    mainThread: () => mainThreadOf(session),
    async heap() {
      await session.send("HeapProfiler.collectGarbage");
      const { usedSize, backingStorageSize = 0 } = (await session.send("Runtime.getHeapUsage")) as {
        usedSize: number;
        backingStorageSize?: number;
      };
      return usedSize + backingStorageSize;
    },
    navigatedAt: () => page.evaluate(() => performance.timeOrigin),
    async started() {
      await page.waitForFunction((global) => window[global], tracker.global, { polling: POLL_MS });
      await page.evaluate((global) => window[global]?.ready.then(() => {}), tracker.global);
    },
    async delivered(events, patienceMs = PATIENCE_MS) {
      const come = () => tracker.gate?.asked.reduce((sum, asked) => sum + tracker.eventsIn(asked), 0) ?? events;
      const deadline = Date.now() + patienceMs;
      while (come() < events && Date.now() < deadline) await later(POLL_MS);
      return come();
    },
    async leave() {
      const closed = page.waitForEvent("close");
      await page.close({ runBeforeUnload: true });
      await closed;
    },
    end: () => context.close(),
  };
}

async function mainThreadOf(session: CDPSession) {
  const { metrics } = await session.send("Performance.getMetrics");
  const ms = (name: string) => (metrics.find((it) => it.name === name)?.value ?? 0) * 1000;
  return { task: ms("TaskDuration"), script: ms("ScriptDuration") };
}
