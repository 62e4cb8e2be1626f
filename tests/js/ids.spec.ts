/** What can be seen in ids. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { timeOf, uuidOf, yields } from "../../js/ids.ts";
import { idAt } from "./support/lines.ts";

const NOW = 1_767_225_600_000;

describe("ids", () => {
  test("four words make a UUID, with every zero that it has", () => {
    assert.equal(uuidOf([0x019b76da, 0xa8007001, 0x80000000, 0xffffffff]), "019b76da-a800-7001-8000-0000ffffffff");
    assert.equal(uuidOf([0, 1, 2, 3]), "00000000-0000-0001-0000-000200000003");
  });

  test("an id tells to the millisecond when it was made", () => {
    for (const at of [0, 1, NOW, NOW + 1, 253_402_300_799_999]) assert.equal(timeOf(idAt(at)), at);
    const high = Math.floor(NOW / 65_536);
    assert.equal(timeOf(uuidOf([high, ((NOW % 65_536) * 65_536 + 0x7fff) >>> 0, 0x80000000, 0])), NOW);
  });

  test("what is no id tells no time", () => {
    for (const id of ["", "-", "not-an-id", "zzzzzzzz-zzzz-7000-8000-000000000000", `app-${"0".repeat(32)}`])
      assert.ok(Number.isNaN(timeOf(id)), id);
  });
});

describe("two sessions of one browser", () => {
  const first = idAt(NOW);

  test("that began within five seconds are one: the lower id holds", () => {
    for (const later of [idAt(NOW, 1), idAt(NOW + 1), idAt(NOW + 5_000)]) {
      assert.ok(yields(later, first), later);
      assert.ok(!yields(first, later), later);
    }
  });

  test("that began further apart are two, and a session is no twin of itself", () => {
    for (const other of [first, idAt(NOW + 5_001), idAt(NOW + 86_400_000)]) {
      assert.ok(!yields(other, first), other);
      assert.ok(!yields(first, other), other);
    }
  });

  test("stay two where the site gave either id", () => {
    const given = ["A", "order-4711", "~", `${first}0`, first.slice(1), `shop-${"x".repeat(31)}`];
    // As long as our own, and with digits that could be a time.
    given.push("01234567-aaaa-4aaa-8aaa-aaaaaaaaaaaa", "01234567-aaab-4aaa-8aaa-aaaaaaaaaaaa");
    given.push(`app-${"1".repeat(32)}`, `app-${"2".repeat(32)}`);
    for (const one of given)
      for (const other of [...given, first, ""]) {
        assert.ok(!yields(one, other), `${one} ${other}`);
        assert.ok(!yields(other, one), `${other} ${one}`);
      }
  });
});
