// Debian ships the standard library's sources but no build of it for wasm32: this compiles it once and
// lays it out as rustc expects a sysroot. From then on builds need no unstable flag.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { output, root, run, say } from "../run.mjs";

/**
 * @param {{ rustc: string, cargo: string, version: string, target: string }} compiler
 * @returns {Promise<string>} the sysroot's folder
 */
export async function buildSysroot({ rustc, cargo, version, target }) {
  const sysroot = `${root}/target/wasm-sysroot-${version}`;
  if (existsSync(sysroot)) return sysroot;
  say(`rustc ${version}: compiling the standard library for ${target} (once, about a minute)`);

  const scratch = `${sysroot}.partial`;
  rmSync(scratch, { recursive: true, force: true });
  writeEmptyCrate(`${scratch}/source`);
  // bitcode: the tracker is linked with fat LTO, which reads it from the standard library too.
  await run(
    cargo,
    ["build", "--release", "--target", target, "-Zbuild-std=std,panic_abort,panic_unwind,test,proc_macro"],
    {
      what: "compiling the standard library for WebAssembly",
      cwd: `${scratch}/source`,
      quiet: true,
      env: {
        RUSTC: rustc,
        RUSTC_BOOTSTRAP: "1",
        CARGO_TARGET_DIR: `${scratch}/built`,
        RUSTFLAGS: "-Cembed-bitcode=yes",
      },
    },
  );

  const rustlib = `${scratch}/sysroot/lib/rustlib`;
  mkdirSync(`${rustlib}/${target}/lib`, { recursive: true });
  const built = `${scratch}/built/${target}/release/deps`;
  for (const file of readdirSync(built).filter((name) => name.endsWith(".rlib"))) {
    copyFileSync(`${built}/${file}`, `${rustlib}/${target}/lib/${file}`);
  }
  // Procedural macros are compiled for the host with the same sysroot.
  const host = output(rustc, ["-vV"])?.match(/^host: (.+)$/m)?.[1] ?? "";
  const installed = `${output(rustc, ["--print", "sysroot"])}/lib/rustlib`;
  for (const part of [host, "src"]) symlinkSync(`${installed}/${part}`, `${rustlib}/${part}`);

  // The rename comes last, so a build that was interrupted never looks finished.
  renameSync(`${scratch}/sysroot`, sysroot);
  rmSync(scratch, { recursive: true, force: true });
  return sysroot;
}

function writeEmptyCrate(folder) {
  mkdirSync(`${folder}/src`, { recursive: true });
  writeFileSync(`${folder}/src/lib.rs`, "");
  const manifest = ["[package]", 'name = "sysroot"', 'version = "0.0.0"', 'edition = "2024"', "", "[workspace]", ""];
  writeFileSync(`${folder}/Cargo.toml`, manifest.join("\n"));
}
