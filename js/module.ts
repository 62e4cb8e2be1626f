/** Fetches the module and joins it to its glue. */
import * as glue from "../target/bindgen/tracker_bg.js";
import { readHints } from "./facts";
import { isAnonymous } from "./spill";

/** The module as a script, beside the file that this becomes; set by the build. */
declare const __FALLBACK_JS__: string;

let instantiated: Promise<void> | undefined;

/** Fetches and compiles the module, once. */
export function instantiate(url: string | URL): Promise<void> {
  instantiated ??= (async () => {
    let exports: WebAssembly.Exports;
    try {
      let source: WebAssembly.WebAssemblyInstantiatedSource;
      try {
        source = await WebAssembly.instantiateStreaming(fetch(url), glue.imports);
      } catch {
        // A server that sends another media type than application/wasm.
        source = await WebAssembly.instantiate(await (await fetch(url)).arrayBuffer(), glue.imports);
      }
      exports = source.instance.exports;
    } catch {
      // The page's policy refuses WebAssembly, or the browser has none, or the file does not come.
      exports = (await import(__FALLBACK_JS__)).instantiate(glue.imports);
    }
    glue.attach(exports);
    if (!isAnonymous()) await readHints();
  })();
  return instantiated;
}
