//! What the tracker writes: parts of an event, borrowed, in the contract's names.
//!
//! Only what a browser alone can know is written. What follows from it (URL parts, campaign,
//! referrer medium, action id, user agent, totals) is derived once, by the collector.

use serde::{Serialize, Serializer};

/// Marks a newtype whose string is JSON already and is to be copied as it is.
///
/// A serializer that knows the name copies; `serde_json` would quote the string.
pub const RAW_JSON: &str = "$sillage::RawJson";

/// JSON text that was made elsewhere, by `JSON.stringify` or by an earlier serialisation.
#[derive(Clone, Copy, Debug)]
pub struct RawJson<'a>(pub &'a str);

impl Serialize for RawJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(RAW_JSON, self.0)
    }
}
