/** Who the visitor is, as the site says it, and what follows for the session. */

/** Longest id and type, in characters. */
const MAX_CHARS = 256;

/** What programs make of nothing: an id of that kind would make one person of many. */
const NOBODY = /^(|null|undefined|nan|none|false|true|0|-1|\[object object\]|anonymous|guest)$/i;

/** What needs no escape, in a line of the outbox or in JSON. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant
const PLAIN = /^[^\x00-\x20"\\]+$/;

/** Whether a session may have that id. */
export const isSessionId = (id: unknown): id is string =>
  typeof id === "string" && id.length > 1 && [...id].length <= MAX_CHARS && PLAIN.test(id);

/** Type and id of a customer, each behind a `=`. @throws the rule that is broken. */
export function customerOf(id: unknown, type: unknown = "userId"): string {
  const text = String(typeof id === "number" || typeof id === "string" ? id : "");
  if (NOBODY.test(text) || [...text].length > MAX_CHARS)
    throw "id must be a text or a number of 1 to 256 characters that tells one customer from all others";
  if (!PLAIN.test(text)) throw "id must not have spaces, quotes or backslashes";
  if (typeof type !== "string" || !PLAIN.test(type) || [...type].length > MAX_CHARS || type.includes("="))
    throw "type must be a text of 1 to 256 characters without spaces, quotes, backslashes and '='";
  if (/^cookie$/i.test(type)) throw "type must not be cookie, which the visitor's own id has";
  return `=${type}=${text}`;
}

/**
 * Whether somebody else was known before: in this page, or as the record of the site tells, whose third word is the
 * visitor (crates/core/src/visitor.rs). Two people are not in one visit.
 */
export function isSomebodyElse(customer: string, before: string, record: string): boolean {
  const [, known] = /^\S+ \S+ [^= ]*(=\S+)/.exec(record) ?? [];
  const last = before || known;
  return !!last && last !== customer;
}
