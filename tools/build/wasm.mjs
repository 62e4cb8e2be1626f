// The tracker's module and its glue: cargo compiles, xtask takes the panic machinery out, binds and
// shortens names, wasm-opt makes the rest small.

import { mkdirSync } from "node:fs";
import { provideWasmToolchain, wasmTarget, wasmTargetDir } from "../provision/wasm-toolchain.mjs";
import { nativeTargetDir, root, run } from "../run.mjs";
import { whenChanged } from "./stamps.mjs";

/** Where the glue lies that `js/tracker.ts` imports, and the module before and after wasm-opt. */
export const bindgen = {
  folder: `${root}/target/bindgen`,
  glue: `${root}/target/bindgen/tracker_bg.js`,
  types: `${root}/target/bindgen/tracker_bg.d.ts`,
  bound: `${root}/target/bindgen/tracker.wasm`,
  optimised: `${root}/target/bindgen/optimised/tracker.wasm`,
};

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
  const what = ["--profile", "wasm", "--target", wasmTarget, "--package", "sillage", "--lib"];
  // xtask reads the linker's references to find what is unused once the panics are gone.
  const linker = ["--", "-Clink-arg=--emit-relocs"];
  await run(cargo, ["rustc", "--quiet", ...what, ...linker], { what: "compiling the tracker", env });
  const compiled = `${wasmTargetDir}/${wasmTarget}/wasm/sillage.wasm`;
  const xtask = await buildXtask();

  mkdirSync(`${bindgen.folder}/optimised`, { recursive: true });
  await whenChanged(
    "bindgen",
    { inputs: [compiled, xtask], outputs: [bindgen.bound, bindgen.glue, bindgen.types] },
    () => run(xtask, ["wasm", compiled, bindgen.folder], { what: "binding the tracker" }),
  );
  await whenChanged(
    "wasm-opt",
    {
      inputs: [bindgen.bound, `${root}/node_modules/binaryen/package.json`],
      settings: optimisations,
      outputs: [bindgen.optimised],
    },
    () => optimise(bindgen.bound, bindgen.optimised, ["--strip-debug", "--strip-producers", "--strip-target-features"]),
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
    what: "optimising the tracker",
  });
}

/** Compiles `crates/xtask` for this machine; gives its path. */
export async function buildXtask() {
  return buildStep("xtask", []);
}

/** Compiles wasm-bindgen's test runner, of the same version; gives its path. */
export async function buildTestRunner() {
  return buildStep("wasm-test-runner", ["--features", "test-runner"]);
}

async function buildStep(name, extra) {
  const args = ["build", "--quiet", "--profile", "xtask", "--package", "xtask", "--bin", name, ...extra];
  await run("cargo", args, { what: `compiling ${name}` });
  return `${nativeTargetDir}/xtask/${name}`;
}
