//! Cursors and dead letters of destinations. Dead letters go with their event by a foreign key.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sillage_protocol::Timestamp;

use super::reader;
use crate::clock::{from_sql, to_sql};
use crate::store::{DeadLetter, DeadLetterChoice, DeadLetterQuery, ForwardProgress, ForwardState};

/// The cursor of a destination; a new one begins after what is stored now.
pub(super) fn cursor(
    connection: &Connection,
    destination: &str,
    now: Timestamp,
) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO forward_cursors (destination, sequence, updated_at_ms)
             SELECT ?1, coalesce(max(sequence), 0), ?2 FROM events WHERE true
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![destination, to_sql(now)])?;
    connection.query_row(
        "SELECT sequence FROM forward_cursors WHERE destination = ?1",
        [destination],
        |row| row.get(0),
    )
}

pub(super) fn record(connection: &Connection, progress: &ForwardProgress) -> rusqlite::Result<()> {
    let now_ms = to_sql(progress.now);
    if let Some(sequence) = progress.cursor {
        connection
            .prepare_cached(
                "INSERT INTO forward_cursors (destination, sequence, updated_at_ms) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET sequence = max(sequence, excluded.sequence),
                     updated_at_ms = excluded.updated_at_ms",
            )?
            .execute(params![progress.destination, sequence, now_ms])?;
    }
    for dead in &progress.dead {
        // From the events: one that was deleted while it was tried leaves nothing behind.
        connection
            .prepare_cached(
                "INSERT INTO dead_letters (destination, sequence, code, message, tried_at_ms)
                 SELECT ?1, sequence, ?3, ?4, ?5 FROM events WHERE sequence = ?2
                 ON CONFLICT DO UPDATE SET code = excluded.code, message = excluded.message,
                     tried_at_ms = excluded.tried_at_ms, replay = 0",
            )?
            .execute(params![
                progress.destination,
                dead.sequence,
                dead.code,
                dead.message,
                now_ms
            ])?;
    }
    for sequence in &progress.revived {
        connection
            .prepare_cached("DELETE FROM dead_letters WHERE destination = ?1 AND sequence = ?2")?
            .execute(params![progress.destination, sequence])?;
    }
    Ok(())
}

pub(super) fn dead_letters(
    connection: &Connection,
    query: &DeadLetterQuery,
) -> rusqlite::Result<Vec<DeadLetter>> {
    let only_replayed = if query.only_replayed {
        "AND replay = 1"
    } else {
        ""
    };
    connection
        .prepare_cached(&format!(
            "SELECT {}, code, message, tried_at_ms, replay
             FROM dead_letters JOIN events USING (sequence)
             WHERE destination = ?1 AND sequence > ?2 {only_replayed}
             ORDER BY sequence LIMIT ?3",
            reader::COLUMNS
        ))?
        .query_map(
            params![query.destination, query.after, query.limit],
            dead_letter,
        )?
        .collect()
}

fn dead_letter(row: &Row<'_>) -> rusqlite::Result<DeadLetter> {
    Ok(DeadLetter {
        event: reader::stored_event(row)?,
        code: row.get("code")?,
        message: row.get("message")?,
        tried_at: from_sql(row.get("tried_at_ms")?),
        is_replayed: row.get("replay")?,
    })
}

/// Marks dead letters to be sent again; gives how many were not marked before.
pub(super) fn replay(
    connection: &Connection,
    choice: &DeadLetterChoice,
) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "UPDATE dead_letters SET replay = 1
             WHERE destination = ?1 AND replay = 0
               AND (?2 IS NULL OR sequence = ?2) AND (?3 IS NULL OR code = ?3)",
        )?
        .execute(params![choice.destination, choice.sequence, choice.code])
}

pub(super) fn delete(
    connection: &Connection,
    choice: &DeadLetterChoice,
) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "DELETE FROM dead_letters
             WHERE destination = ?1
               AND (?2 IS NULL OR sequence = ?2) AND (?3 IS NULL OR code = ?3)",
        )?
        .execute(params![choice.destination, choice.sequence, choice.code])
}

pub(super) fn state(connection: &Connection, destination: &str) -> rusqlite::Result<ForwardState> {
    let cursor: Option<i64> = connection
        .prepare_cached("SELECT sequence FROM forward_cursors WHERE destination = ?1")?
        .query_row([destination], |row| row.get(0))
        .optional()?;
    let dead_letters = connection
        .prepare_cached("SELECT count(*) FROM dead_letters WHERE destination = ?1")?
        .query_row([destination], |row| row.get(0))?;
    let Some(after) = cursor else {
        return Ok(ForwardState {
            dead_letters,
            ..ForwardState::default()
        });
    };
    // Sequences are given one by one, so their difference is the number of events without counting.
    let last: i64 = connection
        .prepare_cached("SELECT coalesce(max(sequence), 0) FROM events")?
        .query_row([], |row| row.get(0))?;
    let oldest: Option<i64> = connection
        .prepare_cached(
            "SELECT received_at_ms FROM events WHERE sequence > ?1 ORDER BY sequence LIMIT 1",
        )?
        .query_row([after], |row| row.get(0))
        .optional()?;
    Ok(ForwardState {
        cursor,
        events_after: u64::try_from(last.saturating_sub(after)).unwrap_or(0),
        oldest_after: oldest.map(from_sql),
        dead_letters,
    })
}
