// Skips a step whose inputs are what they were when it last succeeded. Contents are compared, not
// times, so switching branches back and forth costs nothing.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../run.mjs";

const folder = `${root}/target/stamps`;

/**
 * Runs a step unless it is up to date.
 *
 * @param {string} name the step, also the stamp's file name
 * @param {{ inputs: string[], settings?: unknown, outputs: string[] }} about
 *   files and folders that the step reads, what else decides its result, and the files that it writes
 * @param {() => Promise<void>} step
 * @returns {Promise<boolean>} whether the step ran
 */
export async function whenChanged(name, { inputs, settings, outputs }, step) {
  const stamp = `${folder}/${name}`;
  const key = fingerprint(inputs, settings);
  const made = () => JSON.stringify({ key, outputs: fingerprint(outputs) });
  if (existsSync(stamp) && outputs.every(existsSync) && readFileSync(stamp, "utf8") === made()) return false;
  rmSync(stamp, { force: true });
  await step();
  mkdirSync(folder, { recursive: true });
  writeFileSync(stamp, made());
  return true;
}

/** The first characters of a content hash, as they stand in a file's name. */
export function shortHash(bytes) {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 8);
}

function fingerprint(paths, settings = null) {
  const hash = createHash("sha256").update(JSON.stringify(settings));
  for (const path of paths.flatMap(filesIn)) hash.update(`\0${path}\0`).update(readFileSync(path));
  return hash.digest("hex");
}

function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}
