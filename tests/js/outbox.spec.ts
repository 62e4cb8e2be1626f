/** Which events become one line of the outbox. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outboxOf } from "../../js/outbox.ts";
import { eventLine, lineOf } from "./support/lines.ts";

const EVENTS = ["A", "B", "C", "D", "F"].map((id) => eventLine({ id }));
const [A, B, C, D, F] = EVENTS as [string, string, string, string, string];

/** An outbox that may write nothing down. */
function opened(most = 100) {
  const outbox = outboxOf("shop", "shop~", () => {});
  outbox._most = most;
  return outbox;
}

describe("a line of the outbox", () => {
  test("has the events that were put one after the other, under the key of the first", () => {
    const outbox = opened();
    for (const event of [A, B, C]) outbox.put(event);
    assert.deepEqual(outbox._own(), [lineOf(A, B, C)]);
  });

  test("has no more events than a batch may have", () => {
    const outbox = opened(2);
    for (const event of EVENTS) outbox.put(event);
    assert.deepEqual(outbox._own(), [lineOf(A, B), lineOf(C, D), lineOf(F)]);
  });

  test("has one event where the site asks for batches of none: the module takes that for one", () => {
    const outbox = opened(0);
    for (const event of [A, B]) outbox.put(event);
    assert.deepEqual(outbox._own(), [lineOf(A), lineOf(B)]);
  });

  test("does not grow long: a long event has one of its own", () => {
    const outbox = opened();
    const long = eventLine({ id: "B", members: `"eventName":"${"x".repeat(9_000)}"` });
    for (const event of [A, long, C]) outbox.put(event);
    assert.deepEqual(outbox._own(), [lineOf(A), lineOf(long), lineOf(C)]);
  });

  test("grows no more once it is closed, or once anything was forgotten", () => {
    const outbox = opened();
    outbox.put(A);
    outbox._close();
    outbox.put(B);
    outbox.forget("cO");
    outbox.put(C);
    assert.deepEqual(outbox._own(), [lineOf(A), lineOf(B), lineOf(C)]);
  });

  test("stays as it is where it comes as a line", () => {
    const outbox = opened();
    for (const line of [A, lineOf(B), lineOf(C), D]) outbox.put(line);
    assert.deepEqual(outbox._own(), [lineOf(A, D), lineOf(B), lineOf(C)]);
  });
});
