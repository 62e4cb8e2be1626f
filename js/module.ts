/** Fetches the module. */
import { readHints } from "./facts";
import { type Make, moduleOf } from "./module-of";
import { isAnonymous } from "./spill";
import type { Options } from "./types";

/** The module as a script, and the calls, beside the file that this becomes; set by the build. */
declare const __FALLBACK_JS__: string;
declare const __CALLS_JS__: string;

/** Makes an instance: each tracker has its own. */
export let make: Make;

/** Fetches and compiles the module, and what holds events to a site's rules. There may be no options, whatever the types say. */
export async function instantiate(options: Options | undefined, ownUrl: string | URL): Promise<void> {
  // Nothing gets past rules: where they cannot be loaded, nothing is sent.
  if (options?.rules) await import(__CALLS_JS__);
  [make] = await Promise.all([
    moduleOf(options?.wasmUrl ?? ownUrl, () => import(__FALLBACK_JS__)),
    isAnonymous(options) || readHints(),
  ]);
}
