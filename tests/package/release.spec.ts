/** `npm run release` refuses what is not ready, and packs the same bytes each time. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
// @ts-expect-error a tool in plain JavaScript
import { faultsOf } from "../../tools/release/faults.mjs";
import { root } from "../e2e/support/collector.ts";

const run = promisify(execFile);

const isCheckout = existsSync(join(root, ".git"));

const ready = {
  status: "",
  manifest: { version: "1.2.3" },
  lock: { version: "1.2.3", packages: { "": { version: "1.2.3" } } },
  cargo: '[workspace]\nmembers = []\n\n[workspace.package]\nversion = "1.2.3"\n\n[package]\nname = "x"\n',
  cargoLock: '[[package]]\nname = "sillage"\nversion = "1.2.3"\n',
  changelog:
    "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-12-01\n\nWire version: **1**.\n\n### Added\n\n- Tea.\n",
  openapi: { info: { version: "1.2.3" } },
};

describe("release", () => {
  test("what is ready has no faults", () => assert.deepEqual(faultsOf(ready), []));

  for (const [what, change, fault] of [
    ["a tree with changes", { status: " M a\n?? b" }, /not clean: commit or remove 2/],
    [
      "another version in Cargo.toml",
      { cargo: ready.cargo.replace("1.2.3", "1.2.2") },
      /^Cargo\.toml is of version 1\.2\.2/,
    ],
    ["another version in Cargo.lock", { cargoLock: ready.cargoLock.replace("1.2.3", "1.2.2") }, /^Cargo\.lock/],
    ["another version in package-lock.json", { lock: { ...ready.lock, version: "1.2.2" } }, /^package-lock\.json is/],
    ["another version in the description", { openapi: { info: { version: "1.2.2" } } }, /^docs\/openapi\.json/],
    ["a changelog without the version", { changelog: "## [Unreleased]\n\n- Tea.\n" }, /ends with no version/],
    [
      "a changelog of the version before",
      { changelog: ready.changelog.replace("1.2.3", "1.2.2") },
      /ends with 1\.2\.2/,
    ],
    ["a version without a date", { changelog: ready.changelog.replace(" - 2026-12-01", "") }, /no date/],
    [
      "something unreleased",
      { changelog: ready.changelog.replace("[Unreleased]\n", "[Unreleased]\n\n- Milk.\n") },
      /unreleased/,
    ],
    [
      "a version that names no wire",
      { changelog: ready.changelog.replace("Wire version", "Version") },
      /no wire version/,
    ],
    ["a private package", { manifest: { version: "1.2.3", private: true } }, /private/],
  ] as [string, object, RegExp][]) {
    test(`${what} is named`, () => {
      const faults: string[] = faultsOf({ ...ready, ...change });
      assert.equal(faults.length, 1, faults.join("; "));
      assert.match(faults[0] ?? "", fault);
    });
  }

  test("two runs give the same bytes", {
    timeout: 300_000,
    skip: !isCheckout && "this is no git checkout",
  }, async () => {
    const pack = async () =>
      (await run(process.execPath, ["tools/release.mjs", "--draft", "--built"], { cwd: root })).stdout;
    const first = await pack();
    assert.match(first, /^[0-9a-f]{64} {2}sillage-\d\S+\.tgz$/m);
    assert.match(first, /^[0-9a-f]{64} {2}sillage-protocol-\d\S+\.crate$/m);
    assert.match(first, /^[0-9a-f]{64} {2}sillage-\d\S+-source\.tar\.gz$/m);
    assert.equal(await pack(), first);
  });
});
