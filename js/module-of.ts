/** Makes a module of the text that the build has put into the script that runs it. */

/** Makes an instance; gives its exports. */
export type Make = (imports: WebAssembly.Imports) => Promise<WebAssembly.Exports>;

/** A module as a script that stands in for it. */
interface StandIn {
  instantiate(imports: WebAssembly.Imports): WebAssembly.Exports;
}

/** How far a byte's character is from the byte, as in `tools/build/module-text.mjs`, which says why. */
const SHIFT = 40;

/**
 * What makes instances of the module that `text` holds, which is compiled meanwhile; of `fallback` where the page cannot
 * have it: there is no WebAssembly, or the page's policy refuses it. WebKit does so when the instance is made.
 */
export function moduleOf(text: string, fallback: () => Promise<StandIn>): Make {
  const compiled = (async () => {
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at) - SHIFT;
    // Off the main thread.
    return WebAssembly.compile(bytes);
  })();
  // Seen by who asks for an instance.
  compiled.catch(() => {});
  return async (imports) => {
    try {
      return new WebAssembly.Instance(await compiled, imports).exports;
    } catch {
      return (await fallback()).instantiate(imports);
    }
  };
}
