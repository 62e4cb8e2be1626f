// A compiler for wasm32-unknown-unknown. Three ways, the first that works is taken:
//  1. the installed Rust already has the target (rustup's users after the first time);
//  2. `rustup target add`, where rustup can download;
//  3. Debian's rustc-web, whose standard library for wasm is compiled once from Debian's sources.
// All three end in the same cargo command; only the environment differs.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { output, root, say } from "../run.mjs";
import { installPackages, newestLld } from "./debian.mjs";
import { isNewEnough, rustVersion } from "./rust.mjs";
import { buildSysroot } from "./wasm-sysroot.mjs";

export const wasmTarget = "wasm32-unknown-unknown";

/** Apart from the native target folder: two compilers in one folder would rebuild each other's work. */
export const wasmTargetDir = `${root}/target/wasm`;

/**
 * @typedef {object} WasmToolchain
 * @property {string} cargo the cargo to call
 * @property {Record<string, string>} env what to add to the environment
 * @property {string} version the compiler's version, for cache keys
 */

/**
 * Finds or makes the toolchain; fails with one line where neither is possible.
 *
 * @returns {Promise<WasmToolchain>}
 */
export async function provideWasmToolchain() {
  return installedToolchain() ?? (await addedByRustup()) ?? (await debianToolchain());
}

function installedToolchain() {
  const rustc = process.env.RUSTC ?? "rustc";
  const sysroot = output(rustc, ["--print", "sysroot"]);
  if (!sysroot || !existsSync(`${sysroot}/lib/rustlib/${wasmTarget}/lib`)) return undefined;
  return { cargo: "cargo", env: { CARGO_TARGET_DIR: wasmTargetDir }, version: rustVersion(rustc) ?? "" };
}

/** Asks rustup once per compiler: a closed network stays closed, and waiting for it on every start is no help. */
async function addedByRustup() {
  const active = output("rustup", ["show", "active-toolchain"]);
  if (!active) return undefined;
  const refused = `${root}/target/rustup-has-no-wasm-target`;
  const key = `${active.split(" ")[0]} ${rustVersion("rustc")}`;
  if (existsSync(refused) && output("cat", [refused]) === key) return undefined;
  say(`rustup: adding the target ${wasmTarget}`);
  if (output("rustup", ["target", "add", wasmTarget]) !== undefined) return installedToolchain();
  say("rustup could not add it; falling back to Debian's packages");
  mkdirSync(`${root}/target`, { recursive: true });
  writeFileSync(refused, `${key}\n`);
  return undefined;
}

async function debianToolchain() {
  if (!debianRust() || !findLinker()) {
    await installPackages("a Rust compiler for WebAssembly", () => [
      ...(debianRust() ? [] : ["rustc-web", "cargo-web", "rust-web-src"]),
      ...(findLinker() ? [] : [newestLld()]),
    ]);
  }
  const { rustc, cargo, version } = debianRust();
  const sysroot = await buildSysroot({ rustc, cargo, version, target: wasmTarget });
  return {
    cargo,
    version,
    env: {
      CARGO_TARGET_DIR: wasmTargetDir,
      RUSTC: rustc,
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: findLinker(),
      // Not the variable of the target alone: one from outside, as CI may set it, would replace that.
      RUSTFLAGS: `${process.env.RUSTFLAGS ?? ""} --sysroot=${sysroot}`.trim(),
    },
  };
}

/** Debian's compiler with the sources of its standard library, where it is new enough. */
function debianRust() {
  const [rustc, cargo] = ["/usr/bin/rustc", "/usr/bin/cargo"];
  const version = existsSync(rustc) ? rustVersion(rustc) : undefined;
  const complete = existsSync(cargo) && existsSync("/usr/lib/rustlib/src/rust/library/std/Cargo.toml");
  return complete && isNewEnough(version) ? { rustc, cargo, version } : undefined;
}

/** A linker for wasm: rustup's own, or Debian's newest. */
function findLinker() {
  const sysroot = output("rustc", ["--print", "sysroot"]) ?? "";
  const host = output("rustc", ["-vV"])?.match(/^host: (.+)$/m)?.[1];
  const own = `${sysroot}/lib/rustlib/${host}/bin/rust-lld`;
  if (existsSync(own)) return own;
  const versions = readdirSync("/usr/bin")
    .map((name) => name.match(/^wasm-ld-(\d+)$/)?.[1])
    .filter((version) => version !== undefined)
    .map(Number);
  if (versions.length > 0) return `/usr/bin/wasm-ld-${Math.max(...versions)}`;
  return existsSync("/usr/bin/wasm-ld") ? "/usr/bin/wasm-ld" : undefined;
}
