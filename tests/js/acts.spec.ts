/** What is done with lines and batches at the module's word. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Id } from "../../js/ids.ts";
import { batchOf, eventLine, idAt, lineOf, words } from "./support/lines.ts";
import { nextLine } from "./support/page.ts";
import { turnOver } from "./support/turn.ts";

const NOW = 1_767_225_600_000;

/** What the module may have done, by number: `Act` in `crates/core/src/shell.rs`. */
enum Act {
  Forget,
  Drop,
  Choose,
  Ask,
  Repeat,
  PutBatch,
  ForgetInFlight,
  SplitInFlight,
  Identify,
  TakeOver,
}

const COUNTERS = words("cO", '{"outboxId":"O","tracked":1}');
const GONE = words("cG", '{"outboxId":"G","tracked":7}');
const FIRST = eventLine({ id: idAt(NOW, 1) });
const SECOND = eventLine({ id: idAt(NOW + 1, 2) });
const keyOf = (line: string) => line.split("\x1f")[0];

/** A page that has these events under way in the batch `D`. */
function sending(...events: string[]) {
  const opened = turnOver(lineOf(...events));
  const { page } = opened;
  page._next();
  page._act(Act.Choose);
  opened.setId(Id.Batch, "D");
  page._act(Act.PutBatch);
  page._copy(Id.Batch, Id.InFlight);
  page._send(Id.Batch, false, 0);
  return opened;
}

/** The batch that was sent: id, whether the page was leaving, ids of its events, and the rest. */
function sentBatch(calls: unknown[][]) {
  const [, id, body, isLeaving] = calls.find((it) => it[0] === "send") ?? [];
  const batch = JSON.parse(`{${body}`);
  return { ...batch, underId: id, isLeaving, ids: batch.events.map((it: { id: string }) => it.id) };
}

describe("what becomes of a line", () => {
  test("delivered it leaves the outbox", () => {
    const { page, calls } = turnOver(batchOf("D", COUNTERS, FIRST));
    nextLine(page);
    page._act(Act.Forget);
    assert.deepEqual(calls(), [["forget", "dD"]]);
  });

  test("dropped it leaves the outbox, and what a batch counted stays", () => {
    const { page, calls } = turnOver(lineOf(FIRST), batchOf("D", GONE, FIRST), batchOf("F", FIRST), batchOf("G"));
    nextLine(page);
    page._act(Act.Drop);
    assert.deepEqual(calls(), [["forget", keyOf(FIRST)]]);
    nextLine(page);
    page._act(Act.Drop);
    assert.deepEqual(calls(), [
      ["forget", "dD"],
      ["put", GONE],
    ]);
    for (const key of ["dF", "dG"]) {
      nextLine(page);
      page._act(Act.Drop);
      assert.deepEqual(calls(), [["forget", key]]);
    }
  });

  test("chosen it goes into a batch, behind this page's counters", () => {
    const third = eventLine({ id: idAt(NOW + 2, 3) });
    const { page, calls } = turnOver(COUNTERS, lineOf(FIRST), lineOf(SECOND, third));
    nextLine(page);
    for (const line of [FIRST, SECOND]) {
      nextLine(page);
      page._act(Act.Choose);
      const forgotten = [["forget", keyOf(line)]];
      assert.deepEqual(calls(), line === FIRST ? [["forget", "cO"], ...forgotten] : forgotten);
    }
    page._name(Id.Batch, 0, 0, 0, 1);
    page._act(Act.PutBatch);
    assert.deepEqual(calls(), [
      ["put", batchOf("00000000-0000-0000-0000-000000000001", COUNTERS, FIRST, SECOND, third)],
    ]);
  });

  test("chosen it takes along the counters of a page that has gone", () => {
    const { page, calls } = turnOver(GONE, COUNTERS, lineOf(FIRST));
    nextLine(page, 3);
    page._act(Act.Choose);
    assert.deepEqual(calls(), [
      ["forget", "cG"],
      ["forget", keyOf(FIRST)],
    ]);
    page._send(Id.Batch, false, 0);
    assert.equal(sentBatch(calls()).counters.outboxId, "G");
    page._begin([lineOf(FIRST)]);
    nextLine(page);
    page._act(Act.Choose);
    assert.deepEqual(calls()[0], ["forget", "cO"], "the next turn its own");
  });

  test("in doubt it is asked about", () => {
    const opened = turnOver(batchOf("D", FIRST), batchOf("F", FIRST), lineOf(SECOND));
    const { page, calls } = opened;
    for (const _ of [1, 2]) {
      nextLine(page);
      page._act(Act.Ask);
    }
    nextLine(page);
    page._act(Act.Choose);
    opened.setId(Id.Batch, "N");
    calls();
    page._send(Id.Batch, false, 0);
    const { underId, id, receipts, ids } = sentBatch(calls());
    assert.deepEqual([underId, id, receipts, ids], ["N", "N", ["D", "F"], [idAt(NOW + 1, 2)]]);
    page._begin([]);
    page._send(Id.Batch, false, 0);
    assert.deepEqual(sentBatch(calls()).receipts, [], "once a turn");
  });

  test("unknown to the collector it is sent again as it was", () => {
    const { page, calls } = turnOver(batchOf("D", GONE, FIRST, SECOND));
    nextLine(page);
    page._act(Act.Repeat);
    page._copy(Id.Batch, Id.InFlight);
    page._send(Id.Batch, false, 0);
    assert.equal(page._inFlight(), "D");
    const { id, counters, ids, isLeaving } = sentBatch(calls());
    assert.deepEqual([id, counters.outboxId, ids, isLeaving], ["D", "G", [idAt(NOW, 1), idAt(NOW + 1, 2)], false]);
  });

  test("sent by itself while the page leaves it leaves what was chosen alone", () => {
    const opened = turnOver(batchOf("D", GONE, FIRST), lineOf(SECOND));
    const { page, calls } = opened;
    nextLine(page);
    page._send(Id.Line, true, 0);
    const line = sentBatch(calls());
    assert.deepEqual([line.underId, line.isLeaving, line.ids], ["D", true, [idAt(NOW, 1)]]);
    nextLine(page);
    page._act(Act.Choose);
    opened.setId(Id.Batch, "N");
    calls();
    page._send(Id.Batch, true, 0);
    assert.deepEqual(sentBatch(calls()).ids, [idAt(NOW + 1, 2)]);
  });

  test("made under another clock it says so", () => {
    const { page, calls } = turnOver(lineOf(eventLine({ epoch: 1 })));
    nextLine(page);
    page._act(Act.Choose);
    page._send(Id.Batch, false, 2);
    assert.equal(sentBatch(calls()).events[0].clockChanged, true);
  });
});

