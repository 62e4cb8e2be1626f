/** What came of a row: counted, said in one line, written to a file where one is asked for, and judged. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Tab } from "../support/engine.ts";
import { type Fixture, tracks } from "./fixture.ts";
import { leftInOutbox, type Scene, SITE } from "./scene.ts";

/** How long a fault may be felt after it has ended, in milliseconds. */
export const RECOVERY_MS = 60_000;

/** How many of the events may be delivered again after they were stored. */
const MAX_DELIVERED_AGAIN = 0.02;

/** Most requests for 100 events where nothing fails. */
const MAX_REQUESTS = 6;

export interface Row {
  readonly engine: string;
  readonly row: string;
  /** Events that were made. */
  readonly expected: number;
  /** Of these, how many are stored. */
  readonly unique: number;
  /** Rows of the store beyond the first of an event. */
  readonly duplicateRows: number;
  readonly deliveredAgain: number;
  readonly requests: number;
  /** From the end of the fault until the last event was stored, in milliseconds. */
  readonly recoveredAfterMs: number;
}

export interface Expectation {
  /** The tab that is open when the fault has ended. */
  tab: Tab;
  fixture: Fixture;
  /** Numbers of the visits: each is a page view. */
  visits: number[];
  /** Whether anything went wrong: then there may be more requests. */
  isFaulty?: boolean;
}

/** Waits until everything has arrived, for a minute at most, and asserts what every row promises. */
export async function expectExactlyOnce(
  scene: Scene,
  name: string,
  { tab, fixture, visits, isFaulty = true }: Expectation,
) {
  const { collector, tally } = scene;
  const startedAt = Date.now();
  const numbers = () => collector.rows(SITE).flatMap((row) => fixture.numberOf(row) ?? []);
  const isAllThere = await collector.until(() => new Set(numbers()).size >= fixture.count, RECOVERY_MS);
  const recoveredAfterMs = Date.now() - startedAt;
  const left = await leftInOutbox(tab, isAllThere ? RECOVERY_MS - recoveredAfterMs : 0);
  await collector.caughtUp();

  const came = numbers();
  const row: Row = {
    engine: process.env.SILLAGE_ENGINE ?? "chromium",
    row: name,
    expected: fixture.count,
    unique: new Set(came).size,
    duplicateRows: came.length - new Set(came).size,
    deliveredAgain: tally.deliveredAgain,
    requests: tally.requests,
    recoveredAfterMs,
  };
  publish(row);

  const counts = Array.from({ length: fixture.count }, (_, n) => came.filter((it) => it === n).length);
  const numbered = (isIt: (count: number) => boolean) =>
    counts.flatMap((count, n) => (isIt(count) ? [n] : [])).join(" ");
  assert.equal(
    numbered((count) => count === 0),
    "",
    "events that never arrived",
  );
  assert.equal(
    numbered((count) => count > 1),
    "",
    "events with more than one row",
  );
  assert.deepEqual(pageViews(scene), visits.map(scene.pageOf).sort(), "page views");
  const visitors = new Set(collector.rows(SITE).map(({ event }) => event.customerId));
  assert.equal(visitors.size, 1, "one visitor came, and came back");
  assert.deepEqual(left, [], "what is still to be sent a minute later");
  const most = Math.floor(fixture.count * MAX_DELIVERED_AGAIN);
  assert.ok(row.deliveredAgain <= most, `${row.deliveredAgain} events delivered again after they were stored`);
  // The visitor's clicks take their time, and nothing waits for long.
  if (!isFaulty && fixture === tracks)
    assert.ok(row.requests <= MAX_REQUESTS, `${row.requests} requests where nothing fails`);
}

const pageViews = ({ collector }: Scene) =>
  collector
    .rows(SITE)
    .flatMap(({ event }) => {
      const { eventName, page } = (event.webEvent ?? {}) as { eventName?: string; page?: { url: string } };
      return eventName === "page_viewed" ? [page?.url] : [];
    })
    .sort();

/** Says the row, and keeps it in the file that `SILLAGE_FAULT_REPORT` names, which other engines fill too. */
function publish(row: Row) {
  const { engine, expected, unique, duplicateRows, deliveredAgain, requests, recoveredAfterMs } = row;
  console.log(
    `${engine}, ${row.row}: ${unique} of ${expected} unique, ${duplicateRows} duplicate rows, ` +
      `${deliveredAgain} delivered again, ${requests} requests (${(recoveredAfterMs / 1000).toFixed(1)} s)`,
  );
  const path = process.env.SILLAGE_FAULT_REPORT;
  if (!path) return;
  const rows: Row[] = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : [];
  const others = rows.filter((other) => other.engine !== engine || other.row !== row.row);
  writeFileSync(path, `${JSON.stringify([...others, row], undefined, 2)}\n`);
}
