//! Gives what passes between the module and its glue short names: `a`, `b`, `c` ...
//!
//! wasm-bindgen's names carry hashes of the type and the crate and stand twice in what a page
//! downloads; no compressor shortens a hash.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Result, bail};
use walrus::Module;

/// The one name under which the module asks for its imports.
pub(crate) const IMPORT_MODULE: &str = "a";

/// What the module's names were, and what they have become.
#[derive(Debug, Default)]
pub(crate) struct Renamed {
    /// Imports from the glue, by their old names.
    pub(crate) imports: BTreeMap<String, String>,
    /// Imports that wasm-bindgen takes straight from a JavaScript module: (module, name) to new name.
    pub(crate) direct: BTreeMap<(String, String), String>,
    /// Exports, by their old names.
    pub(crate) exports: HashMap<String, String>,
}

/// Renames imports and exports in the order in which they stand, so that equal input gives equal names.
pub(crate) fn shorten(module: &mut Module, stem: &str) -> Result<Renamed> {
    let glue = format!("./{stem}_bg.js");
    let mut renamed = Renamed::default();
    for (index, import) in module.imports.iter_mut().enumerate() {
        let short = short_name(index);
        let (from, name) = (import.module.clone(), import.name.clone());
        if from == glue {
            renamed.imports.insert(name, short.clone());
        } else if from.starts_with('.') {
            renamed.direct.insert((from, name), short.clone());
        } else {
            bail!("the module imports {name} from {from}, which a browser does not have");
        }
        IMPORT_MODULE.clone_into(&mut import.module);
        import.name = short;
    }
    for (index, export) in module.exports.iter_mut().enumerate() {
        let short = short_name(index);
        renamed.exports.insert(export.name.clone(), short.clone());
        export.name = short;
    }
    Ok(renamed)
}

/// The `index`-th name of the sequence `a` ... `z`, `A` ... `Z`, `ba`, `bb` ...
fn short_name(index: usize) -> String {
    const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let letter = char::from(LETTERS[index % LETTERS.len()]);
    match index / LETTERS.len() {
        0 => letter.to_string(),
        rest => format!("{}{letter}", short_name(rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn short_names_begin_with_one_letter_and_never_repeat() {
        let names: HashSet<String> = (0..6_000).map(short_name).collect();
        assert_eq!(names.len(), 6_000);
        assert_eq!(short_name(0), "a");
        assert_eq!(short_name(51), "Z");
        assert_eq!(short_name(52).len(), 2);
    }
}
