// The native Rust compiler: is it there, and is it new enough? Nothing is installed here, because how
// Rust gets onto a machine is its owner's choice.

import { readFileSync } from "node:fs";
import { Failure, output, root } from "../run.mjs";

/** The oldest compiler that builds the workspace, as `Cargo.toml` states it: `[1, 90]`. */
export function oldestRust() {
  const manifest = readFileSync(`${root}/Cargo.toml`, "utf8");
  const [, major, minor] = manifest.match(/^rust-version = "(\d+)\.(\d+)/m) ?? [];
  if (!minor) throw new Failure("Cargo.toml names no rust-version");
  return [Number(major), Number(minor)];
}

/**
 * The version that a compiler reports, `"1.95.0"`; `undefined` where it does not run.
 *
 * @param {string} rustc
 */
export function rustVersion(rustc) {
  return output(rustc, ["--version"])?.match(/^rustc (\d+\.\d+\.\d+)/)?.[1];
}

/**
 * @param {string | undefined} version
 * @returns {boolean} whether this compiler builds the workspace
 */
export function isNewEnough(version) {
  if (!version) return false;
  const [major, minor] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = oldestRust();
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** Fails with one line where cargo, rustc or the C compiler (SQLite is C) is missing or too old. */
export function requireRust() {
  const oldest = oldestRust().join(".");
  const advice = `install Rust ${oldest} or newer, for instance with https://rustup.rs`;
  if (!output("cargo", ["--version"])) throw new Failure(`cargo is missing: ${advice}`);
  const rustc = process.env.RUSTC ?? "rustc";
  const version = rustVersion(rustc);
  if (!version) throw new Failure(`${rustc} is missing: ${advice}`);
  if (!isNewEnough(version)) throw new Failure(`${rustc} is ${version}, too old: ${advice}`);
  const cc = process.env.CC ?? "cc";
  if (!output(cc, ["--version"])) {
    throw new Failure(`no C compiler (${cc}): install one, on Debian the package build-essential`);
  }
}
