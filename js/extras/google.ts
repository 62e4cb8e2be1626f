/** Reads what Google's consent mode says of `analytics_storage`, out of what `gtag` has written and will write. */
import { attempt } from "../attempt";
import type { Answer, Listen } from "../extras";

/** A call of `gtag("consent", ...)` (https://developers.google.com/tag-platform/security/guides/consent), as its list has it. */
interface Consent {
  analytics_storage?: string;
  wait_for_update?: number;
  region?: string[];
}

/** Longest time that an update is waited for, in milliseconds, whatever the page asks for. */
const MAX_WAIT_MS = 60_000;

const STATE = /^(granted|denied)$/;

export const hearGoogle: Listen = ({ dataLayer = "dataLayer" }, hear) => {
  const holder = window as unknown as Record<string, unknown[] | undefined>;
  holder[dataLayer] ??= [];
  const list = holder[dataLayer];
  let isOver = false;
  let isUpdated = false;
  /** What the defaults say, together: which one holds in the visitor's region only Google's own code knows. */
  let isAllowed: boolean | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  const take = (entry: unknown) => {
    const { 0: command, 1: kind, 2: given } = Object(entry) as [unknown, unknown, Consent | undefined];
    const { analytics_storage: state, wait_for_update: waitMs } = Object(given) as Consent;
    if (isOver || command !== "consent" || !STATE.test(String(state))) return;
    if (kind === "update") {
      isUpdated = true;
      clearTimeout(waiting);
      hear(state as Answer);
    } else if (kind === "default" && !isUpdated) {
      isAllowed = isAllowed !== false && state === "granted";
      clearTimeout(waiting);
      // A refusal by default is a question that is still open. What is pushed in the same task belongs together.
      if (isAllowed) waiting = setTimeout(() => hear("granted"), Math.min(Number(waitMs) || 0, MAX_WAIT_MS));
    }
  };

  const { push } = list;
  const pushed = function (this: unknown[], ...entries: unknown[]) {
    const result = push.apply(this, entries);
    attempt(() => entries.forEach(take));
    return result;
  };
  attempt(() => [...list].forEach(take));
  list.push = pushed;
  return () => {
    isOver = true;
    clearTimeout(waiting);
    // Whoever wrapped it after us goes on calling ours, which then does nothing.
    if (list.push === pushed) list.push = push;
  };
};
