//! wasm-bindgen's own test runner, from the same lock file as wasm-bindgen, so that no installed
//! program can be of another version.

use anyhow::Result;

/// Runs the tests of a compiled test module; cargo passes its path and the person's arguments.
#[cfg(feature = "test-runner")]
pub(crate) fn run(args: &[&str]) -> Result<()> {
    let args = std::iter::once("wasm-bindgen-test-runner").chain(args.iter().copied());
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(args)
}

#[cfg(not(feature = "test-runner"))]
pub(crate) fn run(_args: &[&str]) -> Result<()> {
    anyhow::bail!("this xtask was built without `--features test-runner`")
}
