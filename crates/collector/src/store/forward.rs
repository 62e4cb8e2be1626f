//! What a store keeps for destinations that events are forwarded to: a cursor, and dead letters.

use sillage_protocol::Timestamp;

use super::StoredEvent;

/// How far a destination has come, written in one transaction.
#[derive(Clone, Debug, Default)]
pub struct ForwardProgress {
    /// The destination.
    pub destination: String,
    /// Every event up to this sequence is done; `None` leaves the cursor where it is. It never
    /// goes back.
    pub cursor: Option<i64>,
    /// Events that the destination did not take. One that was deleted meanwhile leaves none.
    pub dead: Vec<DeadEvent>,
    /// Sequences of dead letters that the destination has taken now.
    pub revived: Vec<i64>,
    /// The time.
    pub now: Timestamp,
}

/// An event that a destination did not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadEvent {
    /// The event.
    pub sequence: i64,
    /// Stable name of the reason.
    pub code: String,
    /// The reason, for people.
    pub message: String,
}

/// A dead letter as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The whole event.
    pub event: StoredEvent,
    /// Stable name of the reason.
    pub code: String,
    /// The reason, for people.
    pub message: String,
    /// When it was last tried.
    pub tried_at: Timestamp,
    /// Whether it waits to be sent again.
    pub is_replayed: bool,
}

/// Which dead letters.
#[derive(Clone, Debug, Default)]
pub struct DeadLetterChoice {
    /// Of this destination.
    pub destination: String,
    /// Only that of this event.
    pub sequence: Option<i64>,
    /// Only with this reason.
    pub code: Option<String>,
}

/// Which dead letters to read, in the order of their events.
#[derive(Clone, Debug)]
pub struct DeadLetterQuery {
    /// Of this destination.
    pub destination: String,
    /// Only those that wait to be sent again.
    pub only_replayed: bool,
    /// Only of events after this sequence.
    pub after: i64,
    /// At most so many.
    pub limit: usize,
}

/// How a destination stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ForwardState {
    /// Its cursor; `None` where it has never been forwarded to.
    pub cursor: Option<i64>,
    /// At most so many events are after the cursor; fewer where some were deleted.
    pub events_after: u64,
    /// When the first of them arrived.
    pub oldest_after: Option<Timestamp>,
    /// Its dead letters.
    pub dead_letters: u64,
}
