//! What a module's code consists of: its largest functions, and the crates they come from.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use walrus::Module;

/// How many functions are listed.
const LISTED: usize = 40;

/// Prints the largest functions and the sum of each crate, in walrus instructions (about two bytes each).
#[expect(clippy::print_stdout, reason = "the list is this command's result")]
pub(crate) fn list(input: &Path) -> Result<()> {
    let module =
        Module::from_file(input).with_context(|| format!("cannot read {}", input.display()))?;
    let mut functions: Vec<(u64, String)> = module
        .funcs
        .iter_local()
        .map(|(id, function)| {
            let symbol = module.funcs.get(id).name.as_deref().unwrap_or("(no name)");
            (
                function.size(),
                without_hashes(&format!("{:#}", rustc_demangle::demangle(symbol))),
            )
        })
        .collect();
    functions.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));

    let mut crates: BTreeMap<&str, u64> = BTreeMap::new();
    for (size, name) in &functions {
        *crates.entry(crate_of(name)).or_default() += size;
    }
    let mut crates: Vec<_> = crates.into_iter().collect();
    crates.sort_by_key(|&(name, size)| (std::cmp::Reverse(size), name));

    let total: u64 = functions.iter().map(|(size, _)| size).sum();
    println!("{:>8}  all {} functions", total, functions.len());
    println!("\nby crate");
    for (name, size) in crates {
        println!("{size:>8}  {name}");
    }
    println!("\nlargest functions");
    for (size, name) in functions.iter().take(LISTED) {
        println!("{size:>8}  {name}");
    }
    Ok(())
}

/// Leaves out the `[0123456789abcdef]` that wasm-bindgen's demangling keeps after each crate's name.
fn without_hashes(name: &str) -> String {
    let mut parts = name.split('[');
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(']') {
            Some((hash, rest))
                if hash.len() >= 12 && hash.bytes().all(|b| b.is_ascii_hexdigit()) =>
            {
                result.push_str(rest);
            }
            _ => result.extend(["[", part]),
        }
    }
    result
}

/// The crate at the head of a path, also of `<a::B as c::D>::e`, which belongs to `a`.
fn crate_of(name: &str) -> &str {
    let path = name
        .trim_start_matches(['<', '&'])
        .trim_start_matches("mut ");
    match path.split_once("::") {
        Some((head, _)) => head,
        None => "(glue and C names)",
    }
}
