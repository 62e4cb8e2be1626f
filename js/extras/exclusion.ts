/** The visitor who keeps themselves out of a site's statistics for good, and who takes that back. */
import { attempt } from "../attempt";
import type { Host } from "../host";
import { storedUnder } from "../outbox";
import type { Options } from "../types";

/**
 * Stands where the record of visitor, session and consent would. Its version is none that the module reads; its last
 * word is what the loader goes by.
 */
const EXCLUDED = "0 excluded denied";

/** Whether the visitor keeps out. */
export const isExcluded = (host: Host): boolean => host.read() === EXCLUDED;

/** Keeps the visitor out from now on; what pages had stored goes with the next page. */
export function exclude({ site }: Options, host: Host): void {
  host.remember(EXCLUDED);
  attempt(() => {
    for (const [key] of storedUnder(`sillage:${site}`)) {
      // The campaign, spills, and what waited for a module.
      if (/^[!:~]/.test(key.slice(`sillage:${site}`.length))) localStorage.removeItem(key);
    }
  });
}

/** Takes it back: the visitor is as one who comes for the first time. */
function include({ site }: Options, host: Host): void {
  if (!isExcluded(host)) return;
  const key = `sillage:${site}`;
  host.remember("");
  attempt(() => localStorage.removeItem(key));
  attempt(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous
    document.cookie = `${encodeURIComponent(key)}=;path=/;max-age=0`;
  });
}

/** Does what `?sillage_exclude` and `?sillage_include` in the address ask for. */
export function obeyAddress(options: Options, host: Host, warn: (message: string) => void): void {
  const asked = new URLSearchParams(location.search);
  if (asked.has("sillage_exclude")) exclude(options, host);
  else if (asked.has("sillage_include")) {
    include(options, host);
    warn("this visitor does not keep out");
  }
}
