/** Reads what a site has set: a script tag's options are all texts. */
import type { Options } from "./types";

/** What a visitor can have said; `Consent` in `crates/core/src/consent.rs` has the same order. */
export const CONSENTS = ["granted", "pending", "denied"];

/**
 * What the module opens with, in the order of its `open`; it brings numbers into their ranges.
 *
 * @throws a text that names the option that is wrong, and its rule
 */
export function settingsOf(options: Options) {
  const read = (name: keyof Options, allowed: RegExp, rule: string) => {
    const word = String(options[name] ?? "");
    if (!allowed.test(word)) throw rule;
    return word;
  };
  const flag = (name: keyof Options, byDefault: boolean) => {
    const word = read(name, /^(true|false|)$/, "pageviews, hashRouting and clicks must be true or false");
    return word ? word === "true" : byDefault;
  };
  const number = (name: keyof Options, byDefault: number) =>
    Number(read(name, /^\d*$/, "idleTimeoutMs, flushIntervalMs and maxBatchEvents must be whole numbers") || byDefault);

  read("site", /^[\w.-]{1,64}$/, "site must be 1 to 64 letters, digits, '.', '_' or '-'");
  const consent = read("consent", /^(granted|pending|denied|)$/, "consent must be granted, pending or denied");
  const pageviews = flag("pageviews", true);
  const byHash = flag("hashRouting", false);
  return {
    /** Whether a change of the fragment alone is a pageview. */
    _byHash: byHash,
    _numbers: [
      CONSENTS.indexOf(consent || "granted"),
      pageviews,
      flag("clicks", true),
      number("idleTimeoutMs", 1_800_000),
      number("flushIntervalMs", 2_000),
      number("maxBatchEvents", 100),
    ] as const,
  };
}
