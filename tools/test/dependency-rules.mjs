// The house's dependency rule, checked rather than remembered: see ARCHITECTURE.md.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, output, root } from "../run.mjs";

/** Crates of rules alone. */
const pure = ["sillage-core", "sillage-capture", "sillage-protocol"];

/** Where JavaScript is met: the one file of a module with exports. */
const bindings = ["src/bindings.rs", "crates/capture-module/src/bindings.rs"];

/** Adapters of the browser, each a file and a folder of that name: only these use web-sys. */
const adapters = ["src/browser", "crates/capture-module/src/browser"];

/** What would give a rule a clock, a browser, randomness or a network. */
const foreignToRules = ["getrandom", "gloo-timers", "js-sys", "rand", "tokio", "wasm-bindgen", "web-sys"];

/** Fails with every breach, one after the other. */
export function checkDependencyRules() {
  const breaches = [...pureDependencies(), ...sourceBreaches()];
  if (breaches.length > 0) throw new Failure(`dependency rule: ${breaches.join("; ")}`);
}

function pureDependencies() {
  const found = new Set();
  for (const package_ of pure) {
    const args = ["tree", "--package", package_, "--edges", "normal", "--prefix", "none", "--target", "all"];
    const tree = output("cargo", [...args, "--no-default-features", "--format", "{p}"]);
    if (tree === undefined) return [`cargo tree of ${package_} failed`];
    for (const line of tree.split("\n")) {
      const name = line.split(" ")[0];
      if (foreignToRules.includes(name)) found.add(`${package_} depends on ${name}`);
      if (name === "sillage-core" && package_ !== name) found.add(`${package_} depends on the tracker`);
    }
  }
  return found;
}

function sourceBreaches() {
  const breaches = [];
  for (const file of ["src", "crates/capture-module/src"].flatMap(rustFiles)) {
    const source = readFileSync(`${root}/${file}`, "utf8").replace(/^\s*\/\/.*$/gm, "");
    if (!bindings.includes(file) && withoutImports(source).includes("#[wasm_bindgen")) {
      breaches.push(`${file} exports to JavaScript, which only ${bindings.join(" and ")} do`);
    }
    if (!adapters.some((it) => file.startsWith(it)) && /\bweb_sys\b/.test(source)) {
      breaches.push(`${file} uses web-sys, which only ${adapters.join(" and ")} do`);
    }
  }
  for (const file of ["core", "capture"].flatMap((crate) => rustFiles(`crates/${crate}/src`))) {
    const source = readFileSync(`${root}/${file}`, "utf8").replace(/^\s*\/\/.*$/gm, "");
    if (/\b(SystemTime|Instant)::now\b|\bstd::(fs|net|thread)\b/.test(source)) {
      breaches.push(`${file} reads a clock or does I/O, which rules never do`);
    }
  }
  return breaches;
}

/** The source without `extern "C"` blocks: those import from JavaScript, which any adapter may. */
function withoutImports(source) {
  return source.replace(/#\[wasm_bindgen[^\]]*\]\s*(?:unsafe )?extern "C" \{[\s\S]*?\n\}/g, "");
}

function rustFiles(folder) {
  return readdirSync(`${root}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return rustFiles(path);
    return path.endsWith(".rs") ? [path] : [];
  });
}
