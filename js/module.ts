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
      // Not streamed: that would need the media type application/wasm, which some servers do not send, and
      // gains nothing with so small a file. It is compiled off the main thread either way. Where there is no
      // WebAssembly nothing is fetched, and where a policy refuses it, that is reported once.
      exports = (await WebAssembly.instantiate(await (await fetch(url)).arrayBuffer(), glue.imports)).instance.exports;
    } catch {
      // The page's policy refuses WebAssembly, or the browser has none, or the file does not come.
      exports = (await import(__FALLBACK_JS__)).instantiate(glue.imports);
    }
    glue.attach(exports);
    if (!isAnonymous()) await readHints();
  })();
  return instantiated;
}
