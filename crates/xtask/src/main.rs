//! The steps of the build that need Rust libraries; `tools/*.mjs` call them, people call `npm run build`.

mod wasm;

use std::env;
use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "usage:
    xtask wasm <compiled.wasm> <folder> <stem>    write stem.wasm, stem_bg.js and stem_bg.d.ts
    xtask functions <compiled.wasm>               list what the module's code consists of";

fn main() -> ExitCode {
    match dispatch() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["wasm", input, folder, stem] => wasm::build(input.as_ref(), folder.as_ref(), stem),
        ["functions", input] => wasm::functions::list(input.as_ref()),
        _ => bail!("{USAGE}"),
    }
}
