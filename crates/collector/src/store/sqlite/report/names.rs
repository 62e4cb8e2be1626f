//! What happened, by name, and the last events of one name.

use std::cmp::Reverse;
use std::collections::HashMap;

use rusqlite::{Connection, params};
use sillage_protocol::Timestamp;

use super::super::reader::stored_event;
use super::Different;
use crate::clock::{from_sql, to_sql};
use crate::store::StoredEvent;
use crate::store::report::{NameCount, NamedQuery, RangeQuery};

pub(super) fn event_names(
    connection: &Connection,
    query: &RangeQuery,
) -> rusqlite::Result<Vec<NameCount>> {
    let mut names: HashMap<String, (u64, Different, Timestamp)> = HashMap::new();
    let mut statement = connection.prepare_cached(
        "SELECT created_at_ms, what, visitor FROM report_events
         WHERE site_id = ?1 AND created_at_ms >= ?2 AND created_at_ms < ?3 AND is_bot <= ?4
         ORDER BY created_at_ms",
    )?;
    let mut rows = statement.query(params![
        query.site_id,
        to_sql(query.from),
        to_sql(query.to),
        query.with_bots
    ])?;
    while let Some(row) = rows.next()? {
        let name = row.get_ref(1)?.as_str_or_null()?.unwrap_or_default();
        if !names.contains_key(name) {
            names.insert(name.to_owned(), <_>::default());
        }
        if let Some((events, visitors, last_at)) = names.get_mut(name) {
            *events += 1;
            visitors.see(row.get_ref(2)?.as_bytes_or_null()?);
            *last_at = from_sql(row.get(0)?);
        }
    }
    let mut counts: Vec<NameCount> = names
        .into_iter()
        .map(|(name, (events, visitors, last_at))| NameCount {
            name,
            events,
            visitors: visitors.count(),
            last_at,
        })
        .collect();
    counts.sort_by(|a, b| (Reverse(a.events), &a.name).cmp(&(Reverse(b.events), &b.name)));
    counts.truncate(query.limit);
    Ok(counts)
}

pub(super) fn last_named(
    connection: &Connection,
    query: &NamedQuery,
) -> rusqlite::Result<Vec<StoredEvent>> {
    let range = &query.range;
    connection
        .prepare_cached(
            "SELECT events.sequence, events.site_id, events.created_at_ms, received_at_ms, event
             FROM (SELECT sequence FROM report_events
                   WHERE site_id = ?1 AND created_at_ms >= ?2 AND created_at_ms < ?3 AND is_bot <= ?4 AND what = ?5
                   ORDER BY created_at_ms DESC, sequence DESC LIMIT ?6)
             JOIN events USING (sequence) ORDER BY events.created_at_ms DESC, events.sequence DESC",
        )?
        .query_map(
            params![
                range.site_id,
                to_sql(range.from),
                to_sql(range.to),
                range.with_bots,
                query.name,
                range.limit
            ],
            stored_event,
        )?
        .collect()
}
