//! What a store says of itself while it works: counts since it was opened, and its queue.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Appended;

/// Upper bounds of the classes in which commits are counted, in microseconds: from a fast disk's sync
/// to where the health check gives up.
pub const COMMIT_BOUNDS_US: [u64; 12] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    5_000_000,
];

/// What a store says of itself. Counts are since it was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vitals {
    /// Events stored.
    pub stored: u64,
    /// Events that came again.
    pub duplicates: u64,
    /// Of those, events with other content.
    pub conflicts: u64,
    /// Commits that succeeded, by class of [`COMMIT_BOUNDS_US`]; the last is for those that took longer.
    pub commits: [u64; COMMIT_BOUNDS_US.len() + 1],
    /// What all of them took together, in microseconds.
    pub commits_us: u64,
    /// Commits that failed.
    pub failed_commits: u64,
    /// Bytes of events that wait for the writer or are being written.
    pub queued_bytes: u64,
    /// Most bytes that may wait.
    pub max_queued_bytes: u64,
}

/// The counts of a store, shared by its writer and those who ask.
#[derive(Debug, Default)]
pub(super) struct Counts {
    stored: AtomicU64,
    duplicates: AtomicU64,
    conflicts: AtomicU64,
    commits: [AtomicU64; COMMIT_BOUNDS_US.len() + 1],
    commits_us: AtomicU64,
    failed_commits: AtomicU64,
}

impl Counts {
    /// Counts what a committed batch brought.
    pub(super) fn appended(&self, appended: &Appended) {
        add(&self.stored, appended.verdicts.stored);
        add(&self.duplicates, appended.verdicts.duplicates);
        add(&self.conflicts, appended.conflicts);
    }

    pub(super) fn committed(&self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let class = COMMIT_BOUNDS_US.iter().position(|bound| us <= *bound);
        add(&self.commits[class.unwrap_or(COMMIT_BOUNDS_US.len())], 1);
        add(&self.commits_us, us);
    }

    pub(super) fn failed(&self) {
        add(&self.failed_commits, 1);
    }

    /// The counts; the queue is the store's to fill in.
    pub(super) fn read(&self) -> Vitals {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Vitals {
            stored: get(&self.stored),
            duplicates: get(&self.duplicates),
            conflicts: get(&self.conflicts),
            commits: std::array::from_fn(|class| get(&self.commits[class])),
            commits_us: get(&self.commits_us),
            failed_commits: get(&self.failed_commits),
            ..Vitals::default()
        }
    }
}

fn add(count: &AtomicU64, more: u64) {
    count.fetch_add(more, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_counted_in_the_first_class_that_holds_it() {
        let counts = Counts::default();
        for us in [500, 501, 9_000_000] {
            counts.committed(Duration::from_micros(us));
        }
        let vitals = counts.read();
        assert_eq!(vitals.commits_us, 9_001_001);
        let mut expected = [0; COMMIT_BOUNDS_US.len() + 1];
        (expected[0], expected[1], expected[12]) = (1, 1, 1);
        assert_eq!(vitals.commits, expected);
    }
}