describe("what becomes of the batch under way", () => {
  test("it is written down before it is sent, and leaves the outbox once it is confirmed", () => {
    const { page, calls } = sending(FIRST, SECOND);
    const [put, send] = calls().filter((it) => it[0] !== "forget");
    assert.deepEqual(put, ["put", batchOf("D", COUNTERS, FIRST, SECOND)]);
    assert.deepEqual(send?.slice(0, 2), ["send", "D"]);
    page._act(Act.ForgetInFlight);
    assert.deepEqual(calls(), [["forget", "dD"]]);
  });

  test("too large for somebody on the way it becomes a line for each of its events: only then is half of it smaller", () => {
    const { page, calls } = sending(FIRST, SECOND);
    calls();
    // Another turn comes between, as when the page is left.
    page._begin([]);
    page._act(Act.SplitInFlight);
    assert.deepEqual(calls(), [
      ["forget", "dD"],
      ...[COUNTERS, lineOf(FIRST), lineOf(SECOND)].map((line) => ["put", line]),
    ]);
  });

  test("what leaves with the page is not what is under way", () => {
    const { page, calls } = sending(FIRST);
    page._begin([lineOf(SECOND)]);
    nextLine(page);
    page._act(Act.Choose);
    page._send(Id.Batch, true, 0);
    calls();
    page._act(Act.SplitInFlight);
    assert.deepEqual(
      calls().map((it) => it[1]),
      ["dD", COUNTERS, lineOf(FIRST)],
    );
  });
});

describe("what the site says of visitor and session", () => {
  const record = (told: string[], visitor = "V") => {
    const opened = turnOver();
    opened.setId(Id.Visitor, visitor);
    opened.page._told = told;
    opened.page._act(Act.Identify);
    opened.page._remember(1, 0, 0, 0, -1, true);
    return String(opened.calls()[0]?.[1]).split(" ").slice(2, 4);
  };

  test("a customer is known behind the visitor's id, in place of the one before", () => {
    assert.deepEqual(record(["=crm=42", ""]), ["V=crm=42", "S"]);
    assert.deepEqual(record(["=crm=43", ""], "V=crm=42"), ["V=crm=43", "S"]);
  });

  test("an id of the session is the site's, a hyphen alone is none", () => {
    assert.deepEqual(record(["", "visit-4711"]), ["V", "visit-4711"]);
    assert.deepEqual(record(["", "-"]), ["V", "S"]);
    assert.deepEqual(record(["=crm=42", "-", "1"]), ["V=crm=42", "S"]);
    assert.deepEqual(record([]), ["V", "S"]);
  });

  test("who is anonymous stays so", () => {
    assert.deepEqual(record(["=crm=42", "visit-4711"], "-"), ["-", "visit-4711"]);
  });
});
