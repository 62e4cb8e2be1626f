// The TypeScript of js/: one entry for bundlers, one for pages, and the chunk that both load later,
// with the fallback that this loads where it must.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Failure, root } from "../run.mjs";
import { compress } from "./compress.mjs";
import { fallback } from "./fallback.mjs";
import { shortHash, whenChanged } from "./stamps.mjs";
import { bindgen } from "./wasm.mjs";

export const npmFolder = `${root}/dist/npm`;
export const webFolder = `${root}/dist/web`;

/** es2020: every browser that runs the module (Chrome 85, Firefox 79, Safari 15) has it. */
const settings = {
  bundle: true,
  minify: true,
  target: "es2020",
  legalComments: "none",
  logLevel: "silent",
  write: false,
  // Modules are strict anyway; what becomes a plain script gets no line that says so.
  tsconfigRaw: { compilerOptions: { target: "es2022", verbatimModuleSyntax: true } },
  // Members that begin with an underscore are ours or the glue's; no browser interface has such a name.
  mangleProps: /^_/,
  reserveProps: /^__proto__$/,
  // A tracker lives as long as its page: wasm-bindgen's ways to free it with the garbage go.
  define: { FinalizationRegistry: "undefined", "Symbol.dispose": "undefined" },
};

/**
 * Bundles js/ and lays out both folders; the web folder's names carry the hash of their content. The
 * stub is one line to paste into pages; no page asks for the file.
 */
export async function buildScripts() {
  const inputs = [`${root}/js`, bindgen.glue, bindgen.optimised, fallback, `${root}/node_modules/esbuild/package.json`];
  const own = ["build/scripts.mjs", "build/compress.mjs"].map((file) => `${root}/tools/${file}`);
  const files = ["index.js", "tracker.js", "tracker.wasm", "fallback.js"].map((file) => `${npmFolder}/${file}`);
  const outputs = [...files, webFolder];
  await whenChanged("scripts", { inputs: [...inputs, ...own], outputs }, bundleAll);
}

async function bundleAll() {
  // Shortened members are passed on: what crosses from one file to the other must have one name.
  const names = {};
  const fallbackScript = await bundle(fallback, { format: "esm", mangleCache: names });
  const fallbackName = `fallback-${shortHash(fallbackScript)}.js`;
  const chunk = (fallbackFile) =>
    bundle("js/tracker.ts", {
      format: "esm",
      mangleCache: names,
      external: ["./fallback*"],
      define: { ...settings.define, __FALLBACK_JS__: JSON.stringify(`./${fallbackFile}`) },
    });
  const npmTracker = await chunk("fallback.js");
  const tracker = await chunk(fallbackName);
  const index = await bundle("js/index.ts", { format: "esm", mangleCache: names, external: ["./tracker.js"] });
  const wasm = readFileSync(bindgen.optimised);
  const trackerName = `tracker-${shortHash(tracker)}.js`;
  const wasmName = `tracker-${shortHash(wasm)}.wasm`;
  const script = await bundle("js/script.ts", {
    format: "iife",
    mangleCache: names,
    define: {
      ...settings.define,
      __TRACKER_JS__: JSON.stringify(trackerName),
      __TRACKER_WASM__: JSON.stringify(wasmName),
    },
  });

  const stub = await bundle("js/stub.ts", { format: "esm", mangleCache: names });

  mkdirSync(npmFolder, { recursive: true });
  writeFileSync(`${npmFolder}/index.js`, index);
  writeFileSync(`${npmFolder}/tracker.js`, npmTracker);
  writeFileSync(`${npmFolder}/fallback.js`, fallbackScript);
  cpSync(bindgen.optimised, `${npmFolder}/tracker.wasm`);

  // Files of earlier builds would only be mistaken for this one's.
  rmSync(webFolder, { recursive: true, force: true });
  mkdirSync(webFolder, { recursive: true });
  for (const [name, bytes] of [
    ["sillage.js", script],
    ["stub.js", Buffer.from(String(stub).trim())],
    [trackerName, tracker],
    [wasmName, wasm],
    [fallbackName, fallbackScript],
  ]) {
    writeFileSync(`${webFolder}/${name}`, bytes);
    const { gzip, brotli } = compress(bytes);
    writeFileSync(`${webFolder}/${name}.gz`, gzip);
    writeFileSync(`${webFolder}/${name}.br`, brotli);
  }
}

async function bundle(entry, options) {
  const esbuild = await import("esbuild");
  try {
    const result = await esbuild.build({ ...settings, ...options, absWorkingDir: root, entryPoints: [entry] });
    Object.assign(options.mangleCache, result.mangleCache);
    return Buffer.from(result.outputFiles[0].contents);
  } catch (error) {
    const [first] = error.errors ?? [];
    if (!first) throw error;
    const where = first.location ? `${first.location.file}:${first.location.line}: ` : "";
    throw new Failure(`bundling ${entry}: ${where}${first.text}`);
  }
}
