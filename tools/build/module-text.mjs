// A wasm module as text in the script that runs it. A file of its own takes a request, which costs a page more than all
// that the tracker does with it, and needs a place that bundlers, policies and digests know.

/**
 * Added to each byte, modulo 256, to make its character. Most of a module's bytes are small: so they become letters, and
 * no control characters, which a script holds as escapes. Measured with brotli for each of the 256: this or a neighbour is
 * the smallest, 180 bytes less than with 0 and 700 less than base64. `js/module-of.ts` takes it off.
 */
const SHIFT = 40;

/** The text, of characters up to U+00FF. */
export const textOf = (module) => String.fromCharCode(...module.map((byte) => byte + SHIFT));
