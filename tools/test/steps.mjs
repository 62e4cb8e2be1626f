// What `npm test` consists of. Each step throws a Failure, or gives the counts of the tests it ran.

import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { build } from "../build.mjs";
import { buildDocs } from "../docs.mjs";
import { provideBrowser, provideOtherBrowsers } from "../provision/browser.mjs";
import { provideNodePackages } from "../provision/node-packages.mjs";
import { requireRust } from "../provision/rust.mjs";
import { provideSdks } from "../provision/sdks.mjs";
import { provideWasmToolchain } from "../provision/wasm-toolchain.mjs";
import { execute, Failure, nativeTargetDir, root, run } from "../run.mjs";
import { report } from "../size.mjs";
import { cargoCounts, nodeCounts } from "./counts.mjs";
import { checkDependencyRules } from "./dependency-rules.mjs";
import { runWasmTests } from "./wasm-tests.mjs";

/** Browsers besides Chromium, in which the end-to-end suite runs in the long tier. */
const OTHER_ENGINES = ["firefox", "webkit"];

const bin = (name) => `${root}/node_modules/${name}`;

/**
 * The steps in their order. `check` marks those that look at the sources only (`npm run check`);
 * `needed` stops everything when it fails, since nothing after it could succeed; `ahead` is begun once what is needed
 * is there, and goes on beside the steps before.
 *
 * @param {{ all: boolean }} tier whether the long tests run too
 */
export function steps({ all }) {
  return [
    { name: "provision", needed: true, check: true, run: provision },
    { name: "rustfmt", check: true, run: () => run("cargo", ["fmt", "--all", "--check"]) },
    {
      name: "biome",
      check: true,
      run: () => run(process.execPath, [bin("@biomejs/biome/bin/biome"), "ci", "--colors=off"]),
    },
    { name: "rules", check: true, run: async () => checkDependencyRules() },
    { name: "clippy", check: true, run: clippy },
    { name: "docs", check: true, run: docs },
    { name: "cargo test", run: () => cargoTests(all) },
    ...(all ? [{ name: "simulation", run: simulation }] : []),
    { name: "build", check: true, run: () => build() },
    { name: "tsc", check: true, run: () => run(process.execPath, [bin("typescript/bin/tsc"), "--project", root]) },
    { name: "size", run: async () => report() },
    { name: "wasm tests", run: async () => concluded("wasm tests", await runWasmTests(), cargoCounts) },
    { name: "js tests", run: () => runNode("js tests", specs(`${root}/tests/js`), {}) },
    { name: "e2e", run: () => nodeTests("e2e", all) },
    { name: "package", run: () => nodeTests("package", all) },
    { name: "site", check: true, run: () => buildDocs() },
    { name: "samples", run: () => nodeTests("docs", all) },
    { name: "conformance", ahead: installSdks, run: () => conformance(all) },
    // The quick tests: the long ones try the same module's other timings.
    ...(all ? [{ name: "no wasm", run: () => nodeTests("e2e", false, { SILLAGE_MODULE: "js" }) }] : []),
    ...(all ? OTHER_ENGINES.map((engine) => ({ name: engine, run: () => suiteIn(engine) })) : []),
  ];
}

async function provision() {
  requireRust();
  await provideNodePackages();
  await provideWasmToolchain();
  await provideBrowser();
}

function clippy() {
  return run("cargo", ["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"]);
}

function docs() {
  return run("cargo", ["doc", "--quiet", "--workspace", "--no-deps"], { env: { RUSTDOCFLAGS: "--deny warnings" } });
}

/** How many seeds the simulation of `crates/core` runs among the long tests. */
const SEEDS = "100000";

/** The long tests of a crate are marked `#[ignore]`. */
async function cargoTests(all) {
  const args = ["test", "--workspace", "--no-fail-fast", ...(all ? ["--", "--include-ignored"] : [])];
  const ended = await execute("cargo", args, { tee: true });
  isCollectorCompiled = ended.code === 0;
  return concluded("cargo test", ended, cargoCounts);
}

/** Optimised, so many seeds take a minute or two instead of a quarter of an hour. */
async function simulation() {
  const args = ["test", "--release", "--package", "sillage-core", "--test", "simulation", "--", "--nocapture", "every"];
  const ended = await execute("cargo", args, { tee: true, env: { SILLAGE_SEEDS: SEEDS } });
  return concluded("simulation", ended, cargoCounts);
}

