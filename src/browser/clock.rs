//! The only place that reads the clock: the standard one panics on wasm32-unknown-unknown.

use sillage_protocol::Timestamp;

/// The wall clock, in whole milliseconds.
pub(crate) fn now() -> Timestamp {
    from_js(js_sys::Date::now())
}

/// A time as JavaScript counts it: milliseconds since 1970, possibly with a fraction.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of floats saturates: a clock before 1970 reads as 1970"
)]
pub(crate) fn from_js(milliseconds: f64) -> Timestamp {
    Timestamp(milliseconds as u64)
}
