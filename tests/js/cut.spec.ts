/** Texts of the page: how long. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cut } from "../../js/cut.ts";

test("text is cut between characters", () => {
  assert.equal(cut("aü", 9), "aü");
  assert.equal(cut("ab𝄞", 3), "ab");
  assert.equal(cut("ab𝄞", 4), "ab𝄞");
  assert.equal(cut("x".repeat(2_000)).length, 1_024);
});
