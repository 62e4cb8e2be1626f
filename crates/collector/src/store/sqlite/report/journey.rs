//! Who was there, and what one visitor did.

use std::collections::HashSet;

use rusqlite::{Connection, params};

use super::super::reader::{COLUMNS, stored_event};
use crate::clock::{from_sql, to_sql};
use crate::store::StoredEvent;
use crate::store::report::{RangeQuery, SessionRow, VisitorQuery};

pub(super) fn last_sessions(
    connection: &Connection,
    query: &RangeQuery,
) -> rusqlite::Result<Vec<SessionRow>> {
    // One view of the store for all that follows.
    let connection = connection.unchecked_transaction()?;
    let mut sessions = connection.prepare_cached(
        "SELECT session_id, visitor, started_at_ms,
             (SELECT max(created_at_ms) FROM events
              WHERE session_id = sessions.session_id AND site_id = sessions.site_id),
             events, pageviews, clicks, entry_url, referrer_hostname, campaign_name,
             browser_family, device_category, country, is_bot
         FROM sessions WHERE session_id = ?1 AND site_id = ?2",
    )?;
    let mut found = Vec::new();
    for session_id in last_session_ids(&connection, query)? {
        let mut rows = sessions.query(params![session_id, query.site_id])?;
        if let Some(row) = rows.next()? {
            found.push(SessionRow {
                session_id: row.get(0)?,
                visitor: row.get(1)?,
                started_at: from_sql(row.get(2)?),
                ended_at: from_sql(row.get(3)?),
                events: row.get(4)?,
                pageviews: row.get(5)?,
                clicks: row.get(6)?,
                entry_url: row.get(7)?,
                referrer_hostname: row.get(8)?,
                campaign_name: row.get(9)?,
                browser_family: row.get(10)?,
                device_category: row.get(11)?,
                country: row.get(12)?,
                is_bot: row.get(13)?,
            });
        }
    }
    Ok(found)
}

/// Goes back in time until there are enough.
fn last_session_ids(connection: &Connection, query: &RangeQuery) -> rusqlite::Result<Vec<String>> {
    let mut seen = HashSet::new();
    let mut ids = Vec::new();
    let mut statement = connection.prepare_cached(
        "SELECT session_id FROM report_events
         WHERE site_id = ?1 AND created_at_ms >= ?2 AND created_at_ms < ?3 AND is_bot <= ?4
             AND session_id IS NOT NULL
         ORDER BY created_at_ms DESC, sequence DESC",
    )?;
    let mut rows = statement.query(params![
        query.site_id,
        to_sql(query.from),
        to_sql(query.to),
        query.with_bots
    ])?;
    while ids.len() < query.limit
        && let Some(row) = rows.next()?
    {
        let session_id: String = row.get(0)?;
        if seen.insert(session_id.clone()) {
            ids.push(session_id);
        }
    }
    Ok(ids)
}

pub(super) fn visitor_events(
    connection: &Connection,
    query: &VisitorQuery,
) -> rusqlite::Result<Vec<StoredEvent>> {
    let (before_ms, before_sequence) =
        query.before.map_or((i64::MAX, i64::MAX), |(at, sequence)| {
            (to_sql(at), sequence)
        });
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM events
             WHERE visitor = ?1 AND site_id = ?2 AND (created_at_ms, sequence) < (?3, ?4)
             ORDER BY created_at_ms DESC, sequence DESC LIMIT ?5"
        ))?
        .query_map(
            params![
                query.visitor,
                query.site_id,
                before_ms,
                before_sequence,
                query.limit
            ],
            stored_event,
        )?
        .collect()
}
