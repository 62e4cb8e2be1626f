/** That anybody can make the published bytes from the sources: another folder, nothing compiled before. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { dist, root } from "../e2e/support/collector.ts";

const run = promisify(execFile);

/** It compiles everything, on some machines the standard library too: a long test. */
const isAll = process.env.SILLAGE_TESTS === "all";

/** Longest time of one test, in milliseconds. */
const TEST_TIMEOUT_MS = 1_800_000;

describe("reproducible build", { skip: !isAll && "runs among the long tests" }, () => {
  test("a clean tree in another folder gives the same bytes", { timeout: TEST_TIMEOUT_MS }, async (context) => {
    const parent = mkdtempSync(join(tmpdir(), "sillage-reproducible-"));
    context.after(() => rmSync(parent, { recursive: true, force: true }));
    // Longer than most: a path that reaches the bytes would move something.
    const copy = join(parent, "a-folder-with-a-name-of-its-own");
    mkdirSync(copy);
    for (const file of await sources()) cpSync(join(root, file), join(copy, file));
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    // Where cargo is told to put its results, it would find what it compiled before.
    const { CARGO_TARGET_DIR: _, ...env } = process.env;
    await run(process.execPath, ["tools/build.mjs"], { cwd: copy, env });
    for (const part of ["npm", "web"]) assert.deepEqual(hashes(join(copy, "dist", part)), hashes(join(dist, part)));
  });
});

/** What a commit of the working tree would hold. */
async function sources(): Promise<string[]> {
  const { stdout } = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  return stdout.split("\0").filter((file) => file && existsSync(join(root, file)));
}

/** Each file below a folder, with the hash of its content. */
function hashes(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const found = files.map((file) => join(file.parentPath, file.name)).sort();
  return Object.fromEntries(
    found.map((path) => [path.slice(folder.length), createHash("sha256").update(readFileSync(path)).digest("hex")]),
  );
}
