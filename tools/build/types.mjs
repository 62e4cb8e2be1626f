// The declarations that editors read: one for each entry of the package, and of their neighbours only those
// that they refer to. The rest describes our insides and would point at files that are not published.

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { root, run } from "../run.mjs";
import { npmFolder } from "./scripts.mjs";
import { whenChanged } from "./stamps.mjs";
import { bindgen } from "./wasm.mjs";

const emitted = `${root}/target/types`;

/** What tsc declares, one for each entry in `exports` of package.json. */
const entries = ["index.d.ts", "script.d.ts", "react.d.ts", "testing.d.ts"];

/** Writes the declarations into dist/npm. */
export async function buildTypes() {
  const config = `${root}/tsconfig.types.json`;
  const inputs = [`${root}/js`, bindgen.types, config, `${root}/tsconfig.json`, `${root}/tools/build/types.mjs`];
  const outputs = entries.map((file) => `${npmFolder}/${file}`);
  await whenChanged("types", { inputs, outputs }, async () => {
    rmSync(emitted, { recursive: true, force: true });
    const tsc = `${root}/node_modules/typescript/bin/tsc`;
    await run(process.execPath, [tsc, "--project", config, "--outDir", emitted], { what: "declaring types" });
    for (const old of readdirSync(npmFolder)) if (old.endsWith(".d.ts")) rmSync(`${npmFolder}/${old}`);
    const found = new Map();
    for (const entry of entries) declare(entry, found);
    for (const [file, text] of found) writeFileSync(`${npmFolder}/${file}`, text);
  });
}

/**
 * Adds a declaration, and those that it refers to. Node's resolution (`node16`, `nodenext`) knows no file
 * without its ending, so that each gets one.
 */
function declare(file, found) {
  if (found.has(file) || !existsSync(`${emitted}/${file}`)) return;
  const text = readFileSync(`${emitted}/${file}`, "utf8");
  const names = [];
  const complete = text.replace(/(["'])\.\/([\w./-]+?)(?:\.[jt]s)?\1/g, (_, quote, name) => {
    names.push(name);
    return `${quote}./${name}.js${quote}`;
  });
  found.set(file, complete);
  for (const name of names) declare(`${name}.d.ts`, found);
}
