/** What is told of errors that a page does not catch. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hearErrors } from "../../../js/captures/errors.ts";

/** As the browser's, which Node has not. */
class ErrorEvent {
  constructor(
    readonly error: unknown,
    readonly message: string,
    readonly filename = "https://a.test/app.js?token=abc",
    readonly lineno = 10,
    readonly colno = 5,
  ) {}
}
Object.assign(globalThis, { ErrorEvent });

describe("errors", () => {
  const told: { number: number; event: Record<string, unknown>; click: object }[] = [];
  const listeners = new Map<string, (event: Event) => void>();
  hearErrors(
    (types, heard) => listeners.set(types, heard),
    (_, numbers, besides) => {
      const event = Object(besides?.("error_occurred"));
      told.push({ number: Number(numbers?.[0]), event, click: Object(besides?.("error_clicked")) });
    },
    (url) => url.replace(/token=\w+/, "token=REDACTED").replace(/[^/]+@.*/, "REDACTED"),
  );
  const hear = (type: string, event: unknown) => {
    told.length = 0;
    listeners.get(type)?.(event as Event);
    return told[0];
  };
  const thrown = (message: string, stack: string) => Object.assign(new TypeError(message), { stack });

  test("an error is told without secrets", () => {
    const stack = "TypeError: x is undefined\n    at f (https://a.test/app.js?token=abc:10:5)";
    const heard = hear("error", new ErrorEvent(thrown("x is undefined", stack), "Uncaught"));
    assert.deepEqual(heard?.event, {
      kind: "TypeError",
      message: "x is undefined",
      source: "https://a.test/app.js?token=REDACTED",
      line: 10,
      column: 5,
      stack: "TypeError: x is undefined\n    at f (https://a.test/app.js?token=REDACTED:10:5)",
      isRejection: false,
    });
    assert.deepEqual(heard?.click, { kind: "TypeError", message: "x is undefined" });
  });

  test("a rejection tells no place", () => {
    assert.deepEqual(hear("unhandledrejection", { reason: "no such user: jo@b.test" })?.event, {
      kind: "",
      message: "no such user: REDACTED",
      stack: undefined,
      isRejection: true,
    });
  });

  test("the same error has the same number, another place another one", () => {
    const number = (line: number) => hear("error", new ErrorEvent(undefined, "x", "https://a.test/", line))?.number;
    assert.equal(number(1), number(1));
    assert.notEqual(number(1), number(2));
  });

  test("long errors are cut, and those of others left out", () => {
    const long = new ErrorEvent(thrown("m".repeat(5_000), "frame\n".repeat(5_000)), "");
    const { message, stack } = Object(hear("error", long)?.event);
    assert.deepEqual([message.length, stack.length], [500, 2_000]);
    assert.equal(hear("error", new ErrorEvent(undefined, "x", "chrome-extension://abc/x.js")), undefined);
    const inExtension = thrown("x", "at f (moz-extension://abc/x.js:1:1)");
    assert.equal(hear("error", new ErrorEvent(inExtension, "x")), undefined);
    assert.equal(hear("error", new ErrorEvent(null, "Script error.", "")), undefined);
    assert.equal(hear("error", { target: "an image whose file did not come" }), undefined);
  });
});
