/**
 * What all captures together cost a large page on a slow machine, beside the same page without a tracker in the same run:
 * 5,000 elements, scripted scrolling and 200 clicks at a fourth of this machine's speed.
 *
 * Times are those of the main thread's own clock (`tdur`), so that what else the machine does weighs little. A task over
 * 50 ms (https://w3c.github.io/longtasks/) is the tracker's doing where at least half of it was spent in the tracker's scripts,
 * or in what they called: the page itself has frames of 50 ms, to which a millisecond more makes no difference.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { CDPSession } from "playwright-core";
import { settled, trackerReady } from "../support/browser.ts";
import { setStage, test } from "../support/stage.ts";

const ELEMENTS = 5_000;
const CLICKS = 200;
const FRAMES = 200;
const LONG_TASK_MS = 50;
const THROTTLING = 4;

/** Every capture, with events of the site's own for each tenth element. */
const CAPTURE = JSON.stringify({
  ...{ leave: true, scroll: true, engagement: true, forms: true, search: true, links: true, downloads: true },
  ...{ contacts: true, rage: true, dead: true, errors: true, media: true, idle: 5, vitals: true },
  triggers: [
    { on: "view", selector: "[data-row='7']", event: "row_seen", seconds: 0 },
    { on: "click", selector: "li button", event: "row_clicked" },
    { on: "scroll", percentage: 80, event: "end_reached" },
  ],
});

const OURS = /\/(sillage\.js|(tracker|captures|vitals|fallback)-)/;

/** What a sampled function says of itself; its callers are its parents. */
interface CalledFunction {
  id: number;
  parent?: number;
  callFrame: { url?: string };
}

/** An event of a trace (https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU); times are in microseconds. */
interface Traced {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
  args: {
    name?: string;
    data?: {
      startTime?: number;
      cpuProfile?: { nodes?: CalledFunction[]; samples?: number[] };
      timeDeltas?: number[];
    };
  };
}

async function traceOf(session: CDPSession, task: () => Promise<void>): Promise<Traced[]> {
  const traced: Traced[] = [];
  session.on("Tracing.dataCollected", ({ value }) => void traced.push(...(value as unknown as Traced[])));
  await session.send("Tracing.start", {
    traceConfig: { includedCategories: ["devtools.timeline", "toplevel", "disabled-by-default-v8.cpu_profiler"] },
    transferMode: "ReportEvents",
  });
  await task();
  const complete = new Promise((done) => session.once("Tracing.tracingComplete", done));
  await session.send("Tracing.end");
  await complete;
  return traced;
}

/** When the profiler found one of the tracker's functions at work, or one that it had called, and for how long, in microseconds. */
function ownTimes(traced: Traced[], pid: number): { at: number; for: number }[] {
  const own = new Map<number, boolean>();
  const times: { at: number; for: number }[] = [];
  let at = 0;
  for (const { name, pid: its, args } of traced) {
    if (its !== pid || !name.startsWith("Profile")) continue;
    if (name === "Profile") at = args.data?.startTime ?? 0;
    for (const { id, parent, callFrame } of args.data?.cpuProfile?.nodes ?? [])
      own.set(id, OURS.test(callFrame.url ?? "") || Boolean(parent !== undefined && own.get(parent)));
    for (const [n, id] of (args.data?.cpuProfile?.samples ?? []).entries()) {
      const passed = args.data?.timeDeltas?.[n] ?? 0;
      // A sample stands for the time that had passed since the one before.
      if (own.get(id) && passed > 0) times.push({ at, for: passed });
      at += passed;
    }
  }
  return times;
}

