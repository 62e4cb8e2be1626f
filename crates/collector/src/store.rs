//! Where events are kept: the trait that a store fulfils, in terms of the contract only.
//!
//! What every store must hold to: [`Store::append`] answers only when its batch is durable; an
//! event is kept once for each (site, event id); the receipt is written together with the events,
//! and its counts sum up to the distinct events of the batch's most complete delivery; a batch
//! without events leaves no receipt; the feed shows events only after they are durable, in the order
//! of their sequence.

mod forward;
pub mod report;
pub mod sqlite;
mod summary;
mod vitals;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use sillage_protocol::batch::{Counters, Receipt, TrackerInfo, Verdicts};
use sillage_protocol::{Event, EventKind, Timestamp};
use thiserror::Error;
use tokio::sync::broadcast;

pub use self::forward::{
    DeadEvent, DeadLetter, DeadLetterChoice, DeadLetterQuery, ForwardProgress, ForwardState,
};
pub use self::report::{REPORT_SECONDS, Reports};
pub use self::summary::{SessionSummary, SummaryQuery, Visit, VisitQuery};
pub use self::vitals::{COMMIT_BOUNDS_US, Vitals};

/// Answer of a store, to be awaited.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Keeps events and gives them back.
pub trait Store: Reports + std::fmt::Debug + Send + Sync + 'static {
    /// Stores a batch, its receipt and its counters in one transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] when too much is waiting, [`StoreError::Closed`] while closing,
    /// [`StoreError::Failed`] when nothing of the batch was stored.
    fn append(&self, batch: IncomingBatch) -> StoreFuture<'_, Appended>;

    /// Reads events of a session, ordered by time, then by sequence.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] when the store cannot be read.
    fn session_events(&self, query: SessionQuery) -> StoreFuture<'_, Vec<StoredEvent>>;

    /// Reads a session as a whole; `None` where it has no events.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] when the store cannot be read.
    fn session_summary(&self, query: SummaryQuery) -> StoreFuture<'_, Option<SessionSummary>>;

    /// Reads which session a visitor's last event belongs to.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] when the store cannot be read.
    fn last_visit(&self, query: VisitQuery) -> StoreFuture<'_, Option<Visit>>;

    /// Reads events in the order of their sequence.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] when the store cannot be read.
    fn events_by_sequence(&self, query: SequenceQuery) -> StoreFuture<'_, Vec<StoredEvent>>;

    /// Deletes what names a visitor: the events and the totals. The ids of the events are remembered
    /// for [`REMEMBERED_MS`], so that those that are sent again do not come back. Deleting again
    /// finds nothing.
    ///
    /// # Errors
    ///
    /// As [`Store::append`]; what was deleted before stays so.
    fn delete_visitor(&self, deletion: VisitorDeletion) -> StoreFuture<'_, VisitorDeleted>;

    /// Deletes a portion of what is too old, and of the ids that need not be remembered any more.
    /// Ids of deleted events are remembered until [`REMEMBERED_MS`] after they arrived, and so are
    /// receipts, however short the retention is. A visitor without events has no totals left.
    ///
    /// # Errors
    ///
    /// As [`Store::append`].
    fn expire(&self, expiry: Expiry) -> StoreFuture<'_, Expired>;

    /// Reads the cursor of a destination. One that has none yet begins after what is stored.
    ///
    /// # Errors
    ///
    /// As [`Store::append`].
    fn forward_cursor(&self, destination: String, now: Timestamp) -> StoreFuture<'_, i64>;

    /// Writes how far a destination has come, and which events it did not take.
    ///
    /// # Errors
    ///
    /// As [`Store::append`].
    fn record_forward(&self, progress: ForwardProgress) -> StoreFuture<'_, ()>;

    /// Reads how a destination stands.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] when the store cannot be read.
    fn forward_state(&self, destination: String) -> StoreFuture<'_, ForwardState>;

    /// Reads dead letters, in the order of their events. They go with their event, whatever
    /// deletes that.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] when the store cannot be read.
    fn dead_letters(&self, query: DeadLetterQuery) -> StoreFuture<'_, Vec<DeadLetter>>;

    /// Marks dead letters to be sent again; gives how many were not marked before.
    ///
    /// # Errors
    ///
    /// As [`Store::append`].
    fn replay_dead_letters(&self, choice: DeadLetterChoice) -> StoreFuture<'_, usize>;

    /// Deletes dead letters, not their events; gives how many.
    ///
    /// # Errors
    ///
    /// As [`Store::append`].
    fn delete_dead_letters(&self, choice: DeadLetterChoice) -> StoreFuture<'_, usize>;

    /// Subscribes to events that are stored from now on. A subscriber that falls behind by more
    /// than the feed's buffer is told so by the channel and reads on from the store.
    fn feed(&self) -> broadcast::Receiver<Arc<StoredEvent>>;

    /// What the store says of itself, without waiting for anything.
    fn vitals(&self) -> Vitals;

    /// Commits something that leaves no trace, to see that the store does.
    ///
    /// # Errors
    ///
    /// As [`Store::append`].
    fn check(&self) -> StoreFuture<'_, ()>;

    /// Commits what was taken, takes nothing more, and gives the files back.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] when something that was taken could not be committed.
    fn close(&self) -> StoreFuture<'_, ()>;
}

