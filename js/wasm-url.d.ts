/**
 * The package's `tracker.wasm` or `captures.wasm`, imported by a bundler that copies `.wasm` files and gives their
 * address: what `Options.wasmUrl` and `Options.captureWasmUrl` take.
 */
declare const url: string;
export default url;
