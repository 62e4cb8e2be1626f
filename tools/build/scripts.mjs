// The TypeScript of js/: one entry for bundlers, one for pages, the chunk that both load later, and the parts that
// this loads where a site uses them; each module with the fallback that is loaded where it must be.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Failure, root } from "../run.mjs";
import { compress } from "./compress.mjs";
import { capturesFallback, fallback } from "./fallback.mjs";
import { textOf } from "./module-text.mjs";
import { shortHash, whenChanged } from "./stamps.mjs";
import { bindgen, captures } from "./wasm.mjs";

export const npmFolder = `${root}/dist/npm`;
export const webFolder = `${root}/dist/web`;

/** The oldest browsers that docs/browsers.md declares: of newer syntax, what can be said otherwise is, and the rest is an error. */
const targets = ["chrome91", "edge91", "firefox79", "safari14.1"];

const settings = {
  bundle: true,
  minify: true,
  target: targets,
  legalComments: "none",
  logLevel: "silent",
  write: false,
  // What a module's text is made of is half as long without escapes.
  charset: "utf8",
  // Modules are strict anyway; what becomes a plain script gets no line that says so.
  tsconfigRaw: { compilerOptions: { target: "es2022", verbatimModuleSyntax: true } },
  // Members that begin with an underscore are ours or the glue's; no browser interface has such a name.
  mangleProps: /^_/,
  reserveProps: /^__proto__$/,
  // A tracker lives as long as its page: wasm-bindgen's ways to free it with the garbage go. The other is shorter.
  define: { FinalizationRegistry: "undefined", "Symbol.dispose": "undefined", "Number.POSITIVE_INFINITY": "Infinity" },
};

/**
 * Bundles js/ and lays out both folders; the web folder's names carry the hash of their content. The
 * stub is one line to paste into pages; no page asks for the file.
 */
export async function buildScripts() {
  const modules = [bindgen, captures].flatMap(({ glue, optimised }) => [glue, optimised]);
  const packages = ["esbuild", "web-vitals"].map((name) => `${root}/node_modules/${name}/package.json`);
  const inputs = [`${root}/js`, ...modules, fallback, capturesFallback, ...packages];
  const own = ["build/scripts.mjs", "build/compress.mjs", "build/module-text.mjs", "build/stamps.mjs"].map(
    (file) => `${root}/tools/${file}`,
  );
  const outputs = [...npmFiles.map((file) => `${npmFolder}/${file}`), webFolder];
  await whenChanged("scripts", { inputs: [...inputs, ...own], outputs }, bundleAll);
}

/** Goes with what is made of another's work, as its licence asks. */
const NOTICE = "/* web-vitals, (c) Google LLC, https://www.apache.org/licenses/LICENSE-2.0 */";

/**
 * Nearly all of it is called while the page loads: Chromium compiles it at once, on another thread, and not function by
 * function on the page's (https://v8.dev/blog/explicit-compile-hints).
 */
const EAGER = "//# allFunctionsCalledOnLoad";

/** What bundlers find; the declarations come from `types.mjs`. */
const npmFiles = [
  "index.js",
  "tracker.js",
  "fallback.js",
  "captures.js",
  "captures-fallback.js",
  "vitals.js",
  "calls.js",
  "extras.js",
  "overlay.js",
  "react.js",
  "testing.js",
];

