// Debian's package manager, used only where it may be: as root, on Debian or its children, never by sudo.

import { existsSync } from "node:fs";
import { Failure, output, run, say } from "../run.mjs";

/** Whether packages can be installed without asking anybody. */
function mayInstall() {
  return (
    process.getuid?.() === 0 && existsSync("/etc/debian_version") && output("apt-get", ["--version"]) !== undefined
  );
}

/**
 * Installs packages, or fails with the one line that says what a person should install.
 *
 * @param {string} purpose what the packages are for, as it reads in a sentence
 * @param {() => string[]} packages the packages; asked after the package lists have been read
 */
export async function installPackages(purpose, packages) {
  if (!mayInstall()) {
    throw new Failure(
      `${purpose} is missing; install it (on Debian, as root: apt-get install ${packages().join(" ")})`,
    );
  }
  say(`apt-get: installing ${purpose}`);
  await run("apt-get", ["update", "-qq"], { what: "reading Debian's package lists", quiet: true });
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages()], {
    what: `installing ${purpose}`,
    env: { DEBIAN_FRONTEND: "noninteractive" },
    quiet: true,
  });
}

/** The newest `lld-NN` that the package lists offer; `lld` where none has a number. */
export function newestLld() {
  const names = output("apt-cache", ["search", "--names-only", "^lld-[0-9]+$"]) ?? "";
  const versions = [...names.matchAll(/^lld-(\d+) /gm)].map((match) => Number(match[1]));
  return versions.length > 0 ? `lld-${Math.max(...versions)}` : "lld";
}
