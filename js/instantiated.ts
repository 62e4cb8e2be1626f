/** Fetches a module, as wasm or as the script that stands in for it. */

/** The exports of the module at `url`; those of `fallback` where the page cannot have it. */
export async function instantiated(
  url: string | URL,
  imports: WebAssembly.Imports,
  fallback: () => Promise<{ instantiate(imports: WebAssembly.Imports): WebAssembly.Exports }>,
): Promise<WebAssembly.Exports> {
  try {
    // Not streamed: that would need the media type application/wasm, which some servers do not send, and
    // gains nothing with so small a file. It is compiled off the main thread either way. Where there is no
    // WebAssembly nothing is fetched, and where a policy refuses it, that is reported once.
    return (await WebAssembly.instantiate(await (await fetch(url)).arrayBuffer(), imports)).instance.exports;
  } catch {
    // The page's policy refuses WebAssembly, or the browser has none, or the file does not come.
    return (await fallback()).instantiate(imports);
  }
}
