//! What the pages of a site know of the collector, shared by a line of the outbox: whether one of
//! them has a request under way, and when the next may leave after one that was not confirmed.
//!
//! Exponential backoff with full jitter
//! (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>): many browsers
//! that lost the same collector must not come back all at once. One request at a time and one
//! schedule for all pages make each attempt after a failure the single probe of a half-open circuit
//! breaker.

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

/// How long a request holds the others off, in milliseconds: as long as its page awaits the answer
/// (`ANSWER_TIMEOUT_MS` of `js/host.ts`). A page that was killed meanwhile cannot give it back.
pub(crate) const LEASE_MS: u64 = 10_000;

/// How long a page waits before it looks whether another one's request has ended, in milliseconds:
/// most take less.
const LOOK_AGAIN_MS: u64 = 1_000;

/// The shared state.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Retry {
    /// Until when another request is under way.
    pub(crate) busy_until: Timestamp,
    /// When the next attempt is due.
    pub(crate) due_at: Timestamp,
    /// Until when the collector asked this page to stay away.
    pub(crate) told_until: Timestamp,
    /// How many attempts have failed in a row.
    failures: u32,
}

impl Retry {
    /// `random` spreads what many browsers do.
    pub(crate) fn failed(&mut self, now: Timestamp, retry_after_ms: u64, random: u32) {
        let ceiling = (BASE_MS << self.failures.min(20)).min(CAP_MS);
        let jittered = (ceiling * u64::from(random >> 16)) >> 16;
        self.failures += 1;
        self.told_until = now.plus_ms(retry_after_ms.min(RETRY_AFTER_CAP_MS));
        self.due_at = now.plus_ms(jittered).max(self.told_until);
    }

    /// Takes over what another page has left. A time that no page would have set was set under another
    /// clock, and does not hold.
    pub(crate) fn read(
        now: Timestamp,
        busy_until: Timestamp,
        due_at: Timestamp,
        failures: u32,
    ) -> Self {
        let within = |at, most| if at > now.plus_ms(most) { now } else { at };
        Self {
            busy_until: within(busy_until, LEASE_MS),
            due_at: within(due_at, RETRY_AFTER_CAP_MS),
            told_until: Timestamp(0),
            failures,
        }
    }

    /// When it is worth looking again: not after `now` where a request may leave at once.
    pub(crate) fn free_at(&self, now: Timestamp) -> Timestamp {
        let looks_at = self.busy_until.min(now.plus_ms(LOOK_AGAIN_MS));
        self.due_at.max(looks_at)
    }

    /// Shares what this page knows.
    pub(crate) fn share(&self, shell: &mut impl Shell) {
        shell.put_state(self.busy_until, self.due_at, self.failures);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_its_cap_and_never_exceeds_it() {
        let mut retry = Retry::default();
        let waits: Vec<u64> = (0..12)
            .map(|_| {
                retry.failed(Timestamp(0), 0, u32::MAX);
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
        retry.failed(Timestamp(1_000), 30_000, 0);
        assert_eq!(retry.due_at, Timestamp(31_000));
        retry.failed(Timestamp(1_000), 90_000_000, 0);
        assert_eq!(retry.due_at, Timestamp(3_601_000));
    }
}
