//! Deleting: one visitor, or what is too old. In portions, so that no batch waits long behind one.
//!
//! Whatever deletes events leaves a tombstone for each id that may still be sent again, and no totals
//! of visitors that have no event left. Dead letters go with their event, by their foreign key. Receipts and the counts of days name nobody and stay.

use std::collections::HashSet;

use rusqlite::{Connection, Row, params};
use sillage_protocol::Timestamp;

use super::writer::Writer;
use crate::clock::to_sql;
use crate::store::{Expired, Expiry, REMEMBERED_MS, StoreError, VisitorDeleted, VisitorDeletion};

/// Rows deleted in one transaction. At about 50 µs each, batches wait 25 ms for them.
const PORTION: u64 = 500;

/// An event that was deleted.
struct Gone {
    site_id: String,
    id: String,
    visitor: Option<String>,
    received_at_ms: i64,
}

impl Gone {
    /// Columns for `RETURNING`, as [`Gone::read`] reads them.
    const COLUMNS: &str = "site_id, id, visitor, received_at_ms";

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            site_id: row.get(0)?,
            id: row.get(1)?,
            visitor: row.get(2)?,
            received_at_ms: row.get(3)?,
        })
    }
}

/// Deletes a visitor, portion by portion.
pub(super) async fn delete_visitor(
    writer: &Writer,
    deletion: VisitorDeletion,
) -> Result<VisitorDeleted, StoreError> {
    // The totals first: what the visitor does meanwhile is counted anew, and is not deleted.
    let first = deletion.clone();
    let (totals, last) = writer
        .change(move |connection| Ok((delete_totals(connection, &first)?, last(connection)?)))
        .await?;
    let mut deleted = VisitorDeleted { events: 0, totals };
    loop {
        let portion = deletion.clone();
        let events = writer
            .change(move |connection| delete_events(connection, &portion, last))
            .await?;
        deleted.events += events;
        if events < PORTION {
            break;
        }
    }
    // Deleting has zeroed the pages of the database; the log has them as they were.
    writer.empty_log().await?;
    Ok(deleted)
}

fn last(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT coalesce(max(sequence), 0) FROM events", [], |row| {
        row.get(0)
    })
}

fn delete_totals(connection: &Connection, deletion: &VisitorDeletion) -> rusqlite::Result<u64> {
    let rows = connection.execute(
        "DELETE FROM visitors WHERE visitor = ?1 AND (?2 IS NULL OR site_id = ?2)",
        params![deletion.visitor, deletion.site_id],
    )?;
    Ok(count(rows))
}

fn delete_events(
    connection: &Connection,
    deletion: &VisitorDeletion,
    last: i64,
) -> rusqlite::Result<u64> {
    let gone: Vec<Gone> = connection
        .prepare_cached(&format!(
            "DELETE FROM events WHERE sequence IN
                 (SELECT sequence FROM events
                  WHERE visitor = ?1 AND sequence <= ?2 AND (?3 IS NULL OR site_id = ?3) LIMIT ?4)
             RETURNING {}",
            Gone::COLUMNS
        ))?
        .query_map(
            params![deletion.visitor, last, deletion.site_id, PORTION],
            Gone::read,
        )?
        .collect::<Result<_, _>>()?;
    // From now on, not from the arrival: other senders than the tracker may be slower.
    let forget_at_ms = to_sql(deletion.now).saturating_add(remembered_ms());
    for event in &gone {
        bury(connection, event, forget_at_ms)?;
    }
    Ok(count(gone.len()))
}

/// Deletes a portion of what is too old.
pub(super) fn expire(connection: &Connection, expiry: Expiry) -> rusqlite::Result<Expired> {
    let now_ms = to_sql(expiry.now);
    let mut expired = Expired::default();
    if let Some(retention_ms) = expiry.retention_ms {
        let horizon_ms = to_sql(Timestamp(expiry.now.0.saturating_sub(retention_ms)));
        expired.events = expire_events(connection, horizon_ms, now_ms)?;
        // A receipt that is asked for and gone would have its whole batch sent again.
        let horizon_ms = horizon_ms.min(now_ms - remembered_ms());
        expired.receipts = count(
            connection
                .prepare_cached(
                    "DELETE FROM batches WHERE (site_id, id) IN
                         (SELECT site_id, id FROM batches WHERE received_at_ms < ?1 LIMIT ?2)",
                )?
                .execute(params![horizon_ms, PORTION])?,
        );
    }
    expired.ids = count(
        connection
            .prepare_cached(
                "DELETE FROM tombstones WHERE (site_id, id) IN
                     (SELECT site_id, id FROM tombstones WHERE forget_at_ms <= ?1 LIMIT ?2)",
            )?
            .execute(params![now_ms, PORTION])?,
    );
    let most = expired.events.max(expired.receipts).max(expired.ids);
    expired.is_done = most < PORTION;
    Ok(expired)
}

fn expire_events(connection: &Connection, horizon_ms: i64, now_ms: i64) -> rusqlite::Result<u64> {
    let gone: Vec<Gone> = connection
        .prepare_cached(&format!(
            "DELETE FROM events WHERE sequence IN
                 (SELECT sequence FROM events WHERE received_at_ms < ?1
                  ORDER BY received_at_ms LIMIT ?2)
             RETURNING {}",
            Gone::COLUMNS
        ))?
        .query_map(params![horizon_ms, PORTION], Gone::read)?
        .collect::<Result<_, _>>()?;
    let mut visitors = HashSet::new();
    for event in &gone {
        let forget_at_ms = event.received_at_ms.saturating_add(remembered_ms());
        if forget_at_ms > now_ms {
            bury(connection, event, forget_at_ms)?;
        }
        if let Some(visitor) = &event.visitor {
            visitors.insert((&event.site_id, visitor));
        }
    }
    let mut forget = connection.prepare_cached(
        "DELETE FROM visitors WHERE site_id = ?1 AND visitor = ?2
             AND NOT EXISTS (SELECT 1 FROM events WHERE visitor = ?2 AND site_id = ?1)",
    )?;
    for (site_id, visitor) in visitors {
        forget.execute(params![site_id, visitor])?;
    }
    Ok(count(gone.len()))
}

/// Remembers the id of a deleted event.
fn bury(connection: &Connection, event: &Gone, forget_at_ms: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO tombstones (site_id, id, forget_at_ms) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET forget_at_ms = max(forget_at_ms, excluded.forget_at_ms)",
        )?
        .execute(params![event.site_id, event.id, forget_at_ms])?;
    Ok(())
}

fn remembered_ms() -> i64 {
    to_sql(Timestamp(REMEMBERED_MS))
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
