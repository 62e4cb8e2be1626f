//! One pending wake-up.

use gloo_timers::callback::Timeout;

/// Longest wait of one timer, in milliseconds: a day. Browsers take 2^31 - 1 at most, and whoever
/// is woken too early asks again.
const MAX_WAIT_MS: u64 = 86_400_000;

/// Calls `wake` in `ms`; dropping the timer cancels it.
pub(crate) fn after(ms: u64, wake: impl FnOnce() + 'static) -> Timeout {
    Timeout::new(u32::try_from(ms.min(MAX_WAIT_MS)).unwrap_or(u32::MAX), wake)
}
