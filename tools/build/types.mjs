// The declarations that editors read: dist/npm/index.d.ts, and of its neighbours only those that it
// refers to. The rest describes our insides and would point at files that are not published.

import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { root, run } from "../run.mjs";
import { npmFolder } from "./scripts.mjs";
import { whenChanged } from "./stamps.mjs";
import { bindgen } from "./wasm.mjs";

const emitted = `${root}/target/types`;

/** Writes the declarations into dist/npm. */
export async function buildTypes() {
  const config = `${root}/tsconfig.types.json`;
  const inputs = [`${root}/js`, bindgen.types, config, `${root}/tsconfig.json`, `${root}/tools/build/types.mjs`];
  await whenChanged("types", { inputs, outputs: [`${npmFolder}/index.d.ts`] }, async () => {
    rmSync(emitted, { recursive: true, force: true });
    const tsc = `${root}/node_modules/typescript/bin/tsc`;
    await run(process.execPath, [tsc, "--project", config, "--outDir", emitted], { what: "declaring types" });
    for (const old of readdirSync(npmFolder)) if (old.endsWith(".d.ts")) rmSync(`${npmFolder}/${old}`);
    for (const file of reachable("index.d.ts")) copyFileSync(`${emitted}/${file}`, `${npmFolder}/${file}`);
  });
}

function reachable(file, found = new Set()) {
  if (found.has(file) || !existsSync(`${emitted}/${file}`)) return found;
  found.add(file);
  const text = readFileSync(`${emitted}/${file}`, "utf8");
  for (const [, name] of text.matchAll(/["']\.\/([\w./-]+?)(?:\.[jt]s)?["']/g)) reachable(`${name}.d.ts`, found);
  return found;
}
