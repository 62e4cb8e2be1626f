// `npm run build`: the tracker, from Rust and TypeScript to dist/npm (for bundlers) and dist/web (for pages).
//
//   node tools/build.mjs          everything
//   node tools/build.mjs --wasm   the module and its glue only, in target/bindgen

import { buildFallback } from "./build/fallback.mjs";
import { buildScripts } from "./build/scripts.mjs";
import { buildTypes } from "./build/types.mjs";
import { buildWasm } from "./build/wasm.mjs";
import { provideNodePackages } from "./provision/node-packages.mjs";
import { requireRust } from "./provision/rust.mjs";
import { runMain } from "./run.mjs";

export async function build({ wasmOnly = false } = {}) {
  requireRust();
  await provideNodePackages();
  await buildWasm();
  if (wasmOnly) return;
  await buildFallback();
  await buildScripts();
  await buildTypes();
}

if (import.meta.url === `file://${process.argv[1]}`) {
  await runMain(() => build({ wasmOnly: process.argv.includes("--wasm") }));
}
