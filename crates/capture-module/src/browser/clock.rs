//! The only place that reads the clock: the page's own, which never goes back.

/// `window.performance`, as the page hands it over: to look for it from here would cost 498 bytes (brotli), a static of
/// wasm-bindgen 63.
pub(crate) type Clock = web_sys::Performance;

/// Whole milliseconds since the page began.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of floats saturates: a clock before the page's start reads as that"
)]
pub(crate) fn now(clock: &Clock) -> u64 {
    clock.now() as u64
}
