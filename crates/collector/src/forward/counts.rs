//! What was forwarded since the start, for the metrics.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Counts by destination and code.
#[derive(Debug, Default)]
pub(crate) struct ForwardCounts {
    forwarded: Counter,
    failed: Counter,
    skipped: Counter,
}

/// One count for each destination and code.
type Counter = Mutex<BTreeMap<(&'static str, String), u64>>;

/// Rows of a counter: destination, code, count.
pub(crate) type Rows = Vec<((&'static str, String), u64)>;

impl ForwardCounts {
    /// Events that a destination has taken.
    pub(super) fn forwarded(&self, destination: &'static str, events: usize) {
        let events = u64::try_from(events).unwrap_or(u64::MAX);
        add(&self.forwarded, destination, "", events);
    }

    /// A call that failed or was refused.
    pub(super) fn failed(&self, destination: &'static str, code: &str) {
        add(&self.failed, destination, code, 1);
    }

    /// Events that a destination has no counterpart for.
    pub(super) fn skipped(&self, destination: &'static str, events: u64) {
        add(&self.skipped, destination, "", events);
    }

    pub(crate) fn all_forwarded(&self) -> Rows {
        rows(&self.forwarded)
    }

    pub(crate) fn all_failed(&self) -> Rows {
        rows(&self.failed)
    }

    pub(crate) fn all_skipped(&self) -> Rows {
        rows(&self.skipped)
    }
}

fn add(counter: &Counter, destination: &'static str, code: &str, more: u64) {
    let mut counter = counter.lock().unwrap_or_else(PoisonError::into_inner);
    let count = counter.entry((destination, code.to_owned())).or_default();
    *count = count.saturating_add(more);
}

fn rows(counter: &Counter) -> Rows {
    let counter = counter.lock().unwrap_or_else(PoisonError::into_inner);
    counter
        .iter()
        .map(|(key, count)| (key.clone(), *count))
        .collect()
}
