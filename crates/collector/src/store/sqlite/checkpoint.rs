//! Takes what is committed out of the log and into the database, mostly on a thread of its own.
//!
//! By itself `SQLite` does that within the commit that makes the log too long: at some 10,000 events a second
//! one batch in a hundred waited 140 ms for it (measured). Here the thread copies and syncs beside
//! the writer, and the writer adds what came meanwhile, which is little: after that the log begins anew.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

use super::schema::BUSY_TIMEOUT;

/// Bytes of events, as JSON, between two checkpoints. The log has about four times as many: 16 MB, as by
/// default.
const BYTES_BETWEEN: usize = 4 * 1024 * 1024;

/// What a change that is no batch counts for: a portion of what is too old, a visitor who is deleted.
pub(super) const CHANGE_BYTES: usize = 256 * 1024;

/// Decides when, for the writer.
pub(super) struct Checkpoints {
    /// Bytes of events that were written since the last one was begun.
    written: usize,
    begin: SyncSender<()>,
    /// Whether the thread has copied what there was when it began.
    is_copied: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Checkpoints {
    /// Starts the thread, which opens the database when it is first needed.
    pub(super) fn start(path: PathBuf) -> io::Result<Self> {
        let (begin, asked) = mpsc::sync_channel(1);
        let is_copied = Arc::<AtomicBool>::default();
        let has_copied = Arc::clone(&is_copied);
        let thread = thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || {
                let mut connection = None;
                while asked.recv().is_ok() {
                    let copied = match &connection {
                        Some(connection) => copy(connection),
                        None => open(&path).and_then(|opened| {
                            let copied = copy(&opened);
                            connection = Some(opened);
                            copied
                        }),
                    };
                    if let Err(error) = copied {
                        tracing::warn!(%error, "the log could not be emptied beside the writer");
                    }
                    // If it failed, the writer does all of it.
                    has_copied.store(true, Ordering::Release);
                }
            })?;
        Ok(Self {
            written: 0,
            begin,
            is_copied,
            thread,
        })
    }

    /// Hears that the writer has committed so many bytes.
    pub(super) fn committed(&mut self, connection: &Connection, bytes: usize) {
        self.written += bytes;
        if self.is_copied.swap(false, Ordering::AcqRel) {
            if let Err(error) = copy(connection) {
                tracing::warn!(%error, "the log could not be emptied");
            }
        } else if self.written >= BYTES_BETWEEN && self.begin.try_send(()).is_ok() {
            self.written = 0;
        }
    }

    /// Waits for the thread to end.
    pub(super) fn end(self) {
        drop(self.begin);
        if self.thread.join().is_err() {
            tracing::error!("the thread of checkpoints had panicked");
        }
    }
}

fn open(path: &PathBuf) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // What is copied is synced as it is in the writer's commits.
    connection.execute_batch("PRAGMA synchronous = FULL")?;
    Ok(connection)
}

/// Waits for nobody: what a reader still needs stays in the log until the next time.
fn copy(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}
