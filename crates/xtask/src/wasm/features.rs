//! Which WebAssembly features the module says it was compiled with.
//!
//! Format: <https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md#target-features-section>

use anyhow::{Context, Result};
use walrus::{Module, RawCustomSection};

const SECTION: &str = "target_features";

/// Takes `feature` off the list. The code of a Rust module does not use reference types itself:
/// the list alone decides whether wasm-bindgen keeps JavaScript's values in a table of the module or
/// in an array of the glue, which made the whole 427 bytes smaller (brotli).
pub(super) fn forgo(module: &mut Module, feature: &str) -> Result<()> {
    let section = module
        .customs
        .remove_raw(SECTION)
        .context("the module does not say which features it has")?;
    let data = without(&section.data, feature).context("an unreadable list of features")?;
    module.customs.add(RawCustomSection {
        name: section.name,
        data,
    });
    Ok(())
}

/// Each entry is a prefix, the name's length and the name; all lengths are below 128.
fn without(list: &[u8], feature: &str) -> Option<Vec<u8>> {
    let (&count, mut rest) = list.split_first()?;
    let mut kept = vec![0];
    for _ in 0..count {
        let length = 2 + usize::from(*rest.get(1)?);
        let (entry, after) = rest.split_at_checked(length)?;
        if &entry[2..] != feature.as_bytes() {
            kept[0] += 1;
            kept.extend_from_slice(entry);
        }
        rest = after;
    }
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_feature_goes_and_the_others_stay() {
        assert_eq!(without(b"\x02+\x01a+\x02bc", "a").unwrap(), b"\x01+\x02bc");
        assert_eq!(without(b"\x01+\x02bc", "a").unwrap(), b"\x01+\x02bc");
        assert_eq!(without(b"\x02+\x01a", "a"), None);
    }
}
