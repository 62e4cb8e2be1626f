//! wasm-bindgen's own test runner, from the same lock file as wasm-bindgen, so that no installed
//! program can be of another version. Cargo calls it with the test module and the person's arguments.

use std::env;

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(env::args_os())
}
