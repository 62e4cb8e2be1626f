//! Reading: connections of their own, which never wait for the writer (WAL).

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, ErrorCode, OpenFlags, Row, params};
use tokio::sync::Semaphore;

use crate::clock::{from_sql, to_sql};
use crate::store::{SequenceQuery, SequenceStart, SessionQuery, StoreError, StoredEvent};

/// Reads at once. A read is short; more of them would only take the processor from the writer.
pub(super) const MAX_READERS: usize = 4;

/// The columns of a [`StoredEvent`], as [`stored_event`] reads them.
pub(super) const COLUMNS: &str = "sequence, site_id, created_at_ms, received_at_ms, event";

/// Connections for reading, opened when first needed.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
    turns: Arc<Semaphore>,
}

impl Readers {
    /// Readers of the database at `path`, so many at once.
    pub(super) fn new(path: PathBuf, at_once: usize) -> Self {
        Self {
            path,
            idle: Arc::default(),
            turns: Arc::new(Semaphore::new(at_once)),
        }
    }

    /// Runs a query on a thread that may block.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let turn = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Closed)?;
        let path = self.path.clone();
        let idle = Arc::clone(&self.idle);
        let work = move || {
            let _turn = turn;
            let pooled = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = match pooled {
                Some(connection) => connection,
                None => Connection::open_with_flags(
                    path,
                    OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
                )?,
            };
            let result = query(&mut connection)?;
            // A connection whose query failed is not put back.
            idle.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(connection);
            Ok(result)
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| StoreError::Failed(error.to_string()))?
            .map_err(|error: rusqlite::Error| match error.sqlite_error_code() {
                Some(ErrorCode::OperationInterrupted) => StoreError::Interrupted,
                _ => StoreError::Failed(error.to_string()),
            })
    }
}

pub(super) fn session_events(
    connection: &Connection,
    query: &SessionQuery,
) -> rusqlite::Result<Vec<StoredEvent>> {
    let (after_ms, after_sequence) = query
        .after
        .map_or((-1, -1), |(at, sequence)| (to_sql(at), sequence));
    let kinds = serde_json::json!(
        query
            .kinds
            .iter()
            .map(|kind| kind.event_type())
            .collect::<Vec<_>>()
    );
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM events
             WHERE session_id = ?1 AND (created_at_ms, sequence) > (?2, ?3)
               AND (?4 IS NULL OR site_id = ?4)
               AND (?5 OR event_type IN (SELECT value FROM json_each(?6)))
             ORDER BY created_at_ms, sequence LIMIT ?7"
        ))?
        .query_map(
            params![
                query.session_id,
                after_ms,
                after_sequence,
                query.site_id,
                query.kinds.is_empty(),
                kinds.to_string(),
                query.limit,
            ],
            stored_event,
        )?
        .collect()
}

pub(super) fn events_by_sequence(
    connection: &Connection,
    query: &SequenceQuery,
) -> rusqlite::Result<Vec<StoredEvent>> {
    match query.start {
        SequenceStart::After(sequence) => connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM events
                 WHERE sequence > ?1 AND (?2 IS NULL OR site_id = ?2) ORDER BY sequence LIMIT ?3"
            ))?
            .query_map(params![sequence, query.site_id, query.limit], stored_event)?
            .collect(),
        SequenceStart::MostRecent => connection
            .prepare_cached(&format!(
                "SELECT * FROM (SELECT {COLUMNS} FROM events
                     WHERE ?1 IS NULL OR site_id = ?1 ORDER BY sequence DESC LIMIT ?2)
                 ORDER BY sequence"
            ))?
            .query_map(params![query.site_id, query.limit], stored_event)?
            .collect(),
    }
}

pub(super) fn stored_event(row: &Row<'_>) -> rusqlite::Result<StoredEvent> {
    Ok(StoredEvent {
        sequence: row.get(0)?,
        site_id: row.get(1)?,
        created_at: from_sql(row.get(2)?),
        received_at: from_sql(row.get(3)?),
        json: row.get(4)?,
    })
}
