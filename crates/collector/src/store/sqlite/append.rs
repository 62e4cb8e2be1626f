//! Writing one batch, inside a transaction that the caller commits.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, params};
use sillage_protocol::Event;

use super::days::{self, Arrived};
use super::outboxes::OutboxCounts;
use super::receipts::{self, Delivery};
use super::report;
use super::visit;
use crate::clock::to_sql;
use crate::ingest;
use crate::store::{Appended, IncomingBatch, IncomingEvent, StoredEvent};

/// Stores what is new of the batch, its receipt and its counters, adds them to the day, and looks up
/// what it asks for. The batch can be appended again where the transaction fails.
pub(super) fn append(
    connection: &Connection,
    batch: &mut IncomingBatch,
    outboxes: &mut OutboxCounts,
) -> rusqlite::Result<(Appended, Vec<StoredEvent>)> {
    let mut events = std::mem::take(&mut batch.events);
    let appended = append_all(connection, batch, &mut events, outboxes);
    batch.events = events;
    appended
}

fn append_all(
    connection: &Connection,
    batch: &IncomingBatch,
    events: &mut [IncomingEvent],
    outboxes: &mut OutboxCounts,
) -> rusqlite::Result<(Appended, Vec<StoredEvent>)> {
    let mut appended = Appended::default();
    appended.verdicts.rejected = batch.rejected;
    let mut accepted = HashSet::with_capacity(events.len());
    let mut stored = Vec::with_capacity(events.len());
    for incoming in events {
        if let Some(known) = known(connection, &batch.site_id, &incoming.id)? {
            appended.verdicts.duplicates += 1;
            appended.conflicts += u64::from(known.is_other_than(incoming.fingerprint));
        } else {
            stored.push(insert(connection, batch, incoming)?);
            appended.verdicts.stored += 1;
        }
        accepted.insert(&*incoming.id);
    }
    let rejected = if accepted.is_empty() && batch.rejected == 0 {
        // An ask is no batch: its id says nothing about events, and may be used for the next ask.
        0
    } else {
        let delivery = Delivery {
            stored: appended.verdicts.stored,
            accepted: u64::try_from(accepted.len()).unwrap_or(u64::MAX),
            rejected: batch.rejected,
            conflicts: appended.conflicts,
        };
        receipts::write(connection, batch, delivery)?
    };
    let claims = match &batch.counters {
        Some(counters) => {
            outboxes.record(connection, &batch.site_id, counters, batch.received_at)?
        }
        None => days::Claims::default(),
    };
    let arrived = Arrived {
        stored: appended.verdicts.stored,
        duplicates: appended.verdicts.duplicates,
        conflicts: appended.conflicts,
        rejected,
        claims,
    };
    days::add(connection, &batch.site_id, batch.received_at, arrived)?;
    appended.receipts = receipts::asked_for(connection, batch)?;
    Ok((appended, stored))
}

/// What is known of an event that came before.
enum Known {
    /// It is stored, with this fingerprint.
    Stored(i64),
    /// It was deleted.
    Deleted,
}

impl Known {
    fn is_other_than(&self, fingerprint: i64) -> bool {
        matches!(self, Self::Stored(known) if *known != fingerprint)
    }
}

fn known(connection: &Connection, site_id: &str, id: &str) -> rusqlite::Result<Option<Known>> {
    connection
        .prepare_cached(
            "SELECT fingerprint FROM events WHERE site_id = ?1 AND id = ?2
             UNION ALL SELECT NULL FROM tombstones WHERE site_id = ?1 AND id = ?2",
        )?
        .query_row(params![site_id, id], |row| {
            let fingerprint: Option<i64> = row.get(0)?;
            Ok(fingerprint.map_or(Known::Deleted, Known::Stored))
        })
        .optional()
}

fn insert(
    connection: &Connection,
    batch: &IncomingBatch,
    incoming: &mut IncomingEvent,
) -> rusqlite::Result<StoredEvent> {
    count_for_visitor(connection, &batch.site_id, &mut incoming.event)?;
    visit::fill(connection, &batch.site_id, &mut incoming.event)?;
    let event = &incoming.event;
    let json = serde_json::to_string(event)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let session_id = event
        .session
        .as_ref()
        .and_then(|session| session.id.as_deref());
    connection
        .prepare_cached(
            "INSERT INTO events (site_id, id, batch_id, session_id, customer_id, customer_id_type,
                 correlation_id, event_type, event_name, page_url, created_at_ms,
                 original_created_at_ms, received_at_ms, fingerprint, is_bot, event)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            batch.site_id,
            incoming.id,
            batch.id,
            session_id,
            event.customer_id,
            event.customer_id_type,
            event.correlation_id,
            event.event_type.as_deref().unwrap_or_default(),
            event.event_name(),
            page_url(event),
            to_sql(incoming.created_at),
            to_sql(incoming.original_created_at),
            to_sql(batch.received_at),
            incoming.fingerprint,
            incoming.is_bot,
            json,
        ])?;
    let sequence = connection.last_insert_rowid();
    report::add(connection, &batch.site_id, sequence, incoming)?;
    Ok(StoredEvent {
        sequence,
        site_id: batch.site_id.clone(),
        created_at: incoming.created_at,
        received_at: batch.received_at,
        json,
    })
}

fn page_url(event: &Event) -> Option<&str> {
    event.web_event.as_ref()?.page.as_ref()?.url.as_deref()
}

/// Counts the event for its visitor and fills the totals in. In the transaction of the event, so
/// that the totals are exact whatever is retried.
///
/// In two statements: with `RETURNING`, `SQLite` takes a copy of every page that it changes, should the
/// statement have to be undone.
fn count_for_visitor(
    connection: &Connection,
    site_id: &str,
    event: &mut Event,
) -> rusqlite::Result<()> {
    let Some(visitor) = report::visitor(event) else {
        return Ok(());
    };
    let is_pageview = event.event_name() == Some(ingest::PAGEVIEW_EVENT_NAME);
    let before: Option<(i64, i64)> = connection
        .prepare_cached(
            "SELECT event_count, pageview_count FROM visitors WHERE site_id = ?1 AND visitor = ?2",
        )?
        .query_row(params![site_id, visitor], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (events, pageviews) = before.unwrap_or_default();
    let (events, pageviews) = (events + 1, pageviews + i64::from(is_pageview));
    let statement = if before.is_some() {
        "UPDATE visitors SET event_count = ?3, pageview_count = ?4 WHERE site_id = ?1 AND visitor = ?2"
    } else {
        "INSERT INTO visitors (site_id, visitor, event_count, pageview_count) VALUES (?1, ?2, ?3, ?4)"
    };
    connection
        .prepare_cached(statement)?
        .execute(params![site_id, visitor, events, pageviews])?;
    if let Some(web_event) = &mut event.web_event {
        web_event.total_event_count = u64::try_from(events).ok();
        web_event.total_pageview_count = u64::try_from(pageviews).ok();
    }
    Ok(())
}
