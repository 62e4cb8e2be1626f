//! Reading a session as a whole: each answer by the index on sessions or on visitors.

use rusqlite::{Connection, OptionalExtension, params};

use super::reader::{COLUMNS, stored_event};
use crate::clock::{from_sql, to_sql};
use crate::ingest;
use crate::store::{SessionSummary, StoredEvent, SummaryQuery, Visit, VisitQuery};

pub(super) fn session_summary(
    connection: &Connection,
    query: &SummaryQuery,
) -> rusqlite::Result<Option<SessionSummary>> {
    // One view of the store for all that follows.
    let connection = connection.unchecked_transaction()?;
    let last = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM events WHERE session_id = ?1 AND (?2 IS NULL OR site_id = ?2)
             ORDER BY created_at_ms DESC, sequence DESC LIMIT 1"
        ))?
        .query_row(params![query.session_id, query.site_id], stored_event)
        .optional()?;
    let Some(last) = last else {
        return Ok(None);
    };
    let one = |condition: &str, order: &str| -> rusqlite::Result<Option<StoredEvent>> {
        connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM events WHERE session_id = ?1 AND site_id = ?2 AND {condition}
                 ORDER BY created_at_ms {order}, sequence {order} LIMIT 1"
            ))?
            .query_row(params![query.session_id, last.site_id], stored_event)
            .optional()
    };
    let (events, pageviews) = connection
        .prepare_cached(
            "SELECT count(*), count(*) FILTER (WHERE event_name = ?3) FROM events
             WHERE session_id = ?1 AND site_id = ?2",
        )?
        .query_row(
            params![query.session_id, last.site_id, ingest::PAGEVIEW_EVENT_NAME],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
    let search_terms = connection
        .prepare_cached(
            "SELECT event ->> '$.webEvent.searchQuery' AS term FROM events
             WHERE session_id = ?1 AND site_id = ?2 AND term IS NOT NULL
             GROUP BY term ORDER BY min(created_at_ms), min(sequence)",
        )?
        .query_map(params![query.session_id, last.site_id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(Some(SessionSummary {
        events,
        pageviews,
        first: one("TRUE", "ASC")?.unwrap_or_else(|| last.clone()),
        entry: one("page_url IS NOT NULL", "ASC")?,
        exit: one("page_url IS NOT NULL", "DESC")?,
        identified: one("customer_id IS NOT NULL", "DESC")?,
        search_terms,
        last,
    }))
}

pub(super) fn last_visit(
    connection: &Connection,
    query: &VisitQuery,
) -> rusqlite::Result<Option<Visit>> {
    connection
        .prepare_cached(
            "SELECT session_id, created_at_ms,
                    (SELECT created_at_ms FROM events
                     WHERE session_id = last.session_id AND site_id = last.site_id
                     ORDER BY created_at_ms LIMIT 1)
             FROM events AS last
             WHERE visitor = ?1 AND site_id = ?2 AND created_at_ms <= ?3 AND session_id IS NOT NULL
             ORDER BY created_at_ms DESC, sequence DESC LIMIT 1",
        )?
        .query_row(
            params![
                format!("{}:{}", query.customer_id_type, query.customer_id),
                query.site_id,
                to_sql(query.until),
            ],
            |row| {
                Ok(Visit {
                    session_id: row.get(0)?,
                    last_at: from_sql(row.get(1)?),
                    started_at: from_sql(row.get(2)?),
                })
            },
        )
        .optional()
}
