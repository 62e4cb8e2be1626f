/** One look at the outbox, line by line, over lines written by hand. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Id } from "../../js/ids.ts";
import { sizeOf } from "../../js/page.ts";
import { batchOf, eventLine, idAt, lineOf, words } from "./support/lines.ts";
import { nextLine, numbersOf } from "./support/page.ts";
import { turnOver } from "./support/turn.ts";

const NOW = 1_767_225_600_000;

/** Kinds of lines, as the module knows them. */
const [END, RECORD, STATE, BATCH, EVENT, OTHER] = [0, 1, 2, 3, 4, 5];

const COUNTERS = words("cO", '{"outboxId":"O","tracked":1}');
const FIRST = eventLine({ id: idAt(NOW, 1) });
const SECOND = eventLine({ id: idAt(NOW + 1, 2) });

describe("a turn", () => {
  test("tells how much there is: characters, and events in lines and batches", () => {
    assert.deepEqual(sizeOf([]), [0, 0]);
    const lines = [
      "a\x1f1 1 - - 0 0 0 -",
      COUNTERS,
      batchOf("D", COUNTERS, FIRST, SECOND),
      lineOf(FIRST, SECOND),
      "z\x1fe",
    ];
    const { size } = turnOver(...lines);
    assert.deepEqual(size, [lines.join("").length, 4]);
    assert.deepEqual(sizeOf(["e𝄞\x1f\x1ee𝄞"]), [8, 1]);
  });

  test("knows what a line is by its first letter, and ends", () => {
    const unknown = ["ab\x1fx", " \x1fx", "\x1fx", "x", "f1\x1fx", "É\x1fx", "A\x1fx", "\x1e"];
    const { page } = turnOver(
      "a\x1f1 1 - - 0 0 0 -",
      "b\x1f1\x1f2\x1f3",
      COUNTERS,
      batchOf("D"),
      lineOf(FIRST),
      ...unknown,
    );
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

  test("tells when events were made, how long their line is, and how many they are", () => {
    const line = lineOf(FIRST, SECOND);
    const { page } = turnOver(line, "e-\x1fx");
    nextLine(page);
    assert.deepEqual(numbersOf(page, 3), [NOW, line.length, 2]);
    nextLine(page);
    assert.ok(Number.isNaN(page._number(0)), "nobody knows");
    assert.equal(page._number(2), 0, "what is damaged has none");
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
    const { page } = turnOver(lineOf(FIRST), lineOf(SECOND), lineOf(other, FIRST, SECOND));
    const context = FIRST.split("\x1f").slice(5).join("\x1f");
    const bytes = () => {
      nextLine(page);
      return page._bytes();
    };
    assert.equal(bytes(), FIRST.length);
    assert.equal(bytes(), SECOND.length - context.length);
    assert.equal(bytes(), other.length + FIRST.length + SECOND.length - context.length);
    page._begin([lineOf(SECOND)]);
    assert.equal(bytes(), SECOND.length, "another turn begins anew");
  });

  test("counts bytes, not characters", () => {
    const line = eventLine({ members: '"eventName":"ü𝄞日"' });
    const { page } = turnOver(lineOf(line), lineOf(line));
    nextLine(page);
    assert.equal(page._bytes(), Buffer.byteLength(line));
    nextLine(page);
    assert.equal(page._bytes(), Buffer.byteLength(line) - line.split("\x1f").slice(5).join("\x1f").length);
  });
});
