/** Fetches the module and joins it to its glue. */
import * as glue from "../target/bindgen/tracker_bg.js";
import { readHints } from "./facts";
import { instantiated as instantiatedFrom } from "./instantiated";
import { isAnonymous } from "./spill";

/** The module as a script, beside the file that this becomes; set by the build. */
declare const __FALLBACK_JS__: string;

let instantiated: Promise<void> | undefined;

/** Fetches and compiles the module, once. */
export function instantiate(url: string | URL): Promise<void> {
  instantiated ??= (async () => {
    glue.attach(await instantiatedFrom(url, glue.imports, () => import(__FALLBACK_JS__)));
    if (!isAnonymous()) await readHints();
  })();
  return instantiated;
}
