/** Texts of the page, as long as they may be. */

/** Longest name or selector, in UTF-16 units. */
const MAX_TEXT = 1_024;

/** The first units of `text`; not half of a character. */
export const cut = (text: string, most = MAX_TEXT) => text.slice(0, most).replace(/[\ud800-\udbff]$/, "");
