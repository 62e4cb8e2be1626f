// The house's dependency rule, checked rather than remembered: see ARCHITECTURE.md.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, output, root } from "../run.mjs";

/** What would give the core a clock, a browser, randomness or a network. */
const foreignToCore = ["getrandom", "gloo-timers", "js-sys", "rand", "tokio", "wasm-bindgen", "web-sys"];

/** Fails with every breach, one after the other. */
export function checkDependencyRules() {
  const breaches = [...coreDependencies(), ...sourceBreaches()];
  if (breaches.length > 0) throw new Failure(`dependency rule: ${breaches.join("; ")}`);
}

function coreDependencies() {
  const found = new Set();
  for (const package_ of ["sillage-core", "sillage-protocol"]) {
    const args = ["tree", "--package", package_, "--edges", "normal", "--prefix", "none", "--target", "all"];
    const tree = output("cargo", [...args, "--no-default-features", "--format", "{p}"]);
    if (tree === undefined) return [`cargo tree of ${package_} failed`];
    for (const line of tree.split("\n")) {
      const name = line.split(" ")[0];
      if (foreignToCore.includes(name)) found.add(`${package_} depends on ${name}`);
    }
  }
  return found;
}

function sourceBreaches() {
  const breaches = [];
  for (const file of rustFiles("src")) {
    const source = readFileSync(`${root}/${file}`, "utf8").replace(/^\s*\/\/.*$/gm, "");
    if (file !== "src/bindings.rs" && withoutImports(source).includes("#[wasm_bindgen")) {
      breaches.push(`${file} exports to JavaScript, which only src/bindings.rs does`);
    }
    if (!file.startsWith("src/browser") && /\bweb_sys\b/.test(source)) {
      breaches.push(`${file} uses web-sys, which only src/browser/ does`);
    }
  }
  for (const file of rustFiles("crates/core/src")) {
    const source = readFileSync(`${root}/${file}`, "utf8").replace(/^\s*\/\/.*$/gm, "");
    if (/\b(SystemTime|Instant)::now\b|\bstd::(fs|net|thread)\b/.test(source)) {
      breaches.push(`${file} reads a clock or does I/O, which the core never does`);
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
