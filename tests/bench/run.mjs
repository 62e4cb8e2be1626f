// `npm run bench`: provides what is missing, then runs tests/bench/bench.ts with the same arguments.
//
// SILLAGE_DIST and SILLAGE_COLLECTOR name what was built elsewhere; nothing is built then.

import { build } from "../../tools/build.mjs";
import { provideBrowser } from "../../tools/provision/browser.mjs";
import { provideNodePackages } from "../../tools/provision/node-packages.mjs";
import { execute, nativeTargetDir, run, runMain } from "../../tools/run.mjs";

await runMain(async () => {
  await provideNodePackages();
  const { chromium } = await provideBrowser();
  const bench = ["--import", "tsx", `${import.meta.dirname}/bench.ts`, ...process.argv.slice(2)];
  const { code } = await execute(process.execPath, bench, {
    env: { SILLAGE_CHROMIUM: chromium, SILLAGE_COLLECTOR: await provideCollector() },
  });
  return code ?? 1;
});

async function provideCollector() {
  const { SILLAGE_DIST, SILLAGE_COLLECTOR } = process.env;
  if (!SILLAGE_DIST) await build();
  if (SILLAGE_COLLECTOR) return SILLAGE_COLLECTOR;
  await run("cargo", ["build", "--quiet", "--release", "--package", "sillage-collector"], {
    what: "compiling the collector",
  });
  return `${nativeTargetDir}/release/sillage-collector`;
}
