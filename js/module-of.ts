/** Fetches a module, as wasm or as the script that stands in for it. */

/** Makes an instance; gives its exports. */
export type Make = (imports: WebAssembly.Imports) => WebAssembly.Exports;

/** What makes instances of the module that is `fetched`; of `fallback` where the page cannot have it. */
export async function moduleOf(
  fetched: () => Promise<Response>,
  fallback: () => Promise<{ instantiate: Make }>,
): Promise<Make> {
  try {
    // Not streamed: that would need the media type application/wasm, which some servers do not send, and
    // gains nothing with so small a file. It is compiled off the main thread either way.
    const module = await WebAssembly.compile(await (await fetched()).arrayBuffer());
    return (imports) => new WebAssembly.Instance(module, imports).exports;
  } catch {
    // The page's policy refuses WebAssembly, or the browser has none, or the file does not come.
    return (await fallback()).instantiate;
  }
}
