//! Honest accounting: what was recorded, and what became of it.

use serde::Serialize;

/// Why an event was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// More was waiting than the tracker keeps; the oldest went.
    QueueFull,
    /// The event is longer than the collector takes.
    TooLarge,
    /// Its name is empty or too long.
    Invalid,
    /// The visitor has not consented.
    NoConsent,
    /// The collector rejected it.
    Rejected,
}

/// Number of [`Dropped`] reasons.
pub(crate) const REASONS: usize = 5;

impl Dropped {
    /// The reason as it is written to the collector and shown to developers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::TooLarge => "too_large",
            Self::Invalid => "invalid",
            Self::NoConsent => "no_consent",
            Self::Rejected => "rejected",
        }
    }

    pub(crate) const ALL: [Self; REASONS] = [
        Self::QueueFull,
        Self::TooLarge,
        Self::Invalid,
        Self::NoConsent,
        Self::Rejected,
    ];
}

/// Counters of one page load. All count events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Recorded, whatever became of them.
    pub tracked: u32,
    /// Acknowledged by the collector as stored or known already.
    pub sent: u32,
    /// Waiting to be sent or acknowledged.
    pub pending: u32,
    /// Dropped, for any reason.
    pub dropped: u32,
}
