// Packing: the npm package, the crates that are meant for others, and the sources. None of it holds a date of today, a
// name of this machine or a path of it.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { Failure, nativeTargetDir, output, root, run } from "../run.mjs";

/** An empty dist/release. */
export function prepareFolder() {
  const folder = `${root}/dist/release`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

export const sha256 = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

/** npm writes the same date into every archive. */
export async function packNpm(folder) {
  const told = output("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder]);
  if (told === undefined) throw new Failure("npm pack failed: run it by hand to see why");
  return JSON.parse(told)[0].filename;
}

/**
 * The crates with `publish = true`. Cargo writes the commit and one date into every archive, and compiles what is in it
 * unless this is a draft.
 */
export async function packCrates(folder, { isDraft }) {
  const metadata = JSON.parse(output("cargo", ["metadata", "--format-version", "1", "--no-deps"]));
  // `publish = false` is an empty list of registries.
  const published = metadata.packages.filter(({ publish }) => publish === null);
  const files = [];
  for (const { name, version } of published) {
    const flags = isDraft ? ["--allow-dirty", "--no-verify"] : [];
    await run("cargo", ["package", "--quiet", "--locked", "--package", name, ...flags], { what: `packing ${name}` });
    const file = `${name}-${version}.crate`;
    copyFileSync(`${nativeTargetDir}/package/${file}`, `${folder}/${file}`);
    files.push(file);
  }
  return files;
}

/** The commit as it is: the collector is compiled from it, since it embeds pages that lie outside of its crate. */
export async function packSources(folder, version) {
  const name = `sillage-${version}`;
  const args = ["archive", "--format=tar", `--prefix=${name}/`, "HEAD"];
  const { status, stdout } = spawnSync("git", args, { cwd: root, maxBuffer: 512 * 1024 * 1024 });
  if (status !== 0) throw new Failure("git archive failed");
  const file = `${name}-source.tar.gz`;
  writeFileSync(`${folder}/${file}`, gzipSync(stdout, { level: 9 }));
  return file;
}
