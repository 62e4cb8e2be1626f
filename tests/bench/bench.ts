/**
 * `npm run bench`: Sillage, Snowplow and Amplitude in one run, on the same page in the same browser.
 * Trackers take turns in every measurement, each visit is a first one, and times of the main thread
 * are CPU times, so that a busy machine weighs on all alike; medians are shown.
 *
 *   npm run bench                    prints the tables; ends with 1 where a goal is missed, and not for want of speed alone
 *   npm run bench -- --write         writes them to BENCHMARKS.md too
 *   npm run bench -- --repeat 5      repetitions of each measurement (default 9)
 *   npm run bench -- --only bytes    one part, or several: size,start,calls,delivery,bytes
 */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../e2e/support/browser.ts";
import { root } from "../e2e/support/collector.ts";
import { measureTraffic } from "./bytes.ts";
import { type CallPattern, measureCalls } from "./calls.ts";
import { measureDelivery } from "./delivery.ts";
import { entropyOf } from "./entropy.ts";
import { median } from "./numbers.ts";
import { measureStart, type Start } from "./start.ts";
import { align, type Miss, missed, type Row, table } from "./tables.ts";
import { openTrackers, type Trackers } from "./trackers.ts";
import { openShop, type Shop } from "./visit.ts";
import { yardstick } from "./yardstick.ts";

/** Starts for each repetition: they are short, and differ from each other by more than what is measured. */
const STARTS_EACH = 3;

/** What every part of the bench stands on. */
interface Stage {
  browser: Browser;
  shop: Shop;
  trackers: Trackers;
  repetitions: number;
}

interface Part {
  name: string;
  title: string;
  /** How it was measured. */
  note: string;
  measure(stage: Stage): Promise<{ rows: Row[]; more?: string }>;
}

/** Values of a column for all trackers. */
const column = <T>(results: Map<string, T>, of: (result: T) => number) =>
  Object.fromEntries([...results].map(([name, result]) => [name, of(result)]));

