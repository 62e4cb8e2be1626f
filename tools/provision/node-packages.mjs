// The npm packages of package-lock.json, installed when they are missing or the lock file has changed.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { root, run, say } from "../run.mjs";

/** Installs without running the packages' own scripts: none of ours needs them. */
export async function provideNodePackages() {
  const stamp = `${root}/node_modules/.sillage-installed`;
  const lock = createHash("sha256")
    .update(readFileSync(`${root}/package-lock.json`))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  say("npm: installing the packages of package-lock.json");
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    what: "installing npm packages",
    quiet: true,
  });
  writeFileSync(stamp, lock);
}
