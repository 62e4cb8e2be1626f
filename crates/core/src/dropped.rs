//! Why an event was not kept: honest accounting names a reason for each.

/// Why an event was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Dropped {
    /// More was waiting than the tracker keeps; the oldest went.
    QueueFull,
    /// The event is longer than a batch.
    TooLarge,
    /// Its name is empty or too long.
    Invalid,
    /// The visitor has not consented.
    NoConsent,
    /// The collector rejected it.
    Rejected,
    /// It waited longer than the collector remembers ids.
    Expired,
    /// The site's own rules let it go: `beforeSend`, sampling, limits, lists of pages and elements, bots.
    Filtered,
}

impl Dropped {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::QueueFull,
        Self::TooLarge,
        Self::Invalid,
        Self::NoConsent,
        Self::Rejected,
        Self::Expired,
        Self::Filtered,
    ];

    /// The reason as it is written to the collector and shown to developers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::TooLarge => "too_large",
            Self::Invalid => "invalid",
            Self::NoConsent => "no_consent",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Filtered => "filtered",
        }
    }
}
