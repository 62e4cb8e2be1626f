// `npm run release`: everything that a release is made of, in dist/release, with its SHA-256. It publishes nothing: what
// to run for that is printed in the end.
//
//   node tools/release.mjs           checks, tests, builds and packs
//   node tools/release.mjs --draft   builds and packs whatever the checks say, and says what they say; no tests
//
// `--built` packs what is in dist already. The same commit gives the same bytes, on any machine with the same compilers.

import { readFileSync } from "node:fs";
import { build } from "./build.mjs";
import { provideNodePackages } from "./provision/node-packages.mjs";
import { faultsOf } from "./release/faults.mjs";
import { packCrates, packNpm, packSources, prepareFolder, sha256 } from "./release/pack.mjs";
import { Failure, output, root, run, runMain, say } from "./run.mjs";

const read = (path) => readFileSync(`${root}/${path}`, "utf8");

/** What the checks look at. */
function sources() {
  const status = output("git", ["status", "--porcelain"]);
  if (status === undefined) throw new Failure("a release is made of a git checkout: git status fails here");
  return {
    status,
    manifest: JSON.parse(read("package.json")),
    lock: JSON.parse(read("package-lock.json")),
    cargo: read("Cargo.toml"),
    cargoLock: read("Cargo.lock"),
    changelog: read("CHANGELOG.md"),
    openapi: JSON.parse(read("docs/openapi.json")),
  };
}

async function release({ isDraft, isBuilt }) {
  const found = sources();
  const faults = faultsOf(found);
  for (const fault of faults) say(`release: ${fault}`);
  if (faults.length > 0 && !isDraft) throw new Failure("nothing was packed; --draft packs all the same");
  if (!isDraft) await run(process.execPath, ["tools/test.mjs"], { what: "the tests" });
  await provideNodePackages();
  if (!isBuilt) await build();
  const folder = prepareFolder();
  const artefacts = [
    await packNpm(folder),
    ...(await packCrates(folder, { isDraft })),
    await packSources(folder, found.manifest.version),
  ];
  for (const artefact of artefacts) console.log(`${sha256(`${folder}/${artefact}`)}  ${artefact}`);
  const { version } = found.manifest;
  say(`release: in dist/release. Published by hand, from the tag v${version}:`);
  say(`  git tag --sign v${version} && git push --tags`);
  say(`  npm publish dist/release/${artefacts[0]}`);
  say("  cargo publish --package sillage-protocol");
}

await runMain(() => release({ isDraft: process.argv.includes("--draft"), isBuilt: process.argv.includes("--built") }));
