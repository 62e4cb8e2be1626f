/**
 * The fault table: what becomes of 100 events, or 30 clicks, when something goes wrong between the
 * `track()` and the store. Each fault is real: processes are killed, sockets refuse. Every row: all
 * events stored, none twice, hardly any sent twice, by one visitor, within a minute after the fault.
 */
import { describe, test as nodeTest } from "node:test";
import { ENGINE } from "../support/browser.ts";
import type { Tab } from "../support/engine.ts";
import { answer, isBatch } from "../support/gate.ts";
import { callsOfStub, clicks, clicksOnStub, type Fixture, tracks } from "./fixture.ts";
import { expectExactlyOnce } from "./report.ts";
import { openScene, type Scene, trackerReady } from "./scene.ts";

/** Rows that run at once: they mostly wait. */
const CONCURRENT_ROWS = 3;

/** Longest time of one row, in milliseconds: its fault, a minute to recover, and a slow machine. */
const ROW_TIMEOUT_MS = 150_000;

const isAll = process.env.SILLAGE_TESTS === "all";

/** What must pass while others wait: so long is a fault of the network or the collector. */
const passed = (ms: number) => new Promise<void>((passed) => setTimeout(passed, ms));

describe("exactly once", { concurrency: CONCURRENT_ROWS }, () => {
  /** A row for each fixture; those of clicks that differ little from others are long tests. */
  function row(
    name: string,
    fixtures: Fixture[],
    body: (scene: Scene, fixture: Fixture, name: string) => Promise<void>,
  ) {
    for (const fixture of fixtures) {
      const title = `${name}, ${fixture.name}`;
      nodeTest(title, { timeout: ROW_TIMEOUT_MS }, async () => {
        const scene = await openScene();
        try {
          await body(scene, fixture, title);
        } finally {
          await scene.close();
        }
      });
    }
  }
  const both = [tracks, clicks];
  const alsoClicks = isAll ? both : [tracks];

  // The longest first, so that the shorter ones run beside them.

  row("connections are refused for 20 s", alsoClicks, async (scene, fixture, name) => {
    const tab = await scene.visit(await scene.launch(), 1);
    await scene.collector.gate.refuse();
    await fixture.perform(tab);
    await passed(20_000);
    await scene.collector.gate.admit();
    await expectExactlyOnce(scene, name, { tab, fixture, visits: [1] });
  });

  row("503 for 10 s, then 200", alsoClicks, async (scene, fixture, name) => {
    let isDown = true;
    scene.answerBy(async (asked, forward) =>
      isDown && isBatch(asked) ? answer(503, { code: "busy", message: "later" }) : forward(),
    );
    const tab = await scene.visit(await scene.launch(), 1);
    await fixture.perform(tab);
    await passed(10_000);
    isDown = false;
    await expectExactlyOnce(scene, name, { tab, fixture, visits: [1] });
  });

  row("collector killed, browser killed 8 s later, both come back", alsoClicks, async (scene, fixture, name) => {
    const browser = await scene.launch();
    const before = await scene.visit(browser, 1);
    await scene.collector.stop("SIGKILL");
    await fixture.perform(before);
    await passed(8_000);
    await browser.kill();
    await scene.collector.start();
    const tab = await scene.visit(await scene.launch(), 2);
    await expectExactlyOnce(scene, name, { tab, fixture, visits: [1, 2] });
  });

  row("browser killed 300 ms after the last one, then back", both, async (scene, fixture, name) => {
    const browser = await scene.launch();
    await fixture.perform(await scene.visit(browser, 1));
    await passed(300);
    await browser.kill();
    const tab = await scene.visit(await scene.launch(), 2);
    await expectExactlyOnce(scene, name, { tab, fixture, visits: [1, 2] });
  });

  row(
    "nobody to be reached, browser killed 300 ms after the last one, both back",
    both,
    async (scene, fixture, name) => {
      const browser = await scene.launch();
      const before = await scene.visit(browser, 1);
      await scene.collector.gate.refuse();
      await fixture.perform(before);
      await passed(300);
      await browser.kill();
      await scene.collector.gate.admit();
      const tab = await scene.visit(await scene.launch(), 2);
      await expectExactlyOnce(scene, name, { tab, fixture, visits: [1, 2] });
    },
  );

  // What is promised, to the millisecond: among the long tests, since a busy machine may hold a page up for longer.
  row(
    "5 ms apart, nobody to be reached, browser killed 50 ms after the last one, both back",
    isAll ? [tracks] : [],
    async (scene, fixture, name) => {
      const browser = await scene.launch();
      const before = await scene.visit(browser, 1);
      await scene.collector.gate.refuse();
      await fixture.perform(before, 0, fixture.count, 5);
      await passed(50);
      await browser.kill();
      await scene.collector.gate.admit();
      const tab = await scene.visit(await scene.launch(), 2);
      await expectExactlyOnce(scene, name, { tab, fixture, visits: [1, 2] });
    },
  );

  row("the page leaves in the task of the last one, then back", both, async (scene, fixture, name) => {
    const browser = await scene.launch();
    await fixture.performAndLeave(await scene.visit(browser, 1), scene.outside);
    const tab = await scene.visit(browser, 2);
    await expectExactlyOnce(scene, name, { tab, fixture, visits: [1, 2], isFaulty: false });
  });

  row("offline, page closed offline, opened again online", both, async (scene, fixture, name) => {
    const browser = await scene.launch();
    const before = await scene.visit(browser, 1);
    await scene.collector.gate.refuse();
    await before.setOffline(true);
    await fixture.perform(before);
    await before.close();
    await before.setOffline(false);
    await scene.collector.gate.admit();
    const tab = await scene.visit(browser, 2);
    await expectExactlyOnce(scene, name, { tab, fixture, visits: [1, 2] });
  });

  row("stored, but each batch's first answer is cut off", both, async (scene, fixture, name) => {
    scene.collector.gate.keepsConnections = false;
    const cut = new Set<string>();
    scene.answerBy(async (asked, forward) => {
      const answered = await forward();
      const { id } = isBatch(asked) ? (JSON.parse(asked.body) as { id: string }) : { id: "" };
      if (!isBatch(asked) || cut.has(id)) return answered;
      cut.add(id);
      return undefined;
    });
    const tab = await scene.visit(await scene.launch(), 1);
    await fixture.perform(tab);
    await expectExactlyOnce(scene, name, { tab, fixture, visits: [1] });
  });

  row("stored, but every other answer is cut off", alsoClicks, async (scene, fixture, name) => {
    scene.collector.gate.keepsConnections = false;
    let batches = 0;
    scene.answerBy(async (asked, forward) => {
      const answered = await forward();
      return isBatch(asked) && batches++ % 2 === 0 ? undefined : answered;
    });
    const tab = await scene.visit(await scene.launch(), 1);
    await fixture.perform(tab, 0, fixture.count, 20);
    await expectExactlyOnce(scene, name, { tab, fixture, visits: [1] });
  });

  row("three tabs at once, 30 % of the answers 503", alsoClicks, async (scene, fixture, name) => {
    const random = seeded(503);
    scene.answerBy(async (asked, forward) =>
      isBatch(asked) && random() < 0.3 ? answer(503, { code: "busy", message: "later" }) : forward(),
    );
    const browser = await scene.launch();
    const tabs: Tab[] = [];
    // Firefox shows one tab of a window: a page that nobody has seen yet is not visited, and in the hidden ones timers run
    // once a second, which would make a request of each event.
    const isOneShown = ENGINE === "firefox";
    if (isOneShown) for (const visit of [1, 2, 3]) tabs.push(await scene.visit(browser, visit));
    else tabs.push(...(await Promise.all([1, 2, 3].map((visit) => scene.visit(browser, visit)))));
    const third = fixture.count / 3;
    await Promise.all(
      tabs.map((tab, n) =>
        fixture.perform(tab, Math.floor(n * third), Math.floor((n + 1) * third), isOneShown ? undefined : 60),
      ),
    );
    await expectExactlyOnce(scene, name, { tab: tabs[0] as Tab, fixture, visits: [1, 2, 3] });
  });

  const early = [callsOfStub, clicksOnStub];

  /** Keeps the tracker's script back until the given function is called. */
  function holdScriptBack(scene: Scene): () => void {
    let letThrough = () => {};
    const held = new Promise<void>((done) => {
      letThrough = done;
    });
    scene.answerBy(async (asked, forward) => {
      if (asked.path === "/sillage.js") await held;
      return forward();
    });
    return letThrough;
  }

  row("before the script has loaded, page left, then back", early, async (scene, fixture, name) => {
    const letThrough = holdScriptBack(scene);
    const browser = await scene.launch();
    const before = await scene.visitEarly(browser, 1);
    await fixture.perform(before);
    await before.goTo(scene.outside);
    letThrough();
    const tab = await scene.visit(browser, 2);
    await expectExactlyOnce(scene, name, { tab, fixture, visits: [1, 2], isFaulty: false });
  });

  row("before the script has loaded, then it comes", early, async (scene, fixture, name) => {
    const letThrough = holdScriptBack(scene);
    const tab = await scene.visitEarly(await scene.launch(), 1);
    await fixture.perform(tab);
    letThrough();
    await trackerReady(tab);
    await expectExactlyOnce(scene, name, { tab, fixture, visits: [1], isFaulty: false });
  });

  row("nothing fails, in one task, the tab stays", alsoClicks, async (scene, fixture, name) => {
    const tab = await scene.visit(await scene.launch(), 1);
    await fixture.perform(tab);
    await expectExactlyOnce(scene, name, { tab, fixture, visits: [1], isFaulty: false });
  });

  row("nothing fails, 20 ms apart, tab closed, then back", both, async (scene, fixture, name) => {
    const browser = await scene.launch();
    const before = await scene.visit(browser, 1);
    await fixture.perform(before, 0, fixture.count, 20);
    await before.close();
    const tab = await scene.visit(browser, 2);
    await expectExactlyOnce(scene, name, { tab, fixture, visits: [1, 2], isFaulty: false });
  });
});

/** Numbers from 0 to below 1, always the same after the same seed (mulberry32, Tommy Ettinger, public domain). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