async function bundleAll() {
  // Shortened members are passed on: what crosses from one file to the other must have one name.
  const names = {};
  /** A file that is loaded by a name that only the build knows. */
  const chunk = (entry, define = {}, more = {}) =>
    bundle(entry, {
      ...more,
      format: "esm",
      mangleCache: names,
      external: [
        "fallback*",
        ...["captures", "vitals", "calls", "extras", "overlay"].flatMap((it) => [`${it}-*`, `${it}.js`]),
      ].map((file) => `./${file}`),
      define: {
        ...settings.define,
        ...Object.fromEntries(
          Object.entries(define).map(([name, it]) => [name, JSON.stringify(name.endsWith("_JS__") ? `./${it}` : it)]),
        ),
      },
    });
  const hashed = (stem, ending, bytes) => `${stem}-${shortHash(bytes)}.${ending}`;

  const index = await bundle("js/index.ts", { format: "esm", mangleCache: names, external: ["./tracker.js"] });
  // Of React's components, what runs in the browser alone says so in its first line.
  const react = await bundle("js/react.ts", {
    format: "esm",
    mangleCache: names,
    external: ["react", "./index"],
    banner: { js: '"use client";' },
  });
  const testing = await bundle("js/testing.ts", { format: "esm", mangleCache: names });
  const fallbackScript = await chunk(fallback);
  const fallbackName = hashed("fallback", "js", fallbackScript);
  const capturesFallbackScript = await chunk(capturesFallback);
  const capturesFallbackName = hashed("captures-fallback", "js", capturesFallbackScript);
  const capturesWasm = textOf(readFileSync(captures.optimised));
  const vitalsScript = await chunk("js/vitals.ts", {}, { inject: ["js/vitals/undoable.ts"], banner: { js: NOTICE } });
  const vitalsName = hashed("vitals", "js", vitalsScript);
  const capturesOf = (script, vitals) =>
    chunk("js/captures.ts", {
      __CAPTURES_WASM__: capturesWasm,
      __CAPTURES_FALLBACK_JS__: script,
      __VITALS_JS__: vitals,
    });
  const npmCaptures = await capturesOf("captures-fallback.js", "vitals.js");
  const capturesScript = await capturesOf(capturesFallbackName, vitalsName);
  const capturesName = hashed("captures", "js", capturesScript);
  const callsScript = await chunk("js/calls.ts");
  const callsName = hashed("calls", "js", callsScript);
  const overlayScript = await chunk("js/overlay.ts");
  const overlayName = hashed("overlay", "js", overlayScript);
  const extrasOf = (overlay) => chunk("js/extras.ts", { __OVERLAY_JS__: overlay });
  const npmExtras = await extrasOf("overlay.js");
  const extrasScript = await extrasOf(overlayName);
  const extrasName = hashed("extras", "js", extrasScript);
  const wasm = textOf(readFileSync(bindgen.optimised));
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  const trackerOf = (script, captures, calls, extras) =>
    chunk(
      "js/tracker.ts",
      {
        __TRACKER_WASM__: wasm,
        __FALLBACK_JS__: script,
        __CAPTURES_JS__: captures,
        __CALLS_JS__: calls,
        __EXTRAS_JS__: extras,
        __VERSION__: version,
      },
      { banner: { js: EAGER } },
    );
  const npmTracker = await trackerOf("fallback.js", "captures.js", "calls.js", "extras.js");
  const tracker = await trackerOf(fallbackName, capturesName, callsName, extrasName);
  const trackerName = hashed("tracker", "js", tracker);
  const script = await bundle("js/script.ts", {
    format: "iife",
    banner: { js: EAGER },
    mangleCache: names,
    define: {
      ...settings.define,
      __TRACKER_JS__: JSON.stringify(trackerName),
    },
  });

  const stub = await bundle("js/stub.ts", { format: "esm", mangleCache: names });

  mkdirSync(npmFolder, { recursive: true });
  const npm = [
    index,
    npmTracker,
    fallbackScript,
    npmCaptures,
    capturesFallbackScript,
    vitalsScript,
    callsScript,
    npmExtras,
    overlayScript,
    Buffer.from(String(react).replace('"./index"', '"./index.js"')),
    testing,
  ];
  for (const [at, file] of npmFiles.entries()) writeFileSync(`${npmFolder}/${file}`, npm[at]);

  // Files of earlier builds would only be mistaken for this one's.
  rmSync(webFolder, { recursive: true, force: true });
  mkdirSync(webFolder, { recursive: true });
  for (const [name, bytes] of [
    ["sillage.js", script],
    ["stub.js", Buffer.from(String(stub).trim())],
    [trackerName, tracker],
    [fallbackName, fallbackScript],
    [capturesName, capturesScript],
    [capturesFallbackName, capturesFallbackScript],
    [vitalsName, vitalsScript],
    [callsName, callsScript],
    [extrasName, extrasScript],
    [overlayName, overlayScript],
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
