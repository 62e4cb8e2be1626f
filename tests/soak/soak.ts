/**
 * Half an hour in five tabs, with faults all the time: `npm run soak`, or `npm run soak -- 5` for five
 * minutes. At the end every event that was tracked is stored once, and neither the memory of the tab that
 * was open all the time nor its outbox has grown.
 *
 * Browsers are not killed here: what such a crash may lose within 50 ms could not be told from a mistake.
 */
import assert from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import { newTally } from "../e2e/faults/tally.ts";
import { launchBrowser, newVisitor } from "../e2e/support/browser.ts";
import { startCollector } from "../e2e/support/collector.ts";
import { answer, asTheCollector, type Handler } from "../e2e/support/gate.ts";
import { openOrigin } from "../e2e/support/origin.ts";

const SITE = "soak";
const TABS = 5;
const minutes = Number(process.argv[2] ?? 30);

/** How much the heap of the tab that stays may grow between a tenth of the time and the end, in bytes. */
const MAX_GROWTH_BYTES = 512 * 1024;

/** How long everything may take to arrive when the faults have ended, in milliseconds. */
const RECOVERY_MS = 120_000;

const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
let state = seed;
/** A number from 0 up to 1, the same for the same seed (https://en.wikipedia.org/wiki/Linear_congruential_generator). */
const random = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};
const oneOf = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
const later = (ms: number) => new Promise((done) => setTimeout(done, ms));

const collector = await startCollector();
const origin = await openOrigin();
const browser = await launchBrowser();
const { context, exceptions } = await newVisitor(browser);
const tally = newTally();
const tag = `<script async src="${collector.gate.origin}/sillage.js" data-site="${SITE}"></script>`;
const url = origin.serve("/soak", `<!doctype html><title>Soak</title>${tag}`);
const answerBy = (handler: Handler) => {
  collector.gate.handler = tally.counted(handler);
};
answerBy(asTheCollector);
// On a connection that is used again, a browser repeats a request that was cut off by itself.
collector.gate.keepsConnections = false;

/** Each lets something go wrong for a while, and puts it right again. */
const faults: Record<string, () => Promise<void>> = {
  "503": () => answered(async () => answer(503, {}, { "retry-after": "1" })),
  "other programs answer": () => answered(async () => answer(200, { welcome: true })),
  "answers are cut off": () => answered(async (_, forward) => void (await forward())),
  "30 % of the answers are 503": () =>
    answered((_, forward) => (random() < 0.3 ? Promise.resolve(answer(503, {})) : forward())),
  async "connections are refused"() {
    await collector.gate.refuse();
    await later(random() * 8_000);
    await collector.gate.admit();
  },
  async "collector killed"() {
    await collector.stop("SIGKILL");
    await later(random() * 4_000);
    await collector.start();
  },
  async offline() {
    await context.setOffline(true);
    await later(random() * 5_000);
    await context.setOffline(false);
  },
};

async function answered(handler: Handler) {
  answerBy(handler);
  await later(1_000 + random() * 6_000);
  answerBy(asTheCollector);
}

/** Opens the page, again where a fault has kept its script away. */
async function arrive(page: Page): Promise<void> {
  for (;;) {
    try {
      await page.goto(url, { waitUntil: "commit" });
      await page.waitForFunction(() => Boolean(window.sillage), undefined, { timeout: 3_000 });
      return;
    } catch {
      await later(500);
    }
  }
}

async function openTab(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await arrive(page);
  return page;
}

/** Bytes that the page's heap takes after a collection. */
async function heapOf(page: Page): Promise<number> {
  const session = await context.newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize = 0 } = (await session.send("Runtime.getHeapUsage")) as {
    usedSize: number;
    backingStorageSize?: number;
  };
  await session.detach();
  return usedSize + backingStorageSize;
}

const tabs: Page[] = [];
for (let n = 0; n < TABS; n++) tabs.push(await openTab(context));
const [stays] = tabs as [Page];
const start = Date.now();
const end = start + minutes * 60_000;
let tracked = 0;
let heapBefore = 0;
const counts: Record<string, number> = {};

const spoil = async () => {
  while (Date.now() < end) {
    await later(random() * 10_000);
    const name = oneOf(Object.keys(faults));
    counts[name] = (counts[name] ?? 0) + 1;
    await faults[name]?.();
  }
};

const visit = async () => {
  while (Date.now() < end) {
    await later(random() * 400);
    const place = Math.floor(random() * TABS);
    const many = 1 + Math.floor(random() * 5);
    const from = tracked;
    tracked += many;
    await (tabs[place] as Page).evaluate(
      ([from, to]) => {
        for (let n = from; n < to; n++) window.sillage?.track("soaked", { n, text: "as long as such texts are" });
      },
      [from, from + many] as const,
    );
    if (random() < 0.1 && place > 0) {
      // In the middle of everything: the tab leaves its page, or goes.
      if (random() < 0.5) await arrive(tabs[place] as Page);
      else {
        await tabs[place]?.close({ runBeforeUnload: true });
        tabs[place] = await openTab(context);
      }
    }
    if (heapBefore === 0 && Date.now() > start + minutes * 6_000) heapBefore = await heapOf(stays);
  }
};

const numbers = () =>
  collector
    .rows(SITE)
    .map(({ event }) => (event.webEvent as { attributes?: Record<string, { value: string }> }).attributes?.n?.value)
    .filter((n) => n !== undefined);

await Promise.all([spoil(), visit()]);
answerBy(asTheCollector);
const recovered = await collector.until(() => numbers().length >= tracked, RECOVERY_MS);
for (const page of tabs)
  await page.waitForFunction(() => window.sillage?.stats().pending === 0, undefined, { timeout: RECOVERY_MS });
await collector.caughtUp();
const stored = numbers();
const unique = new Set(stored);
const missing = Array.from({ length: tracked }, (_, n) => String(n)).filter((n) => !unique.has(n));
const growth = (await heapOf(stays)) - heapBefore;
console.log(
  JSON.stringify({
    minutes,
    seed,
    tracked,
    stored: stored.length,
    missing: missing.length,
    duplicateRows: stored.length - unique.size,
    deliveredAgain: tally.deliveredAgain,
    requests: tally.requests,
    heapGrowthBytes: growth,
    faults: counts,
  }),
);
await browser.close();
origin.close();
await collector.remove();
assert.ok(recovered, `missing: ${missing.slice(0, 20)}`);
assert.deepEqual(missing, []);
assert.equal(stored.length, unique.size, "rows that are there twice");
assert.ok(growth < MAX_GROWTH_BYTES, `the heap has grown by ${growth} bytes`);
assert.deepEqual(exceptions, []);
