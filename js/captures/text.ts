/** Texts of the page, without secrets. */

/** Redacts an address: the tracker's own way. */
export type Redact = (url: string) => string;

/** Makes a word an address, which is what is redacted. */
const AS_PATH = "https://a/";

/**
 * `text` without the secrets in its addresses, and without the e-mail addresses and random tokens among its words:
 * messages and stacks of errors.
 */
export const redactWords = (text: string, redact: Redact) =>
  text.replace(/[^\s"'`()<>[\]{},]+/g, (word) => {
    // Firefox writes a function's name and `@` in front of an address.
    const at = word.search(/https?:\/\//);
    return at < 0 ? redact(AS_PATH + word).slice(AS_PATH.length) : word.slice(0, at) + redact(word.slice(at));
  });
