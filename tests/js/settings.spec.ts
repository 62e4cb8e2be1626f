/** What a site has set, as a script tag's texts and as the values of `init()`. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { settingsOf } from "../../js/settings.ts";
import type { Options } from "../../js/types.ts";

const settings = (options: object) => settingsOf({ site: "shop", ...options } as Options);

/** What the module opens with, by name. */
function opened(options: object) {
  const { _byHash: hashRouting, _numbers } = settings(options);
  const [consent, pageviews, clicks, idleTimeoutMs, flushIntervalMs, maxBatchEvents] = _numbers;
  return { consent, pageviews, hashRouting, clicks, idleTimeoutMs, flushIntervalMs, maxBatchEvents };
}

const DEFAULTS = {
  consent: 0,
  pageviews: true,
  hashRouting: false,
  clicks: true,
  idleTimeoutMs: 1_800_000,
  flushIntervalMs: 2_000,
  maxBatchEvents: 100,
};

describe("settings", () => {
  test("a site alone has the defaults", () => {
    assert.deepEqual(opened({}), DEFAULTS);
  });

  test("what is empty or not given keeps its default", () => {
    for (const nothing of ["", undefined, null])
      assert.deepEqual(opened(Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, nothing]))), DEFAULTS);
  });

  test("the texts of a script tag and the values of init() mean the same", () => {
    for (const [name, text, value, meant] of [
      ["consent", "granted", "granted", 0],
      ["consent", "pending", "pending", 1],
      ["consent", "denied", "denied", 2],
      ["pageviews", "true", true, true],
      ["pageviews", "false", false, false],
      ["hashRouting", "true", true, true],
      ["hashRouting", "false", false, false],
      ["clicks", "true", true, true],
      ["clicks", "false", false, false],
      ["idleTimeoutMs", "60000", 60_000, 60_000],
      ["flushIntervalMs", "5000", 5_000, 5_000],
      ["flushIntervalMs", "0", 0, 0],
      ["maxBatchEvents", "1", 1, 1],
      // The module brings numbers into their ranges.
      ["maxBatchEvents", "0", 0, 0],
      ["idleTimeoutMs", "99999999999999", 99_999_999_999_999, 99_999_999_999_999],
    ] as const) {
      assert.deepEqual(opened({ [name]: text }), { ...DEFAULTS, [name]: meant }, `${name} "${text}"`);
      assert.deepEqual(opened({ [name]: value }), { ...DEFAULTS, [name]: meant }, `${name} ${value}`);
    }
  });

  test("a site is 1 to 64 letters, digits, dots, underscores and hyphens", () => {
    for (const site of ["a", "Shop_2.test-1", "x".repeat(64), 42]) assert.doesNotThrow(() => settings({ site }));
    for (const site of [undefined, null, "", "x".repeat(65), "a b", "a/b", "ü", 'a"', "a\n", {}])
      assert.throws(
        () => settings({ site }),
        (message) => message === "site must be 1 to 64 letters, digits, '.', '_' or '-'",
        String(site),
      );
  });

  test("what is wrong is named with its rule", () => {
    const flags = "pageviews, hashRouting and clicks must be true or false";
    const numbers = "idleTimeoutMs, flushIntervalMs and maxBatchEvents must be whole numbers";
    for (const [wrong, rule] of [
      [{ consent: "perhaps" }, "consent must be granted, pending or denied"],
      [{ consent: "Granted" }, "consent must be granted, pending or denied"],
      [{ consent: "granted " }, "consent must be granted, pending or denied"],
      [{ consent: true }, "consent must be granted, pending or denied"],
      ...["pageviews", "hashRouting", "clicks"].flatMap((name) =>
        ["yes", "TRUE", "1", 1, 0, "true\n", {}].map((value) => [{ [name]: value }, flags]),
      ),
      ...["idleTimeoutMs", "flushIntervalMs", "maxBatchEvents"].flatMap((name) =>
        ["-1", -1, "1.5", 1.5, "5s", " 5", "5\n", "1e3", 1e21, Number.NaN, Number.POSITIVE_INFINITY, true].map(
          (value) => [{ [name]: value }, numbers],
        ),
      ),
    ] as [object, string][])
      assert.throws(
        () => settings(wrong),
        (message) => message === rule,
        JSON.stringify(wrong),
      );
  });

  test("of several mistakes the site's is named first", () => {
    assert.throws(
      () => settings({ site: "", consent: "perhaps", clicks: "yes" }),
      (message) => String(message).startsWith("site "),
    );
  });
});
