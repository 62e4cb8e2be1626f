/**
 * The package's `tracker.wasm`, imported by a bundler that copies `.wasm` files and gives their address: what
 * `Options.wasmUrl` takes.
 */
declare const url: string;
export default url;
