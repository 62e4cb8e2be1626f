// `npm run size`: what a page downloads, against size-budget.json.
//
//   node tools/size.mjs               a table; fails over budget
//   node tools/size.mjs --functions   what the module's bytes are, by crate and function

import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { compress } from "./build/compress.mjs";
import { webFolder } from "./build/scripts.mjs";
import { bindgen, buildXtask, captures, optimise } from "./build/wasm.mjs";
import { build } from "./build.mjs";
import { Failure, root, run, runMain } from "./run.mjs";

const columns = ["file", "raw", "gzip", "brotli", "budget"];

/**
 * Measures the built files.
 *
 * @returns {{ rows: { file: string, raw: number, gzip: number, brotli: number, budget?: number }[], over: string[] }}
 *   one row for each file, one for what every page downloads, one for what captures, calls and web vitals add together, and
 *   one for each module that stands in a script; `over` names what exceeds its budget
 */
export function measure() {
  const budget = JSON.parse(readFileSync(`${root}/size-budget.json`, "utf8"));
  const names = readdirSync(webFolder).filter((name) => !/\.(br|gz)$/.test(name));
  const row = (file, bytes) => {
    const { gzip, brotli } = compress(bytes);
    return { file, raw: bytes.length, gzip: gzip.length, brotli: brotli.length, budget: budget.files[file] };
  };
  // Budgets are by the name without its hash.
  const rows = names
    .sort()
    .map((name) => row(name.replace(/-[0-9a-f]{8}(?=\.)/, ""), readFileSync(`${webFolder}/${name}`)));
  // The stub is no file that pages load: it is pasted into those that want it. A fallback is loaded
  // instead of its module, captures, calls and web vitals where a site uses them.
  const total = (file, parts, budget) => {
    const sum = (column) => rows.filter((row) => parts(row.file)).reduce((total, row) => total + row[column], 0);
    return { file, raw: sum("raw"), gzip: sum("gzip"), brotli: sum("brotli"), budget };
  };
  const isLater = (file) => /^(captures|calls|vitals)\.js$/.test(file);
  const totals = [
    total("total", (file) => /^(sillage|tracker)\.js$/.test(file), budget.total),
    total("later", isLater, budget.later),
  ];
  // What they would take as files.
  const modules = [bindgen, captures].map(({ stem, optimised }) => row(`${stem}, the module`, readFileSync(optimised)));
  rows.push(...totals, ...modules);
  const over = rows.filter((row) => row.budget !== undefined && row.brotli > row.budget);
  return { rows, over: over.map((row) => `${row.file} is ${row.brotli - row.budget} bytes over its budget`) };
}

/** Prints the table; fails where a budget is exceeded. */
export function report() {
  const { rows, over } = measure();
  for (const row of [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? "")))]) {
    const [file, ...numbers] = row;
    process.stdout.write(`${file.padEnd(22)}${numbers.map((number) => number.padStart(9)).join("")}\n`);
  }
  if (over.length > 0) throw new Failure(over.join("; "));
}

async function listFunctions() {
  const named = `${bindgen.folder}/named`;
  mkdirSync(named, { recursive: true });
  await optimise(bindgen.bound, `${named}/tracker.wasm`, ["-g"]);
  await run(await buildXtask(), ["functions", `${named}/tracker.wasm`], { what: "listing functions" });
}

if (import.meta.url === `file://${process.argv[1]}`) {
  await runMain(async () => {
    await build();
    if (process.argv.includes("--functions")) await listFunctions();
    else report();
  });
}
