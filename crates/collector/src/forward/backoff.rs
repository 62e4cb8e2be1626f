//! How long to wait after failures in a row: exponential, with full jitter.

use std::time::Duration;

use uuid::Uuid;

/// Failures in a row, and the wait they cost.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl Backoff {
    pub(super) fn new(first: Duration, longest: Duration) -> Self {
        Self {
            first,
            longest,
            failures: 0,
        }
    }

    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
    }

    pub(super) fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// Counts a failure and gives the wait: at least what the service asked for.
    pub(super) fn failed(&mut self, asked: Option<Duration>) -> Duration {
        let most = self.first.saturating_mul(1 << self.failures.min(20));
        self.failures = self.failures.saturating_add(1);
        let most_us = u64::try_from(most.min(self.longest).as_micros()).unwrap_or(u64::MAX);
        // The lowest 62 bits of a version 4 UUID are random.
        let random = Uuid::new_v4().as_u64_pair().1 & (u64::MAX >> 2);
        let wait = Duration::from_micros(random % most_us.saturating_add(1).max(1));
        wait.max(asked.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_the_longest_and_is_never_shorter_than_asked() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(300));
        for failures in 0..50 {
            let most =
                Duration::from_secs(1_u64.checked_shl(failures).unwrap_or(300).clamp(1, 300));
            assert!(backoff.failed(None) <= most);
        }
        assert!(backoff.is_failing());
        assert!(backoff.failed(Some(Duration::from_secs(900))) == Duration::from_secs(900));
        backoff.succeeded();
        assert!(backoff.failed(None) <= Duration::from_secs(1));
    }
}
