/** What a drop reason means for who reads it: the rule that was broken, and what to do. Reasons as in `crates/core/src/dropped.rs`. */
const REASONS: Record<string, [rule: string, fix: string]> = {
  invalid: [
    "the name of an event has 1 to 256 characters, and a call what it needs",
    "look at the name, and at the lines before this one",
  ],
  too_large: ["one event with its page takes at most 48 KiB", "send fewer or shorter properties"],
  no_consent: [
    "without the visitor's consent nothing is recorded",
    'call sillage.consent("granted") when they allow it, or set data-consent="pending" to keep events until they choose',
  ],
  rejected: ["the collector did not accept it", "look at the collector's log, and at the answer in the network tab"],
  queue_full: [
    "at most 10,000 events or 4 MiB wait for the collector, 1,000 for the tracker's files",
    "see why they cannot be sent: the endpoint, the page's policy, the network",
  ],
  expired: ["an event waits for 30 days at most", "see why it could not be sent"],
  filtered: ["the site's own rules keep it out", "look at rules: beforeSend, sample, perMinute, pages, elements, bots"],
};

/** One line for the console: how many events, the reason, the rule and the fix. */
export function droppedLine(reason: string, events: number): string {
  const [rule, fix] = REASONS[reason] ?? [];
  return `dropped ${events} ${reason}${rule ? `: ${rule}; ${fix}` : ""}`;
}

/** Rule and fix of a reason. */
export const ruleOf = (reason: string): string => REASONS[reason]?.join("; ") ?? "";
