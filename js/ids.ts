/** What can be seen in ids: when they were made, and which of two sessions holds. */

/** The ids of a page; `Id` in `crates/core/src/shell.rs` has the same numbers, and says what they are. */
export enum Id {
  Nobody,
  Visitor,
  Session,
  Stored,
  ReadVisitor,
  ReadSession,
  Outbox,
  Event,
  View,
  Click,
  Line,
  Batch,
  InFlight,
  Unconfirmed,
}

/**
 * Two sessions of one browser that began within so many milliseconds of each other are one, begun
 * by two tabs that did not know of each other.
 */
const TWIN_MS = 5_000;

/** A UUID as text (RFC 9562, section 4), of four words, signed or not. */
export const uuidOf = (words: number[]) =>
  words
    .map((word) => (word >>> 0).toString(16).padStart(8, "0"))
    .join("")
    .replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");

/** When an id was made, in Unix milliseconds: those of version 7 begin with it. Of others nothing is known. */
export const timeOf = (id: string) => Number(`0x${id.replace(/^(.{8})-(.{4})-7.{21}$|.*/, "$1$2")}`);

/** Whether `session` began together with `other` and yields to it. An id that the site gave tells no time. */
export const yields = (session: string, other: string) => other < session && timeOf(session) - timeOf(other) <= TWIN_MS;
