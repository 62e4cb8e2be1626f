// The same modules as JavaScript, by wasm2js: for pages whose policy refuses WebAssembly, and browsers without it.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Failure, root, run } from "../run.mjs";
import { whenChanged } from "./stamps.mjs";
import { bindgen, captures, moduleFeatures } from "./wasm.mjs";

const folder = `${root}/target/fallback`;

/** Scripts whose `instantiate` takes a module's imports and gives its exports. */
export const fallback = `${folder}/fallback.js`;
export const capturesFallback = `${folder}/captures-fallback.js`;

/**
 * wasm2js knows the first WebAssembly only. Measured from the finished module with -Oz, -Os, -O3 (brotli):
 * 16,781, 16,804, 16,811; from one that was optimised without what is lowered here: 16,821.
 */
const lowering = ["--llvm-memory-copy-fill-lowering", "--llvm-nontrapping-fptoint-lowering", "--signext-lowering"];
const translation = ["--mvp-features", "--enable-mutable-globals", "-Oz"];

/** Translates the finished modules, where they have changed. */
export async function buildFallback() {
  await translate("fallback", bindgen.optimised, fallback);
  await translate("captures-fallback", captures.optimised, capturesFallback);
}

async function translate(stamp, module, script) {
  const inputs = [module, `${root}/node_modules/binaryen/package.json`, `${root}/tools/build/fallback.mjs`];
  const settings = [moduleFeatures, lowering, translation];
  await whenChanged(stamp, { inputs, settings, outputs: [script] }, async () => {
    mkdirSync(folder, { recursive: true });
    const lowered = `${folder}/lowered.wasm`;
    const translated = `${folder}/translated.js`;
    await binaryen("wasm-opt", [module, "-o", lowered, ...moduleFeatures, ...lowering]);
    await binaryen("wasm2js", [lowered, "-o", translated, ...translation]);
    writeFileSync(script, asFunction(readFileSync(translated, "utf8")));
  });
}

function binaryen(program, args) {
  return run(process.execPath, [`${root}/node_modules/binaryen/bin/${program}`, ...args], {
    what: "translating a module to JavaScript",
  });
}

/**
 * wasm2js writes a module that imports what ours gets as an argument, and data as base64, which keeps
 * a compressor from seeing that most of it is text: as text the whole is 654 bytes smaller (brotli).
 */
function asFunction(source) {
  const written = source
    .replace(/^import \* as \w+ from '\w+';\n/, "")
    .replace(/ {2}var base64ReverseLookup =[\s\S]*?(?=function initActiveSegments)/, PUT_TEXT)
    .replace(/base64DecodeToExistingUint8Array\(bufferView, (\d+), "([\w+/=]*)"\)/g, (_, at, data) => {
      return `putText(${at}, ${JSON.stringify(Buffer.from(data, "base64").toString("latin1"))})`;
    })
    .replace(/\nvar retasmFunc = asmFunc\([\s\S]*$/, "\nexport { asmFunc as instantiate };\n");
  if (/base64|retasmFunc|^import /m.test(written) || !written.includes("export { asmFunc as instantiate }")) {
    throw new Failure("wasm2js writes its script in another way now: see asFunction in tools/build/fallback.mjs");
  }
  return written;
}

/** Writes a text of characters below 256 into the memory, one byte each. */
const PUT_TEXT = `
function putText(at, text) {
  for (var i = 0; i < text.length; i++) bufferView[at + i] = text.charCodeAt(i);
}
`;
