/** Texts of the page: without what. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mayRead } from "../../../js/captures/forms.ts";
import { redactWords } from "../../../js/captures/text.ts";

describe("texts of the page", () => {
  test("addresses and words are redacted one by one, and the rest stays", () => {
    // Marks what it is given.
    const redact = (url: string) => url.replace(/\/\/a\/(.*)/, "//a/<$1>").replace(/token=\w+/, "token=REDACTED");
    for (const [text, redacted] of [
      ["x is: ü", "<x> <is:> <ü>"],
      ['no (https://a.test/x?token=abc&y=1) "jo@b.test"', '<no> (https://a.test/x?token=REDACTED&y=1) "<jo@b.test>"'],
      ["f@https://a.test/app.js:10:5\ng", "f@https://a.test/app.js:10:5\n<g>"],
      ["", ""],
    ] as const)
      assert.equal(redactWords(text, redact), redacted);
  });

  test("what must stay with the visitor may not be read", () => {
    for (const [kind, autocomplete, name] of [
      ["password", "", "a"],
      ["hidden", "", "a"],
      ["file", "", "a"],
      ["kind-of-tomorrow", "", "a"],
      ["text", "cc-number", "a"],
      ["text", "section-b billing CC-CSC", "a"],
      ["tel", "one-time-code", "a"],
      ["text", "new-password", "a"],
      ["text", "", "cardNumber"],
      ["text", "", "IBAN"],
      ["number", "off", "cvv2"],
    ] as const)
      assert.ok(!mayRead(kind, autocomplete, name), `${kind} ${autocomplete} ${name}`);
    for (const [kind, autocomplete, name] of [
      ["text", "", "city"],
      ["email", "email", "email"],
      ["select-one", "country", "country"],
      ["textarea", "", "message"],
    ] as const)
      assert.ok(mayRead(kind, autocomplete, name), `${kind} ${name}`);
  });
});
