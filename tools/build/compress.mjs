// The encodings in which files are served and measured.

import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/**
 * Compresses as far as each format goes; the same bytes give the same result.
 *
 * @param {Buffer} bytes
 * @returns {{ gzip: Buffer, brotli: Buffer }}
 */
export function compress(bytes) {
  return {
    gzip: gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }),
    brotli: brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  };
}