const PARTS: Part[] = [
  {
    name: "size",
    title: "Download",
    note: "Bytes, brotli at quality 11: pageviews, clicks and custom events, batches where the tracker has them, retry.",
    async measure({ trackers }) {
      const all = new Map(trackers.all.map((it) => [it.name, it.download]));
      return {
        rows: [
          { what: "all of it", values: column(all, (it) => it.total), goal: 14 * 1024 },
          { what: "before anything else can load", values: column(all, (it) => it.loader), goal: 2 * 1024 },
        ],
      };
    },
  },
  {
    name: "start",
    title: "Start",
    note: `From the navigation until the pageview is delivered. CPU time of the page's main thread, less that of the same
page without a tracker. The script comes from another origin than the page, uncached. The wasm is compiled on
threads of its own. Time to the first event is wall time, on loopback.`,
    async measure({ browser, shop, trackers, repetitions }) {
      const rows: Row[] = [];
      const leasts: [throttling: number, least: Start][] = [];
      for (const [throttling, goal, snowplowThen] of [
        [1, 5, 29],
        [4, 25, 124],
      ] as const) {
        const measured = [...trackers.all, trackers.least];
        const results = await measureStart(browser, shop, measured, {
          repetitions: repetitions * STARTS_EACH,
          throttling,
        });
        const least = results.get("least");
        if (least) leasts.push([throttling, least]);
        rows.push(
          {
            what: `main thread, ms (${throttling}x)`,
            values: column(results, (it) => it.task),
            digits: 1,
            goal,
            snowplowThen,
          },
          { what: `of it JavaScript, ms (${throttling}x)`, values: column(results, (it) => it.script), digits: 1 },
          { what: `long tasks (${throttling}x)`, values: column(results, (it) => it.longTasks), goal: 0 },
          {
            what: `first event after, ms (${throttling}x)`,
            values: column(results, (it) => it.firstEventMs),
            ...(throttling === 1 ? { goal: 200 } : {}),
          },
        );
      }
      const of = (say: (least: Start) => string) =>
        leasts.map(([throttling, least]) => `${say(least)} (${throttling}x)`).join(", ");
      const between = ({ spread: [from, to] }: Start) => `${from.toFixed(1)} to ${to.toFixed(1)}`;
      const more = `What these machines ask of any tracker: a script that sends one request and does nothing else takes
${of(({ task }) => `${task.toFixed(1)} ms`)} of the main thread, half of its visits ${of(between)},
and has it sent after ${of(({ firstEventMs }) => `${firstEventMs.toFixed(0)} ms`)}.`;
      return { rows, more };
    },
  },
  {
    name: "calls",
    title: "Cost of a call",
    note: `\`track()\` with five properties, as the caller sees it: 200 calls in one task, and 200 calls each in a task of its
own, 20 ms apart; the first calls of each page are among them. The page is isolated from other origins, which
gives its clock 5 µs. The median is over means of ten neighbouring calls, the 99th percentile over single calls;
both are taken for each page, and of those the median. They are wall time: a busy machine shows in them first.`,
    async measure({ browser, shop, trackers, repetitions }) {
      const rows: Row[] = [];
      for (const pattern of ["burst", "isolated"] satisfies CallPattern[]) {
        const real = trackers.all.filter(({ gate }) => gate);
        const results = await measureCalls(browser, shop, real, { repetitions, pattern });
        rows.push(
          {
            what: `${pattern}: median, µs`,
            values: column(results, (it) => it.median),
            digits: 1,
            goal: 10,
            snowplowThen: 30,
          },
          {
            what: `${pattern}: 99th percentile, µs`,
            values: column(results, (it) => it.p99),
            goal: 200,
            snowplowThen: 655,
          },
        );
      }
      return { rows };
    },
  },
  {
    name: "delivery",
    title: "1,000 events until they are delivered",
    note: `One event every 5 ms, each in a task of its own. CPU time of the main thread from the first call until the last
answer, less that of the same loop without a tracker; heap after a collection, less what it was before.`,
    async measure({ browser, shop, trackers, repetitions }) {
      const results = await measureDelivery(browser, shop, trackers.all, { repetitions });
      return {
        rows: [
          { what: "main thread, ms", values: column(results, (it) => it.task), goal: 80, snowplowThen: 284 },
          { what: "of it JavaScript, ms", values: column(results, (it) => it.script) },
          { what: "heap, KB", values: column(results, (it) => it.heap / 1024) },
          { what: "events delivered, of 1,001", values: column(results, (it) => it.delivered) },
        ],
      };
    },
  },
  {
    name: "bytes",
    title: "Bytes and requests",
    note: `The visit of \`tests/bench/fixture.ts\`: one pageview and 200 events with five properties, 20 ms apart, then the page
closes. Counted where the requests arrive. Amplitude compresses here as it does on the way to its own servers.`,
    async measure({ browser, shop, trackers, repetitions }) {
      const visits = new Map<string, Awaited<ReturnType<typeof measureTraffic>>[]>();
      for (let n = 0; n < Math.ceil(repetitions / 3); n++) {
        for (const tracker of trackers.all.filter(({ gate }) => gate)) {
          const traffic = await measureTraffic(browser, shop, tracker, `visit-${n}`);
          visits.set(tracker.name, [...(visits.get(tracker.name) ?? []), traffic]);
        }
      }
      const of = (read: (it: Awaited<ReturnType<typeof measureTraffic>>) => number) =>
        column(visits, (list) => median(list.map(read)));
      const own = visits.get("sillage")?.[0];
      return {
        rows: [
          { what: "body bytes for each event", values: of((it) => it.bytesPerEvent), goal: 45 },
          { what: "requests", values: of((it) => it.requests), goal: 4 },
          { what: "preflights", values: of((it) => it.preflights), goal: 0 },
          { what: "events delivered, of 201", values: of((it) => it.delivered) },
        ],
        more: own && entropyTable(own.carried),
      };
    },
  },
];

