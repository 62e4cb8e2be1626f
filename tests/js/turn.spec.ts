/** One look at the outbox, line by line, over lines written by hand; and what is done with them at the module's word. */
import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import { Id } from "../../js/ids.ts";
import { sizeOf } from "../../js/page.ts";
import { batchOf, eventLine, idAt, words } from "./support/lines.ts";
import { nextLine, numbersOf, openedPage } from "./support/page.ts";

const NOW = 1_767_225_600_000;

/** Kinds of lines, as the module knows them. */
const [END, RECORD, STATE, BATCH, EVENT, OTHER] = [0, 1, 2, 3, 4, 5];

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

/** A page in a turn over these lines. */
function turnOver(...lines: string[]) {
  const opened = openedPage();
  opened.setId(Id.Visitor, "V");
  opened.setId(Id.Session, "S");
  opened.page._count(1);
  opened.calls();
  return { ...opened, size: opened.page._begin(lines) };
}

/** A page that has these lines under way in the batch `D`. */
function sending(...lines: string[]) {
  const opened = turnOver(...lines);
  const { page } = opened;
  for (const _ of lines) {
    page._next();
    page._act(Act.Choose);
  }
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

describe("a turn", () => {
  test("tells how much there is: characters, and events in lines and batches", () => {
    assert.deepEqual(sizeOf([]), [0, 0]);
    const lines = ["a\x1f1 1 - - 0 0 0 -", COUNTERS, batchOf("D", COUNTERS, FIRST, SECOND), FIRST, "z\x1fe"];
    const { size } = turnOver(...lines);
    assert.deepEqual(size, [lines.join("").length, 3]);
    assert.deepEqual(sizeOf(["e𝄞"]), [3, 1]);
  });

  test("knows what a line is by its first letter, and ends", () => {
    const unknown = ["ab\x1fx", " \x1fx", "\x1fx", "x", "f1\x1fx", "É\x1fx", "A\x1fx", "\x1e"];
    const { page } = turnOver("a\x1f1 1 - - 0 0 0 -", "b\x1f1\x1f2\x1f3", COUNTERS, batchOf("D"), FIRST, ...unknown);
    const kinds = [RECORD, STATE, OTHER, BATCH, EVENT, RECORD, ...Array(7).fill(OTHER), END, END];
    assert.deepEqual(
      kinds.map(() => nextLine(page)),
      kinds,
    );
  });

  test("without lines has ended", () => {
    assert.equal(nextLine(turnOver().page), END);
  });

  test("reads a record, and what the pages know of the collector", () => {
    const { page } = turnOver(`a\x1f1 4 V S ${NOW} ${NOW + 1} 2 denied`, words("b", NOW, NOW + 5, 3), "b", "b\x1fsoon");
    assert.equal(nextLine(page), RECORD);
    assert.ok(page._read());
    assert.deepEqual(numbersOf(page, 5), [4, NOW, NOW + 1, 2, 2]);
    assert.equal(nextLine(page), STATE);
    assert.deepEqual(numbersOf(page, 3), [NOW, NOW + 5, 3]);
    // What is no number the module takes for 0.
    for (const _ of [1, 2]) {
      assert.equal(nextLine(page), STATE);
      assert.ok(Number.isNaN(Number(page._number(0))));
    }
  });

  test("tells when an event was made, and how long it is", () => {
    const { page } = turnOver(FIRST, "e-\x1fx");
    nextLine(page);
    assert.deepEqual(numbersOf(page, 2), [NOW, FIRST.length]);
    nextLine(page);
    assert.ok(Number.isNaN(page._number(0)), "nobody knows");
  });

  test("tells of a batch how many events it has, and what the last answer said of it", () => {
    const [known, unknown, unasked] = [idAt(NOW, 1), idAt(NOW, 2), idAt(NOW, 3)];
    const lines = [known, unknown, unasked].map((id) => batchOf(id, COUNTERS, FIRST, SECOND));
    const { page } = turnOver(...lines);
    page._receipts = {
      [known]: { stored: 1, duplicates: 2, rejected: 4 },
      // As the collector says that it does not know it.
      [unknown]: "unknown" as never,
    };
    nextLine(page);
    assert.deepEqual(numbersOf(page, 6), [NOW, lines[0]?.length, 2, 7, 4, 0]);
    nextLine(page);
    assert.ok(Number.isNaN(page._number(3)), "asked, and not known");
    nextLine(page);
    assert.equal(page._number(3), -1, "not asked");
  });

  test("forgets what the last answer said once it was heard", () => {
    const line = batchOf("D", FIRST);
    const { page } = turnOver(line);
    page._receipts = { D: { stored: 1, duplicates: 0, rejected: 0 } };
    nextLine(page, 2);
    page._begin([line]);
    nextLine(page);
    assert.equal(page._number(3), -1);
  });

  test("knows the batch that this page has sent and whose answer did not come", () => {
    const opened = turnOver(batchOf("D"), batchOf("U"), batchOf("D"));
    const { page } = opened;
    opened.setId(Id.Unconfirmed, "D");
    const isUnconfirmed = () => {
      nextLine(page);
      return page._number(5);
    };
    assert.equal(isUnconfirmed(), 1);
    assert.equal(isUnconfirmed(), 0);
    opened.setId(Id.InFlight, "D");
    assert.equal(isUnconfirmed(), 0, "it is under way again");
  });

  test("counts the bytes of an event, and the context of the one before only once", () => {
    const other = eventLine({ id: idAt(NOW, 3), view: "Q" });
    const { page } = turnOver(FIRST, SECOND, other);
    const context = FIRST.split("\x1f").slice(5).join("\x1f");
    const bytes = () => {
      nextLine(page);
      return page._bytes();
    };
    assert.equal(bytes(), FIRST.length);
    assert.equal(bytes(), SECOND.length - context.length);
    assert.equal(bytes(), other.length);
    page._begin([other]);
    assert.equal(bytes(), other.length, "another turn begins anew");
  });

  test("counts bytes, not characters", () => {
    const line = eventLine({ members: '"eventName":"ü𝄞日"' });
    const { page } = turnOver(line, line);
    nextLine(page);
    assert.equal(page._bytes(), Buffer.byteLength(line));
    nextLine(page);
    assert.equal(page._bytes(), Buffer.byteLength(line) - line.split("\x1f").slice(5).join("\x1f").length);
  });
});

describe("what becomes of a line", () => {
  test("delivered it leaves the outbox", () => {
    const { page, calls } = turnOver(batchOf("D", COUNTERS, FIRST));
    nextLine(page);
    page._act(Act.Forget);
    assert.deepEqual(calls(), [["forget", "dD"]]);
  });

  test("dropped it leaves the outbox, and what a batch counted stays", () => {
    const { page, calls } = turnOver(FIRST, batchOf("D", GONE, FIRST), batchOf("F", FIRST), batchOf("G"));
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
    const { page, calls } = turnOver(COUNTERS, FIRST, SECOND);
    nextLine(page);
    for (const line of [FIRST, SECOND]) {
      nextLine(page);
      page._act(Act.Choose);
      const forgotten = [["forget", keyOf(line)]];
      assert.deepEqual(calls(), line === FIRST ? [["forget", "cO"], ...forgotten] : forgotten);
    }
    page._name(Id.Batch, 0, 0, 0, 1);
    page._act(Act.PutBatch);
    assert.deepEqual(calls(), [["put", batchOf("00000000-0000-0000-0000-000000000001", COUNTERS, FIRST, SECOND)]]);
  });

  test("chosen it takes along the counters of a page that has gone", () => {
    const { page, calls } = turnOver(GONE, COUNTERS, FIRST);
    nextLine(page, 3);
    page._act(Act.Choose);
    assert.deepEqual(calls(), [
      ["forget", "cG"],
      ["forget", keyOf(FIRST)],
    ]);
    page._send(Id.Batch, false, 0);
    assert.equal(sentBatch(calls()).counters.outboxId, "G");
    page._begin([FIRST]);
    nextLine(page);
    page._act(Act.Choose);
    assert.deepEqual(calls()[0], ["forget", "cO"], "the next turn its own");
  });

  test("in doubt it is asked about", () => {
    const opened = turnOver(batchOf("D", FIRST), batchOf("F", FIRST), SECOND);
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
    const opened = turnOver(batchOf("D", GONE, FIRST), SECOND);
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
    const { page, calls } = turnOver(eventLine({ epoch: 1 }));
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

  test("too large for somebody on the way it becomes the lines that it was made of", () => {
    const { page, calls } = sending(FIRST, SECOND);
    calls();
    // Another turn comes between, as when the page is left.
    page._begin([]);
    page._act(Act.SplitInFlight);
    assert.deepEqual(calls(), [["forget", "dD"], ...[COUNTERS, FIRST, SECOND].map((line) => ["put", line])]);
  });

  test("what leaves with the page is not what is under way", () => {
    const { page, calls } = sending(FIRST);
    page._begin([SECOND]);
    nextLine(page);
    page._act(Act.Choose);
    page._send(Id.Batch, true, 0);
    calls();
    page._act(Act.SplitInFlight);
    assert.deepEqual(
      calls().map((it) => it[1]),
      ["dD", COUNTERS, FIRST],
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

describe("acts that this version does not know", () => {
  test("do nothing", () => {
    const { page, calls } = turnOver(FIRST);
    nextLine(page);
    page._act(10);
    page._act(255);
    assert.deepEqual(calls(), []);
  });
});

describe("the wake-up", () => {
  const withClock = (run: (woken: () => number, page: ReturnType<typeof openedPage>["page"]) => void) => {
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: NOW });
    try {
      let count = 0;
      const { page } = openedPage(() => {
        count++;
      });
      run(() => count, page);
    } finally {
      mock.timers.reset();
    }
  };

  test("comes at its time and not before", () =>
    withClock((woken, page) => {
      page._wake(NOW + 2_000);
      mock.timers.tick(1_999);
      assert.equal(woken(), 0);
      mock.timers.tick(1);
      assert.equal(woken(), 1);
    }));

  test("of a time that has passed comes at once, from a timer", () =>
    withClock((woken, page) => {
      page._wake(0);
      assert.equal(woken(), 0);
      mock.timers.tick(1);
      assert.equal(woken(), 1);
    }));

  test("replaces the one before", () =>
    withClock((woken, page) => {
      page._wake(NOW + 1_000);
      page._wake(NOW + 3_000);
      mock.timers.tick(2_999);
      assert.equal(woken(), 0);
      mock.timers.tick(86_400_000);
      assert.equal(woken(), 1);
    }));

  test("in more than a day comes after a day: browsers take no longer ones", () =>
    withClock((woken, page) => {
      for (const at of [NOW + 30 * 86_400_000, 2 ** 64]) {
        const before = woken();
        page._wake(at + (Date.now() - NOW));
        mock.timers.tick(86_399_999);
        assert.equal(woken(), before);
        mock.timers.tick(1);
        assert.equal(woken(), before + 1);
      }
    }));

  test("comes no more once the tracker has stopped", () =>
    withClock((woken, page) => {
      page._wake(NOW + 1_000);
      page._stop();
      mock.timers.tick(86_400_000);
      assert.equal(woken(), 0);
    }));
});
