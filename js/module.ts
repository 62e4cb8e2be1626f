/** Fetches the module and joins it to its glue. */
import * as glue from "../target/bindgen/tracker_bg.js";
import { readHints } from "./facts";
import { isAnonymous } from "./spill";

let instantiated: Promise<void> | undefined;

/** Fetches and compiles the module, once. */
export function instantiate(url: string | URL): Promise<void> {
  instantiated ??= (async () => {
    let source: WebAssembly.WebAssemblyInstantiatedSource;
    try {
      source = await WebAssembly.instantiateStreaming(fetch(url), glue.imports);
    } catch {
      // A server that sends another media type than application/wasm.
      source = await WebAssembly.instantiate(await (await fetch(url)).arrayBuffer(), glue.imports);
    }
    glue.attach(source.instance.exports);
    if (!isAnonymous()) await readHints();
  })();
  return instantiated;
}