function entropyTable(carried: Parameters<typeof entropyOf>[0]): string {
  const { allCompressed, shares } = entropyOf(carried);
  const lines = [
    ["Sillage's bodies", "bytes for each event"],
    ["---", "---:"],
    ["all, if every body were compressed", allCompressed.toFixed(1)],
    ...shares.map(({ what, bytesPerEvent }) => [`saved if blank: ${what}`, bytesPerEvent.toFixed(1)]),
  ];
  return align(lines);
}

/** Load for each core up to which a machine counts as quiet. */
const QUIET_LOAD = 0.5;

const args = process.argv.slice(2);
const argument = (flag: string) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
const repetitions = Number(argument("--repeat") ?? 9);
const only = argument("--only")?.split(",");
const parts = PARTS.filter(({ name }) => !only || only.includes(name));

const [trackers, shop, browser] = await Promise.all([openTrackers(), openShop(), launchBrowser()]);
/** How busy the machine was when the run began: processes that wanted to run, for each core. */
const load = (loadavg()[0] ?? 0) / availableParallelism();
const sections: string[] = [];
const misses: Miss[] = [];
try {
  const conditions = [
    `Conditions: the yardstick, a fixed piece of JavaScript (\`tests/bench/yardstick.ts\`), took ${(await yardstick(browser)).toFixed(0)} ms`,
    `of CPU time; ${load.toFixed(1)} processes for each core wanted to run when the run began.`,
    ...(load > QUIET_LOAD ? ["**The machine was busy: absolute times and what they miss say little.**"] : []),
  ].join("\n");
  process.stdout.write(`${conditions}\n`);
  sections.push(conditions);
  for (const part of parts) {
    process.stderr.write(`measuring: ${part.name}\n`);
    const { rows, more } = await part.measure({ browser, shop, trackers, repetitions });
    const section = [`## ${part.title}`, part.note, table(rows), ...(more ? [more] : [])].join("\n\n");
    process.stdout.write(`\n${section}\n`);
    sections.push(section);
    misses.push(...missed(rows).map((it) => ({ ...it, text: `${part.name}: ${it.text}` })));
  }
  const missing =
    misses.length > 0 ? `Missed:\n\n${misses.map(({ text }) => `- ${text}`).join("\n")}` : "All goals hold.";
  process.stdout.write(`\n${missing}\n`);
  if (args.includes("--write")) {
    const file = join(root, "BENCHMARKS.md");
    // The collector's part, which tests/bench/collector.mjs writes, stays.
    const [, collector] = readFileSync(file, "utf8").split("\n# Benchmarks of the collector\n");
    const rest = collector === undefined ? [] : [`# Benchmarks of the collector\n${collector.trimEnd()}`];
    writeFileSync(file, `${[introduction(browser.version()), ...sections, missing, ...rest].join("\n\n")}\n`);
  }
} finally {
  await browser.close();
  shop.close();
  await trackers.close();
}
process.exitCode = misses.every(({ isMachine }) => isMachine) ? 0 : 1;

function introduction(version: string): string {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const date = new Date().toISOString().slice(0, 10);
  const [cpu] = cpus();
  return `# Benchmarks

\`npm run bench -- --write\`, ${date}: Chromium ${version} without a window, ${availableParallelism()} cores (${cpu?.model.trim()}),
${repetitions} repetitions, medians. Snowplow ${devDependencies["@snowplow/browser-tracker"]} with its link and button click plugins, Amplitude
${devDependencies["@amplitude/analytics-browser"]} with pageviews and clicks, both with their own defaults otherwise (\`tests/bench/peers/\`) and
against a local server that accepts everything at once; Sillage against its own collector.

Read the ratios first: the absolute times are of one machine. Goals for times were set on another one; "goal here" is such
a goal times what Snowplow took here, by what it took there (start 29 ms, throttled 124; a call 30 µs, 99th percentile 655;
1,000 events 284 ms). Trackers take turns, every visit is a first one.`;
}