/** The long tests of a suite read SILLAGE_TESTS. */
async function nodeTests(suite, all, env = {}) {
  const files = specs(`${root}/tests/${suite}`);
  if (files.length === 0) throw new Failure(`tests/${suite} holds no *.spec.ts`);
  return runSpecs(suite, files, { SILLAGE_TESTS: all ? "all" : "quick", ...env });
}

/** Downloads mostly wait. */
let sdks;
function installSdks() {
  sdks ??= provideSdks();
  // Whoever needs them is told.
  sdks.catch(() => {});
  return sdks;
}

/** The official SDKs, and what the documentation says, against the collector. No browser takes part. */
async function conformance(all) {
  const { python, javascript } = await installSdks();
  await compileCollector();
  const env = { ...collectorProgram, SILLAGE_SDKS_PYTHON: python, SILLAGE_SDKS_JAVASCRIPT: javascript };
  return runNode("conformance", specs(`${root}/tests/conformance`), { ...env, SILLAGE_TESTS: all ? "all" : "quick" });
}

/** Suites that start a Chromium of their own, for what only its switches and DevTools bring about, or that measure. */
const CHROMIUM_ONLY = [
  "faults/lifecycle",
  "faults/prerender",
  "faults/storage-refused",
  "e2e/budget",
  "capture/back-forward",
  "capture/cost",
  "dashboard/reports",
  "dashboard/accessibility",
  "dashboard/hostile",
  "check/check",
].map((name) => `/${name}.spec.ts`);

/**
 * Suites that an engine does not come to the end of: why is not known yet. Workers themselves run in WebKitGTK. In Firefox
 * ESR a recording that is played does not come to its end; that the machine has no sound output may be why, and was not
 * tried on one that has.
 */
const NOT_IN = { webkit: ["/policy/service-worker.spec.ts"], firefox: ["/capture/media.spec.ts"] };

/** The end-to-end suite, and the whole fault table, in another engine than Chromium. */
async function suiteIn(engine) {
  const { firefox } = await provideOtherBrowsers();
  const left = [...CHROMIUM_ONLY, ...(NOT_IN[engine] ?? [])];
  const files = specs(`${root}/tests/e2e`).filter((file) => !left.some((ending) => file.endsWith(ending)));
  return runSpecs(engine, files, { SILLAGE_TESTS: "all", SILLAGE_ENGINE: engine, SILLAGE_FIREFOX: firefox });
}

async function runSpecs(name, files, env) {
  await compileCollector();
  const { chromium } = await provideBrowser();
  return runNode(name, files, { SILLAGE_CHROMIUM: chromium, ...collectorProgram, ...env });
}

const collectorProgram = { SILLAGE_COLLECTOR: `${nativeTargetDir}/debug/sillage-collector` };

/**
 * Whether it is there: the crates' tests compile it too. Compiled by itself it takes a minute more, since cargo then chooses
 * other features for what it depends on.
 */
let isCollectorCompiled = false;

async function compileCollector() {
  if (isCollectorCompiled) return;
  const args = ["build", "--quiet", "--workspace", "--bin", "sillage-collector"];
  await run("cargo", args, { what: "compiling the collector" });
  isCollectorCompiled = true;
}

async function runNode(name, files, env) {
  // By itself it leaves a core free, on two cores half of them. Browsers' tests wait more than they compute.
  const concurrency = `--test-concurrency=${availableParallelism()}`;
  const args = ["--import", "tsx", "--test", concurrency, "--test-reporter", "spec", ...files];
  return concluded(name, await execute(process.execPath, args, { tee: true, env }), nodeCounts);
}

/** Node 20's runner takes no patterns, and shells differ in `**`. */
function specs(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === "node_modules" ? [] : specs(path);
      return entry.name.endsWith(".spec.ts") ? [path] : [];
    });
}

/** Counts what ran; a program that failed without a failed test (it did not compile) counts as one. */
function concluded(name, { code, output }, read) {
  const counts = read(output);
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  if (code === 0 && counts.passed === 0) throw new Failure(`${name}: no test ran`);
  return counts;
}
