/** What was looked for. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { searchOf } from "../../../js/captures/search.ts";

describe("searches", () => {
  test("words are found wherever an address has parameters", () => {
    for (const [url, words] of [
      ["https://a.test/?q=rope", "rope"],
      ["https://a.test/?page=2&q=rope&q=sail#q=no", "rope"],
      ["https://a.test/#/find?q=rope", "rope"],
      ["https://a.test/?aq=no#top?q=rope", "rope"],
      ["https://a.test/?q#x", undefined],
      ["https://a.test/?q=&x", undefined],
      ["https://a.test/?q=+", undefined],
      ["https://a.test/q=no", undefined],
      ["", undefined],
    ])
      assert.equal(searchOf(url ?? "", ["q"])?.words, words, url);
  });

  test("the first parameter of the list that has words counts", () => {
    const url = "https://a.test/?q=no&w=sail";
    assert.deepEqual(searchOf(url, ["x", "w", "q"]), { parameter: "w", words: "sail" });
    assert.deepEqual(searchOf("https://a.test/?w=&q=sail", ["w", "q"]), { parameter: "q", words: "sail" });
  });

  test("escapes become text, and what is none stays", () => {
    for (const [value, words] of [
      ["red+8%20mm%2B", "red 8 mm+"],
      ["Stra%C3%9Fe %e2%98%83", "Straße ☃"],
      ["100%", "100%"],
      ["%ff", "%ff"],
      ["%4", "%4"],
      ["a%20b%", "a b%"],
    ])
      assert.equal(searchOf(`https://a.test/?q=${value}`, ["q"])?.words, words);
  });
});
