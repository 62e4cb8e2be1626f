/**
 * Takes secrets out of addresses before they leave the page.
 *
 * Reset links, OAuth answers, share tokens and e-mail addresses reach analytics by query, fragment and path alike
 * (https://github.com/PostHog/posthog-js/issues/435). What looks like one is replaced by `REDACTED`; the rest of the
 * address stays as it is. Redacting twice changes nothing, but for two rare kinds of address: where the name of a click
 * id was redacted itself, and where the limit falls into a UUID, the second time takes more away.
 *
 * Every visitor downloads this file: words of a list stand in the order in which brotli makes the least of them. Each
 * expression takes time in proportion to the address; one that tries again from every place would not.
 */
import { cut } from "./cut";

/**
 * Parameter names, or parts of them, whose value is always a secret. Those with a sign behind them are found in nested
 * queries alone.
 */
const SECRET_NAMES =
  /hmac|token|mail|code%3d|accesskey|access_key|pwd|api[_-]?key|authoriz|secret|passw|passp|signature|credential|bearer|jwt|session|sessid/i;

/** Parameter names, behind their delimiter, that are secret only as a whole: `code` is, `postcode` is not. */
const SECRET_WHOLE_NAMES = /^.(key|pin|sig|auth|pass|sid|otp|code|user_code)$/i;

/** Words of links that carry a token: what follows is one if it has a digit. */
const LINK_WORDS = /activat|share|reset|invit|magic|unsubscribe|confirm|verif/i;

/** Names, or parts of them, of ad click ids: long and random, but no secret; campaigns need them. */
const CLICK_ID_NAMES = /epik|_kx|li_fat_id|(rdt|mc)_cid|clk?id|braid|sccid|igshid/i;

/** What an e-mail address has in it, encoded up to three times. */
const AT_SIGNS = /@|%(25){0,2}40/;

/** What an address, a query or JSON in a value has in it; a path begins like one. */
const NESTED = /=|%(25)?3d|%22%3a|:\/\/|%2f%2f|^[/%]/i;

/**
 * `url` without secrets, user name and password, at most 2,083 UTF-16 units long.
 *
 * Of an address without host (`mailto:`, `tel:`, `javascript:`, `data:`) only the scheme is kept, of what is no address
 * nothing.
 */
export const redactUrl = (url: string): string => {
  // Numbers are in here since esbuild puts those of a function, not those of a file, where they are used.
  /** Longest address that is kept, in UTF-16 units: the protocol's `MAX_URL_CHARS`. */
  const MAX_URL = 2_083;
  /** Shortest piece after one of the link words that counts as its token. */
  const MIN_LINK_TOKEN = 6;
  /** Shortest run of letters and digits that can be a random token. */
  const MIN_TOKEN = 20;
  /** How often a random token changes between digits, small and capital letters, at least: nobody writes so. */
  const MIN_CHANGES = 5;

  let before = "";
  /** A piece begins with its delimiter; `value` is what stands behind an equals sign, if anything does. */
  const redactPiece = (piece: string, value = "") => {
    const name = value && before;
    // What may tell that this piece is a token, if it can be one: a value may be a link itself.
    const words = piece[MIN_LINK_TOKEN] && /\d/.test(piece) ? before + (NESTED.test(value) ? piece : "") : "";
    before = piece;
    return AT_SIGNS.test(piece) ||
      SECRET_NAMES.test(words || name) ||
      SECRET_WHOLE_NAMES.test(name) ||
      LINK_WORDS.test(words) ||
      (!CLICK_ID_NAMES.test(name) &&
        piece
          // A UUID is no run: most applications name their records so. After a link word it is a token all the same.
          .split(/^.[\da-f]{8}(?:-[\da-f]{4}){4}[\da-f]{8}$|[^\w-]/i)
          .some(
            (run) =>
              run[MIN_TOKEN - 1] &&
              /\d/.test(run) &&
              // Words of a slug are parted by hyphens: those are no changes.
              run.match(/\d(?=[a-zA-Z])|[a-z](?=[A-Z\d])|[A-Z](?=[a-z\d])/g)?.[MIN_CHANGES - 1],
          ))
      ? `${piece[0]}REDACTED`
      : piece;
  };
  return cut(
    cut(url, MAX_URL).replace(
      // Scheme, slashes, user name and password, host, rest.
      /^([^:]*:)(\/\/)?(?:[^#?/]*@)?([^#?/]*)(.*)|.+/s,
      (_, scheme = "", slashes, host, rest) =>
        slashes ? scheme + slashes + host + rest.replace(/=([^#?&;]+)|.[^#?&;/=]*/g, redactPiece) : scheme,
    ),
    MAX_URL,
  );
};
