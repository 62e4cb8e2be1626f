/** Hears what the page does not catch. */
import { type On, Seen, type Tell } from "./seen";

/** Starts listening. */
export function hearErrors(on: On, tell: Tell): void {
  const told = (thrown: unknown, message: string, place: unknown[], isRejection: number | "") => {
    const error = thrown instanceof Error ? thrown : undefined;
    tell(Seen.ErrorThrown, [error?.name, error?.message || message, ...place, error?.stack, isRejection]);
  };
  on("error", (event) => {
    // Elements whose files do not come get such events too.
    if (!(event instanceof ErrorEvent)) return;
    const { error, message, filename, lineno, colno } = event;
    told(error, message, [filename, lineno, colno], "");
  });
  on("unhandledrejection", (event) => {
    const { reason } = event as PromiseRejectionEvent;
    told(reason, String(reason), ["", 0, 0], 1);
  });
}
