/** Hears what the page does not catch. */
import { cut } from "../cut";
import { numberOf } from "./numbers";
import { type On, Seen, type Tell } from "./seen";
import { type Redact, redactWords } from "./text";

/** Longest message, and longest stack: the first frames tell most. In UTF-16 units. */
const MAX_MESSAGE = 500;
const MAX_STACK = 2_000;

/** Starts listening. */
export function hearErrors(on: On, tell: Tell, redact: Redact): void {
  // Cut before, for the work's sake; after, since what is redacted may be longer.
  const told = (text: string, most: number) => cut(redactWords(cut(text, most), redact), most);
  const thrown = (it: unknown, said: string, source: string, line: number, column: number, isRejection: boolean) => {
    const error = it instanceof Error ? it : undefined;
    const stack = String(error?.stack ?? "");
    const message = String(error?.message || said);
    // Of scripts of other origins browsers tell nothing else
    // (https://html.spec.whatwg.org/multipage/webappapis.html#muted-errors).
    const isMuted = !source && message.startsWith("Script error");
    if (isMuted || (source + stack).includes("-extension:")) return;
    tell(Seen.ErrorThrown, [numberOf(["", cut(message, MAX_MESSAGE), source, line, column].join("\n"))], (event) => {
      const described = { kind: cut(String(error?.name ?? "")), message: told(message, MAX_MESSAGE) };
      if (event === "error_clicked") return described;
      const place = source && { source: redact(source), line, column };
      return { ...described, ...Object(place), stack: stack ? told(stack, MAX_STACK) : undefined, isRejection };
    });
  };
  on("error", (event) => {
    // Elements whose files do not come get such events too.
    if (!(event instanceof ErrorEvent)) return;
    const { error, message, filename, lineno, colno } = event;
    thrown(error, message, filename, lineno, colno, false);
  });
  on("unhandledrejection", (event) => {
    const { reason } = event as PromiseRejectionEvent;
    thrown(reason, String(reason), "", 0, 0, true);
  });
}
