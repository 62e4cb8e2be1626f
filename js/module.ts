/** Fetches the module and joins it to its glue. */
import * as glue from "../target/bindgen/tracker_bg.js";
import { readHints } from "./facts";
import { instantiated } from "./instantiated";
import { isAnonymous } from "./spill";
import type { Options } from "./types";

/** The module as a script, and the calls, beside the file that this becomes; set by the build. */
declare const __FALLBACK_JS__: string;
declare const __CALLS_JS__: string;

/** Instances that no tracker has taken yet: each serves one. */
export const instances: WebAssembly.Exports[] = [];

/** Fetches and compiles the module, and what holds events to a site's rules. There may be no options, whatever the types say. */
export async function instantiate(options: Options | undefined, ownUrl: string | URL): Promise<void> {
  // Nothing gets past rules: where they cannot be loaded, nothing is sent.
  if (options?.rules) await import(__CALLS_JS__);
  const [instance] = await Promise.all([
    instantiated(options?.wasmUrl ?? ownUrl, glue.imports, () => import(__FALLBACK_JS__)),
    isAnonymous(options) || readHints(),
  ]);
  instances.push(instance);
}
