//! One pending wake-up.

use gloo_timers::callback::Timeout;
use sillage_protocol::Timestamp;

/// Longest wait of one timer, in milliseconds: a day. Browsers take 2^31 - 1 at most, and whoever
/// is woken too early asks again.
const MAX_WAIT_MS: u64 = 86_400_000;

/// Calls `wake` at `at`; dropping the timer cancels it.
pub(crate) fn at(at: Timestamp, now: Timestamp, wake: impl FnOnce() + 'static) -> Timeout {
    let wait_ms = at.since(now).min(MAX_WAIT_MS);
    Timeout::new(u32::try_from(wait_ms).unwrap_or(u32::MAX), wake)
}
