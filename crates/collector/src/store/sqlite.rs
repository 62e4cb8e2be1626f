//! The embedded store: one `SQLite` file, one writer thread, readers apart.

mod append;
mod backup;
mod checkpoint;
mod days;
mod forget;
mod forward;
mod outboxes;
mod reader;
mod receipts;
mod report;
mod schema;
mod summary;
mod visit;
mod writer;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sillage_protocol::Timestamp;
use thiserror::Error;
use tokio::sync::broadcast;

pub use self::backup::{BackupError, back_up};
use self::checkpoint::Checkpoints;
use self::reader::Readers;
use self::writer::Writer;
use super::{
    Appended, DeadLetter, DeadLetterChoice, DeadLetterQuery, Expired, Expiry, ForwardProgress,
    ForwardState, IncomingBatch, SequenceQuery, SessionQuery, SessionSummary, Store, StoreFuture,
    StoredEvent, SummaryQuery, Visit, VisitQuery, VisitorDeleted, VisitorDeletion, Vitals,
};

/// Name of the database in the data folder.
pub const DATABASE_FILE: &str = "sillage.sqlite";

/// Name of the file whose lock says that a collector uses the folder.
const LOCK_FILE: &str = "sillage.lock";

/// Events that a subscriber of the feed may be behind before it is cut.
const FEED_EVENTS: usize = 4_096;

/// A store in one `SQLite` file. Dropping it closes it without waiting; see [`Store::close`].
#[derive(Debug)]
pub struct SqliteStore {
    writer: Writer,
    readers: Readers,
    /// Readers for reports, so that they never make others wait.
    reports: Readers,
    feed: broadcast::Sender<Arc<StoredEvent>>,
    /// Held as long as the store lives; the system releases it even when the process is killed.
    _lock: File,
}

/// Why the store cannot be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The data folder cannot be made or written.
    #[error("data folder {} cannot be written: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another collector uses the data folder.
    #[error("data folder {} is in use by another collector", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The database was written by a newer collector.
    #[error("{} was written by a newer collector: its schema is {found}, this collector knows {known}", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The last version that this collector knows.
        known: i64,
    },
    /// The database cannot be opened or migrated.
    #[error("{} cannot be opened: {source}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What `SQLite` says.
        source: rusqlite::Error,
    },
    /// The writer's thread cannot be started.
    #[error("the store's writer cannot be started: {0}")]
    Thread(#[source] std::io::Error),
}

impl SqliteStore {
    /// Opens the store in `folder`, makes what is missing and brings its schema up to date.
    ///
    /// `max_queued_bytes` bounds the events that wait for the writer.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written or is in use, or the database is unreadable or newer.
    pub fn open(folder: &Path, max_queued_bytes: usize) -> Result<Self, OpenError> {
        let lock = lock_folder(folder)?;
        let path = folder.join(DATABASE_FILE);
        let connection = schema::open(&path)?;
        let (feed, _) = broadcast::channel(FEED_EVENTS);
        let writer = Checkpoints::start(path.clone())
            .and_then(|checkpoints| {
                Writer::start(connection, checkpoints, feed.clone(), max_queued_bytes)
            })
            .map_err(OpenError::Thread)?;
        Ok(Self {
            writer,
            readers: Readers::new(path.clone(), reader::MAX_READERS),
            reports: Readers::new(path, report::MAX_REPORTS),
            feed,
            _lock: lock,
        })
    }
}

fn lock_folder(folder: &Path) -> Result<File, OpenError> {
    let unwritable = |source| OpenError::Folder {
        path: folder.to_owned(),
        source,
    };
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(LOCK_FILE))
        .map_err(unwritable)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
            path: folder.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(unwritable(source)),
    }
}

impl Store for SqliteStore {
    fn append(&self, batch: IncomingBatch) -> StoreFuture<'_, Appended> {
        Box::pin(self.writer.append(batch))
    }

    fn session_events(&self, query: SessionQuery) -> StoreFuture<'_, Vec<StoredEvent>> {
        Box::pin(
            self.readers
                .run(move |connection| reader::session_events(connection, &query)),
        )
    }

    fn session_summary(&self, query: SummaryQuery) -> StoreFuture<'_, Option<SessionSummary>> {
        Box::pin(
            self.readers
                .run(move |connection| summary::session_summary(connection, &query)),
        )
    }

    fn last_visit(&self, query: VisitQuery) -> StoreFuture<'_, Option<Visit>> {
        Box::pin(
            self.readers
                .run(move |connection| summary::last_visit(connection, &query)),
        )
    }

    fn events_by_sequence(&self, query: SequenceQuery) -> StoreFuture<'_, Vec<StoredEvent>> {
        Box::pin(
            self.readers
                .run(move |connection| reader::events_by_sequence(connection, &query)),
        )
    }

    fn delete_visitor(&self, deletion: VisitorDeletion) -> StoreFuture<'_, VisitorDeleted> {
        Box::pin(forget::delete_visitor(&self.writer, deletion))
    }

    fn expire(&self, expiry: Expiry) -> StoreFuture<'_, Expired> {
        Box::pin(
            self.writer
                .change(move |connection| forget::expire(connection, expiry)),
        )
    }

    fn forward_cursor(&self, destination: String, now: Timestamp) -> StoreFuture<'_, i64> {
        Box::pin(
            self.writer
                .change(move |connection| forward::cursor(connection, &destination, now)),
        )
    }

    fn record_forward(&self, progress: ForwardProgress) -> StoreFuture<'_, ()> {
        Box::pin(
            self.writer
                .change(move |connection| forward::record(connection, &progress)),
        )
    }

    fn forward_state(&self, destination: String) -> StoreFuture<'_, ForwardState> {
        Box::pin(
            self.readers
                .run(move |connection| forward::state(connection, &destination)),
        )
    }

    fn dead_letters(&self, query: DeadLetterQuery) -> StoreFuture<'_, Vec<DeadLetter>> {
        Box::pin(
            self.readers
                .run(move |connection| forward::dead_letters(connection, &query)),
        )
    }

    fn replay_dead_letters(&self, choice: DeadLetterChoice) -> StoreFuture<'_, usize> {
        Box::pin(
            self.writer
                .change(move |connection| forward::replay(connection, &choice)),
        )
    }

    fn delete_dead_letters(&self, choice: DeadLetterChoice) -> StoreFuture<'_, usize> {
        Box::pin(
            self.writer
                .change(move |connection| forward::delete(connection, &choice)),
        )
    }

    fn feed(&self) -> broadcast::Receiver<Arc<StoredEvent>> {
        self.feed.subscribe()
    }

    fn vitals(&self) -> Vitals {
        self.writer.vitals()
    }

    fn check(&self) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.check())
    }

    fn close(&self) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.close())
    }
}
