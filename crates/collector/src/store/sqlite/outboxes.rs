//! What senders claim to have tracked and dropped: the greatest of each count, for a bounded number
//! of outboxes.
//!
//! Anybody can send any outbox id, so a site keeps the most recent ones only. What is needed of an
//! outbox for longer are its sums, which [`super::days`] has. One that counts on after it was
//! forgotten is counted twice there; before that happens, [`MAX_OUTBOXES`] others have to report.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use sillage_protocol::Timestamp;
use sillage_protocol::batch::Counters;

use super::days::{Claims, MAX_COUNT};
use crate::clock::to_sql;

/// Most outboxes that are kept of one site: one a page load, about 100 bytes each.
const MAX_OUTBOXES: i64 = 1_000_000;

/// Share of the outboxes that is forgotten at once when there are too many, so that forgetting is
/// rare.
const FORGOTTEN_SHARE: i64 = 1_000;

/// Most sites whose number of outboxes is remembered.
const MAX_SITES: usize = 1_000;

/// How many outboxes each site has, so that they need not be counted for every batch.
#[derive(Debug, Default)]
pub(super) struct OutboxCounts {
    by_site: HashMap<String, i64>,
}

impl OutboxCounts {
    /// Keeps the greater of what is known and what the sender says. Counts beyond
    /// [`MAX_COUNT`] are cut. Gives by how much the known counts grew.
    pub(super) fn record(
        &mut self,
        connection: &Connection,
        site_id: &str,
        counters: &Counters,
        received_at: Timestamp,
    ) -> rusqlite::Result<Claims> {
        let outbox_id = counters.outbox_id.as_str();
        let known: Option<i64> = connection
            .prepare_cached("SELECT tracked FROM outboxes WHERE site_id = ?1 AND outbox_id = ?2")?
            .query_row(params![site_id, outbox_id], |row| row.get(0))
            .optional()?;
        if known.is_none() {
            self.make_room(connection, site_id)?;
        }
        let tracked = capped(counters.tracked);
        let mut grown = Claims {
            tracked: (tracked - known.unwrap_or(0)).max(0),
            ..Claims::default()
        };
        connection
            .prepare_cached(
                "INSERT INTO outboxes (site_id, outbox_id, tracked, updated_at_ms) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET tracked = max(tracked, excluded.tracked),
                     updated_at_ms = excluded.updated_at_ms",
            )?
            .execute(params![site_id, outbox_id, tracked, to_sql(received_at)])?;
        let mut known = connection.prepare_cached(
            "SELECT dropped FROM drops WHERE site_id = ?1 AND outbox_id = ?2 AND reason = ?3",
        )?;
        let mut drop = connection.prepare_cached(
            "INSERT INTO drops (site_id, outbox_id, reason, dropped)
             SELECT ?1, ?2, ?3, ?4
             WHERE EXISTS (SELECT 1 FROM drops WHERE site_id = ?1 AND outbox_id = ?2 AND reason = ?3)
                OR (SELECT count(*) FROM drops WHERE site_id = ?1 AND outbox_id = ?2) < ?5
             ON CONFLICT DO UPDATE SET dropped = max(dropped, excluded.dropped)",
        )?;
        let max_reasons = sillage_protocol::limits::MAX_DROP_REASONS;
        for (reason, dropped) in &counters.dropped {
            let dropped = capped(*dropped);
            let before: Option<i64> = known
                .query_row(params![site_id, outbox_id, reason], |row| row.get(0))
                .optional()?;
            let is_kept =
                drop.execute(params![site_id, outbox_id, reason, dropped, max_reasons])? > 0;
            if is_kept {
                grown.add_dropped(reason, (dropped - before.unwrap_or(0)).max(0));
            }
        }
        Ok(grown)
    }

    /// Counts anew from now on: a transaction was rolled back.
    pub(super) fn forget(&mut self) {
        self.by_site.clear();
    }

    fn make_room(&mut self, connection: &Connection, site_id: &str) -> rusqlite::Result<()> {
        let known = match self.by_site.get(site_id) {
            Some(count) => *count,
            None => connection
                .prepare_cached("SELECT count(*) FROM outboxes WHERE site_id = ?1")?
                .query_row([site_id], |row| row.get(0))?,
        };
        let forgotten = if known < MAX_OUTBOXES {
            0
        } else {
            connection
                .prepare_cached(
                    "DELETE FROM outboxes WHERE site_id = ?1 AND outbox_id IN
                         (SELECT outbox_id FROM outboxes WHERE site_id = ?1 ORDER BY updated_at_ms LIMIT ?2)",
                )?
                .execute(params![site_id, MAX_OUTBOXES / FORGOTTEN_SHARE])?
        };
        if self.by_site.len() >= MAX_SITES {
            self.by_site.clear();
        }
        let left = known + 1 - i64::try_from(forgotten).unwrap_or(0);
        self.by_site.insert(site_id.to_owned(), left);
        Ok(())
    }
}

fn capped(count: u64) -> i64 {
    i64::try_from(count).map_or(MAX_COUNT, |count| count.min(MAX_COUNT))
}