/** The long tasks of the page's main thread, how much of each was spent in the tracker's scripts, and all of that, in milliseconds. */
function read(traced: Traced[]): { tasks: LongTask[]; oursMs: number } {
  const task = (it: Traced) => it.name === "ThreadControllerImpl::RunTask" && it.ph === "X";
  const main = traced.find(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const times = ownTimes(traced, main?.pid ?? 0);
  const sum = (times: { for: number }[]) => times.reduce((sum, it) => sum + it.for, 0) / 1_000;
  const tasks = traced
    .filter((it) => task(it) && it.pid === main?.pid && it.tid === main.tid)
    .filter((it) => (it.tdur ?? it.dur ?? 0) > LONG_TASK_MS * 1_000)
    .map((it) => {
      const [ms, lasted] = [(it.tdur ?? it.dur ?? 0) / 1_000, (it.dur ?? 0) / 1_000];
      // Samples are of the wall's clock: as much of them as the thread had.
      const share = sum(times.filter(({ at }) => at >= it.ts && at < it.ts + (it.dur ?? 0))) / lasted;
      return { ms, oursMs: share * ms };
    });
  return { tasks, oursMs: sum(times) };
}

interface LongTask {
  ms: number;
  oursMs: number;
}

const isAll = process.env.SILLAGE_TESTS === "all";

describe("cost of the captures", { skip: !isAll && "takes half a minute (npm run test:all)" }, () => {
  const stage = setStage();

  test("a page of 5,000 elements with every capture on has no long task because of the tracker", async (t) => {
    const rows = Array.from(
      { length: ELEMENTS / 5 },
      (_, n) =>
        `<li data-row="${n % 10}"${n % 10 ? "" : ' data-sillage-view="tenth_seen" data-sillage-seconds="0"'}><a href="#${n}">Row ${n}</a><span>Text</span><input name="n${n}"><button>Add</button></li>`,
    );
    const body = `<form onsubmit="return false"><ul>${rows.join("")}</ul></form>`;
    const visit = async (isTracked: boolean) => {
      const site = stage.newSite();
      const tag = isTracked ? stage.tag(site, `data-capture='${CAPTURE}'`) : "";
      const url = stage.origin.serve(`/large-${isTracked}`, `<!doctype html><title>Large</title>${tag}${body}`);
      const visitor = await stage.newVisitor();
      const page = await visitor.openBare("about:blank");
      const session = await visitor.context.newCDPSession(page);
      await session.send("Performance.enable", { timeDomain: "threadTicks" });
      await session.send("Emulation.setCPUThrottlingRate", { rate: THROTTLING });
      const traced = await traceOf(session, async () => {
        await page.goto(url);
        if (isTracked) await trackerReady(page);
        await page.waitForLoadState("networkidle");
        await page.evaluate(
          async ({ clicks, frames }) => {
            const framed = () => new Promise((done) => requestAnimationFrame(done));
            const step = (document.documentElement.scrollHeight - innerHeight) / frames;
            for (let n = 0; n < frames; n++) {
              scrollBy(0, step);
              await framed();
            }
            const buttons = document.querySelectorAll("button");
            for (let n = 0; n < clicks; n++) {
              buttons[(n * 5) % buttons.length]?.click();
              await framed();
            }
          },
          { clicks: CLICKS, frames: FRAMES },
        );
        if (isTracked) await settled(page);
      });
      const { metrics } = await session.send("Performance.getMetrics");
      const script = metrics.find(({ name }) => name === "ScriptDuration")?.value ?? Number.NaN;
      assert.deepEqual(visitor.exceptions, []);
      await page.close();
      const counted = stage.collector.rows(site).filter(({ event }) => event.webActionEvent).length;
      return { ...read(traced), scriptMs: script * 1_000, clicks: counted };
    };
    const bare = await visit(false);
    const tracked = await visit(true);
    assert.equal(tracked.clicks, CLICKS, "every click was recorded");
    const shown = (tasks: LongTask[]) =>
      tasks.map(({ ms, oursMs }) => `${ms.toFixed(0)} ms (tracker ${oursMs.toFixed(1)} ms)`).join(", ") || "none";
    t.diagnostic(
      `script time: ${bare.scriptMs.toFixed(0)} ms without, ${tracked.scriptMs.toFixed(0)} ms with the tracker`,
    );
    t.diagnostic(`in the tracker's scripts, sampled: ${tracked.oursMs.toFixed(0)} ms`);
    t.diagnostic(`long tasks: ${shown(bare.tasks)} without; ${shown(tracked.tasks)} with the tracker`);
    assert.equal(bare.oursMs, 0);
    assert.ok(tracked.oursMs > 0, "the profile knows the tracker");
    const caused = tracked.tasks.filter(({ ms, oursMs }) => oursMs >= ms / 2);
    assert.deepEqual(caused, [], "long tasks because of the tracker");
  });
});