/// How long the id of an event is remembered after it arrived, in milliseconds: 45 days.
///
/// The tracker sends an event again for up to 30 days (`MAX_AGE_MS` in
/// `crates/core/src/tracker/turn.rs`) by a clock that may be set meanwhile; half of that is added.
pub const REMEMBERED_MS: u64 = 45 * 86_400_000;

/// Which visitor to delete.
#[derive(Clone, Debug)]
pub struct VisitorDeletion {
    /// The visitor: `<customerIdType>:<customerId>`, or `session:<id>`.
    pub visitor: String,
    /// Only on this site.
    pub site_id: Option<String>,
    /// The time.
    pub now: Timestamp,
}

/// What was deleted of a visitor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VisitorDeleted {
    /// Events.
    pub events: u64,
    /// Totals: one for each site that knew the visitor.
    pub totals: u64,
}

/// What is too old.
#[derive(Clone, Copy, Debug)]
pub struct Expiry {
    /// The time.
    pub now: Timestamp,
    /// Events that arrived longer ago go, in milliseconds; `None` keeps all.
    pub retention_ms: Option<u64>,
}

/// What one portion deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Events.
    pub events: u64,
    /// Receipts of batches.
    pub receipts: u64,
    /// Remembered ids of deleted events.
    pub ids: u64,
    /// Whether nothing is left that is too old.
    pub is_done: bool,
}

/// A batch that was read, checked and enriched.
#[derive(Clone, Debug)]
pub struct IncomingBatch {
    /// UUID of the batch, in lower case.
    pub id: String,
    /// The site that all its events belong to.
    pub site_id: String,
    /// When this attempt left, by the client's clock.
    pub sent_at: Timestamp,
    /// When it arrived, by the collector's clock.
    pub received_at: Timestamp,
    /// Which program sent it.
    pub tracker: TrackerInfo,
    /// The events that were accepted, in their order.
    pub events: Vec<IncomingEvent>,
    /// How many others were rejected, each event counted once.
    pub rejected: u64,
    /// What the sender says it has tracked and dropped.
    pub counters: Option<Counters>,
    /// UUIDs of the batches it asks about, as it wrote them.
    pub receipts: Vec<String>,
}

/// One accepted event of an [`IncomingBatch`].
#[derive(Clone, Debug)]
pub struct IncomingEvent {
    /// The event, enriched, its date corrected; only the visitor's totals are still to be filled.
    pub event: Event,
    /// UUID of the event, in lower case.
    pub id: String,
    /// The date as the client gave it.
    pub original_created_at: Timestamp,
    /// The date by the collector's clock.
    pub created_at: Timestamp,
    /// Tells whether another event with the same id has other content.
    pub fingerprint: i64,
    /// Length of the event, in bytes of JSON, before enrichment.
    pub json_bytes: usize,
    /// Whether a program sent it, not a visitor, as far as its user agent tells.
    pub is_bot: bool,
}

/// What came of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// How many events were stored, and how many were there before.
    pub verdicts: Verdicts,
    /// How many of the duplicates have other content than what is stored.
    pub conflicts: u64,
    /// What became of the batches it asked about, in the order asked.
    pub receipts: Vec<(String, Receipt)>,
}

/// One event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Position in the store; grows with every event.
    pub sequence: i64,
    /// The site it belongs to.
    pub site_id: String,
    /// When it happened, by the collector's clock.
    pub created_at: Timestamp,
    /// When it arrived, by the collector's clock.
    pub received_at: Timestamp,
    /// The whole event, as JSON.
    pub json: String,
}

/// Which events of a session to read.
#[derive(Clone, Debug)]
pub struct SessionQuery {
    /// The session.
    pub session_id: String,
    /// Only of this site.
    pub site_id: Option<String>,
    /// Only of these kinds; empty for all.
    pub kinds: Vec<EventKind>,
    /// Only what comes after this time and sequence.
    pub after: Option<(Timestamp, i64)>,
    /// At most so many.
    pub limit: usize,
}

/// Which events to read in the order of their sequence.
#[derive(Clone, Debug)]
pub struct SequenceQuery {
    /// Only of this site.
    pub site_id: Option<String>,
    /// Where to begin.
    pub start: SequenceStart,
    /// At most so many.
    pub limit: usize,
}

/// Where reading by sequence begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SequenceStart {
    /// After this sequence.
    After(i64),
    /// So that the last event read is the last one stored.
    MostRecent,
}

/// Why a store did not do what was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// More is waiting than the store wants to hold. Try again.
    #[error("the store's queue is full")]
    Busy,
    /// The store is closing or closed.
    #[error("the store is closed")]
    Closed,
    /// A report took longer than [`REPORT_SECONDS`].
    #[error("the report took longer than {REPORT_SECONDS} s")]
    TooLong,
    /// A read was broken off.
    #[error("the read was broken off")]
    Interrupted,
    /// The store's files cannot be read or written.
    #[error("the store failed: {0}")]
    Failed(String),
}
