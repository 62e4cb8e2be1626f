// `npm run bench:collector`: builds the collector and its load generator (crates/collector/benches/load),
// and runs them on this machine.
//
//   npm run bench:collector                    prints the tables
//   npm run bench:collector -- --write         writes them to BENCHMARKS.md too
//   npm run bench:collector -- --seconds 30    what follows goes to the load generator; --help lists it

import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { requireRust } from "../../tools/provision/rust.mjs";
import { execute, Failure, root, runMain } from "../../tools/run.mjs";

/** Begins the part of BENCHMARKS.md that this program writes; what is before it is another's. */
const HEADING = "# Benchmarks of the collector";

/** Processes for each core that want to run, from which on absolute figures say little. */
const QUIET_LOAD = 0.5;

await runMain(async () => {
  requireRust();
  const all = process.argv.slice(2);
  const args = all.filter((arg) => arg !== "--write");
  const load = (loadavg()[0] ?? 0) / availableParallelism();
  const command = ["bench", "--quiet", "--package", "sillage-collector", "--bench", "load", "--", ...args];
  const { code, output } = await execute("cargo", command, { tee: true });
  if (code !== 0) throw new Failure("the collector could not be measured", code ?? 1);
  const tables = output.slice(output.indexOf("| run")).trim();
  if (all.includes("--write")) write(`${introduction(args, load)}\n\n${tables}\n`);
  return 0;
});

function introduction(args, load) {
  const date = new Date().toISOString().slice(0, 10);
  const [cpu] = cpus();
  const lines = [
    HEADING,
    "",
    `\`npm run bench:collector${args.length > 0 ? ` -- ${args.join(" ")}` : ""}\`, ${date}, ${availableParallelism()} cores (${cpu?.model.trim()}):`,
    "page views and clicks by the wire of the tracker, checked, enriched and synced to disk before each answer. The",
    "sender shares the cores with the collector, so the collector alone would take more; its own time is in the table.",
    "",
    `${load.toFixed(1)} processes for each core wanted to run when the run began.`,
  ];
  if (load > QUIET_LOAD) {
    lines.push("**The machine was busy: absolute figures say little; CPU time and bytes for each event say more.**");
  }
  return lines.join("\n");
}

function write(section) {
  const file = `${root}/BENCHMARKS.md`;
  const before = readFileSync(file, "utf8").split(`\n${HEADING}\n`)[0].trimEnd();
  writeFileSync(file, `${before}\n\n${section}`);
}
