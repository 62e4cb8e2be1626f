// `npm test`: every check and every test, each step with its time, and at the end what ran.
//
//   node tools/test.mjs               what must pass before a change goes in (CI runs it)
//   node tools/test.mjs --all         the long tests too
//   node tools/test.mjs --only e2e    one step, or several: --only clippy,docs; `check` is all lints

import { Failure, runMain, say } from "./run.mjs";
import { steps } from "./test/steps.mjs";

await runMain(async () => {
  const chosen = choose(process.argv.slice(2));
  const results = [];
  for (const step of chosen) {
    const result = await runStep(step);
    results.push(result);
    if (!step.needed) continue;
    if (!result.ok) break;
    for (const later of chosen) later.ahead?.();
  }
  return summarise(results, chosen);
});

function choose(args) {
  const known = steps({ all: args.includes("--all") });
  const at = args.indexOf("--only");
  const names = at < 0 ? [] : (args[at + 1] ?? "").split(",");
  for (const name of names) {
    if (name === "check" || known.some((step) => step.name === name)) continue;
    throw new Failure(
      `--only ${name}: no such step; there are: check, ${known.map((step) => step.name).join(", ")}`,
      2,
    );
  }
  if (names.length === 0) return known;
  return known.filter((step) => step.needed || names.includes(step.name) || (step.check && names.includes("check")));
}

async function runStep({ name, run }) {
  say(`\n== ${name}`);
  const startedAt = performance.now();
  const result = { name, ok: true, passed: 0, failed: 0, note: "" };
  try {
    Object.assign(result, await run());
    result.ok = result.failed === 0;
  } catch (error) {
    result.ok = false;
    result.note = error instanceof Failure ? error.message : error.stack;
    say(result.note);
  }
  result.seconds = (performance.now() - startedAt) / 1000;
  say(`== ${name}: ${result.ok ? "ok" : "FAILED"} after ${result.seconds.toFixed(1)} s`);
  return result;
}

/** Prints the table, what failed, and the line that CI reads; gives the exit code. */
function summarise(results, chosen) {
  const lines = ["", "summary"];
  for (const { name, ok, passed, failed, seconds } of results) {
    const tests = passed + failed > 0 ? `${passed} passed, ${failed} failed` : "";
    lines.push(
      `  ${name.padEnd(12)}${(ok ? "ok" : "FAILED").padEnd(8)}${`${seconds.toFixed(1)} s`.padStart(9)}  ${tests}`.trimEnd(),
    );
  }
  for (const { name } of chosen.slice(results.length)) lines.push(`  ${name.padEnd(12)}not run`);
  for (const { name, note } of results.filter((result) => result.note)) lines.push(`  ${name}: ${note}`);
  const total = (of) => results.reduce((sum, result) => sum + result[of], 0);
  lines.push("", `${total("passed")} passed, ${total("failed")} failed`);
  process.stdout.write(`${lines.join("\n")}\n`);
  return results.every((result) => result.ok) ? 0 : 1;
}
