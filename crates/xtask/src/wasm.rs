//! From the module that cargo compiled to the module and glue that pages download.
//!
//! wasm-opt runs afterwards, from `tools/build.mjs`: it is an npm package.

mod diverging;
mod features;
pub(crate) mod functions;
mod glue;
mod link_map;
mod names;
mod numeric;
mod panics;
mod unused;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::{Bindgen, EncodeInto};

/// Writes `stem.wasm`, `stem_bg.js` and `stem_bg.d.ts` into `folder`.
pub(crate) fn build(input: &Path, folder: &Path, stem: &str) -> Result<()> {
    let bytes = fs::read(input).with_context(|| format!("cannot read {}", input.display()))?;
    let (mut module, described) = unused::parse_without_panics(bytes)
        .with_context(|| format!("cannot use {}", input.display()))?;

    features::forgo(&mut module, "reference-types")?;

    // `bundler` is the target whose glue stands in a file of its own and leaves instantiating to us.
    let generated = folder.join(format!("{stem}-generated"));
    let mut bindgen = Bindgen::new();
    bindgen
        .input_module(stem, module)
        .bundler(true)?
        // `glue::SIMPLER` replaces what this leaves.
        .encode_into(EncodeInto::Never)
        .typescript(true);
    let mut output = bindgen.generate_output().context("wasm-bindgen")?;
    unused::drop_functions(output.wasm_mut(), &described);
    unused::trim_table(output.wasm_mut());
    for name in glue::UNUSED_EXPORTS {
        // One that is not there was removed already.
        let _ = output.wasm_mut().exports.remove(name);
    }
    if !output.js().contains("wasm.memory") {
        let _ = output.wasm_mut().exports.remove(glue::MEMORY);
    }
    let renamed = names::shorten(output.wasm_mut(), stem)?;
    if generated.exists() {
        fs::remove_dir_all(&generated)?;
    }
    output.emit(&generated)?;

    let source = read_text(&generated.join(format!("{stem}_bg.js")))?;
    let types = read_text(&generated.join(format!("{stem}.d.ts")))?;
    let wasm = generated.join(format!("{stem}_bg.wasm"));
    fs::rename(&wasm, folder.join(format!("{stem}.wasm")))?;
    let (glue, types) = if numeric::is_numeric(&source) {
        (
            numeric::rewrite(&source, &renamed)?,
            numeric::declare(&types),
        )
    } else {
        (glue::rewrite(&source, &renamed)?, glue::declare(&types))
    };
    fs::write(folder.join(format!("{stem}_bg.js")), glue)?;
    fs::write(folder.join(format!("{stem}_bg.d.ts")), types)?;
    Ok(())
}

fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("wasm-bindgen wrote no {}", path.display()))
}
