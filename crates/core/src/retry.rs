//! When a batch that was not confirmed is sent again.
//!
//! Exponential backoff with full jitter
//! (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>): many browsers
//! that lost the same collector must not come back all at once.

use sillage_protocol::Timestamp;

use crate::Shell;

/// Longest wait before the first repetition, in milliseconds.
const BASE_MS: u64 = 1_000;

/// Longest wait before any repetition, in milliseconds: five minutes, so that a collector that is
/// back is found within one visit.
const CAP_MS: u64 = 300_000;

/// Longest `Retry-After` that is obeyed, in milliseconds: an hour. A longer one is more likely a
/// mistake than a wish.
const RETRY_AFTER_CAP_MS: u64 = 3_600_000;

/// How many attempts have failed in a row, and when the next is due.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Retry {
    failures: u32,
    pub(crate) due_at: Timestamp,
}

impl Retry {
    pub(crate) fn failed(&mut self, now: Timestamp, retry_after_ms: u64, shell: &mut dyn Shell) {
        let ceiling = (BASE_MS << self.failures.min(20)).min(CAP_MS);
        let jittered = (ceiling * u64::from(shell.random() >> 16)) >> 16;
        self.failures = self.failures.saturating_add(1);
        self.due_at = now.plus_ms(jittered.max(retry_after_ms.min(RETRY_AFTER_CAP_MS)));
    }

    /// Something changed for the better (online, visible): try at once.
    pub(crate) fn hurry(&mut self) {
        self.due_at = Timestamp(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::{Dropped, Urgency};

    struct Fixed(u32);
    impl Shell for Fixed {
        fn random(&mut self) -> u32 {
            self.0
        }
        fn remember(&mut self, _: &str) {}
        fn spill(&mut self, _: &str) {}
        fn send(&mut self, _: &str, _: &str, _: Urgency) {}
        fn wake_at(&mut self, _: Timestamp) {}
        fn dropped(&mut self, _: Dropped, _: u32) {}
    }

    #[test]
    fn the_wait_doubles_up_to_its_cap_and_never_exceeds_it() {
        let mut retry = Retry::default();
        let greatest = &mut Fixed(u32::MAX);
        let waits: Vec<u64> = (0..12)
            .map(|_| {
                retry.failed(Timestamp(0), 0, greatest);
                retry.due_at.0
            })
            .collect();
        assert_eq!(
            waits,
            [
                999, 1_999, 3_999, 7_999, 15_999, 31_999, 63_999, 127_998, 255_996, 299_995,
                299_995, 299_995
            ]
        );
    }

    #[test]
    fn retry_after_is_a_floor_up_to_an_hour() {
        let mut retry = Retry::default();
        retry.failed(Timestamp(1_000), 30_000, &mut Fixed(0));
        assert_eq!(retry.due_at, Timestamp(31_000));
        retry.failed(Timestamp(1_000), 90_000_000, &mut Fixed(0));
        assert_eq!(retry.due_at, Timestamp(3_601_000));
    }
}
