// The encodings in which files are served and measured.

import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/**
 * Ways in which brotli may look for what repeats and write distances (RFC 7932, sections 4 and 9.1): which one makes the
 * least of a small file changes with every edit, by some fifty bytes.
 */
const BROTLI_WAYS = [16, 22].flatMap((window) => [0, 1, 2, 3].map((postfix) => ({ window, postfix })));

/**
 * Compresses as far as each format goes; the same bytes give the same result.
 *
 * @param {Buffer} bytes
 * @returns {{ gzip: Buffer, brotli: Buffer }}
 */
export function compress(bytes) {
  const brotli = BROTLI_WAYS.map(({ window, postfix }) =>
    brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        [constants.BROTLI_PARAM_LGWIN]: window,
        [constants.BROTLI_PARAM_NPOSTFIX]: postfix,
      },
    }),
  );
  return {
    gzip: gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }),
    brotli: brotli.reduce((least, it) => (it.length < least.length ? it : least)),
  };
}
