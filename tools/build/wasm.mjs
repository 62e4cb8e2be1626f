// The modules and their glue: cargo compiles, xtask takes the panic machinery out, binds and shortens names,
// wasm-opt makes the rest small.

import { mkdirSync } from "node:fs";
import { provideWasmToolchain, wasmTarget, wasmTargetDir } from "../provision/wasm-toolchain.mjs";
import { nativeTargetDir, root, run } from "../run.mjs";
import { whenChanged } from "./stamps.mjs";

const folder = `${root}/target/bindgen`;

/** Where a module's glue lies, which TypeScript imports, and the module before and after wasm-opt. */
const moduleOf = (stem, package_) => ({
  stem,
  package: package_,
  folder,
  compiled: `${wasmTargetDir}/${wasmTarget}/wasm/${package_.replaceAll("-", "_")}.wasm`,
  glue: `${folder}/${stem}_bg.js`,
  types: `${folder}/${stem}_bg.d.ts`,
  bound: `${folder}/${stem}.wasm`,
  optimised: `${folder}/optimised/${stem}.wasm`,
});

/** The tracker, glued by `js/tracker.ts`. */
export const bindgen = moduleOf("tracker", "sillage");

/** What is captured where a site switches it on, glued by `js/captures.ts`. */
export const captures = moduleOf("captures", "sillage-capture-module");

/** What rustc's default for wasm32 uses but for reference types: Chrome 85, Firefox 79, Safari 15 have it. */
const features = ["mutable-globals", "sign-ext", "bulk-memory", "nontrapping-float-to-int", "multivalue"];

/** The same for Binaryen's programs. */
export const moduleFeatures = ["--mvp-features", ...features.map((feature) => `--enable-${feature}`)];

/**
 * Measured on the tracker (brotli): gufa, low-memory-unused, `-Oz` and converge 11,211; with flatten and
 * rereloop before `-Oz` 11,130; with local-cse between them 11,115.
 *
 * low-memory-unused: rustc's stack begins at 0 and grows down towards it, and no data lies below 1 KiB.
 */
const optimisations = [
  ...moduleFeatures,
  "--gufa-optimizing",
  "--low-memory-unused",
  "--flatten",
  "--local-cse",
  "--rereloop",
  "-Oz",
  "--converge",
];

/** Measured with an inlining threshold of 0, 15, 30, 38, 48 (brotli): 11,303, 11,131, 11,115, 11,006, 11,096. */
const codeGeneration = ["-Ctarget-feature=-reference-types", "-Cllvm-args=-inline-threshold=38"];

/**
 * Compiles, binds and optimises; each part only where its inputs changed.
 *
 * Without reference types wasm-bindgen keeps JavaScript's values in an array of the glue; xtask takes
 * the feature off the list of the finished module too.
 */
export async function buildWasm() {
  const { cargo, env: toolchain } = await provideWasmToolchain();
  const given = toolchain.RUSTFLAGS ?? process.env.RUSTFLAGS ?? "";
  const env = { ...toolchain, RUSTFLAGS: [given, ...codeGeneration].join(" ").trim() };
  const xtask = await buildXtask();
  mkdirSync(`${folder}/optimised`, { recursive: true });
  for (const module of [bindgen, captures]) await buildModule(module, { cargo, env, xtask });
}

async function buildModule(
  { stem, package: package_, compiled, bound, glue, types, optimised },
  { cargo, env, xtask },
) {
  const what = ["--profile", "wasm", "--target", wasmTarget, "--package", package_, "--lib"];
  // xtask reads the linker's references to find what is unused once the panics are gone.
  const linker = ["--", "-Clink-arg=--emit-relocs"];
  await run(cargo, ["rustc", "--quiet", ...what, ...linker], { what: `compiling ${package_}`, env });
  await whenChanged(`bindgen-${stem}`, { inputs: [compiled, xtask], outputs: [bound, glue, types] }, () =>
    run(xtask, ["wasm", compiled, folder, stem], { what: `binding ${package_}` }),
  );
  await whenChanged(
    `wasm-opt-${stem}`,
    {
      inputs: [bound, `${root}/node_modules/binaryen/package.json`],
      settings: optimisations,
      outputs: [optimised],
    },
    () => optimise(bound, optimised, ["--strip-debug", "--strip-producers", "--strip-target-features"]),
  );
}

/**
 * Runs wasm-opt with the settings of the published module.
 *
 * @param {string} input
 * @param {string} output
 * @param {string[]} extra flags that follow; `-g` keeps the functions' names
 */
export async function optimise(input, output, extra) {
  const program = `${root}/node_modules/binaryen/bin/wasm-opt`;
  await run(process.execPath, [program, input, "-o", output, ...optimisations, ...extra], {
    what: `optimising ${input}`,
  });
}

/** Compiles `crates/xtask` for this machine; gives its path. */
export async function buildXtask() {
  return buildStep("xtask", []);
}

/** Compiles wasm-bindgen's test runner, of the same version; gives its path. */
export async function buildTestRunner() {
  return buildStep("wasm-test-runner", ["--features", "xtask/test-runner"]);
}

/** As a part of the workspace: by itself it would want its dependencies with other features, and compile them again. */
async function buildStep(name, extra) {
  const args = ["build", "--quiet", "--workspace", "--bin", name, ...extra];
  await run("cargo", args, { what: `compiling ${name}` });
  return `${nativeTargetDir}/debug/${name}`;
}
