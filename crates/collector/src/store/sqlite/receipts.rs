//! Receipts: what became of each batch, over all its deliveries.
//!
//! A sender forgets a batch only if its receipt's counts sum up to the batch's own number of events.
//! So the sum is the number of distinct events of the most complete delivery: a part of the batch
//! that arrived earlier (a request cut on its way) must not look like the whole, and what is
//! delivered again must not be counted again.

use rusqlite::{Connection, OptionalExtension, params};
use sillage_protocol::batch::{Receipt, Verdicts};

use crate::clock::to_sql;
use crate::store::IncomingBatch;

/// What one delivery of a batch brought; every event is counted once, however often the delivery
/// repeats it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Delivery {
    /// Events that it brought first.
    pub(super) stored: u64,
    /// Events that it brought and that were accepted, stored now or before.
    pub(super) accepted: u64,
    /// Events that it brought and that were rejected.
    pub(super) rejected: u64,
    /// Events that were stored before with other content.
    pub(super) conflicts: u64,
}

impl Delivery {
    /// What is known of the batch after this delivery.
    fn added_to(self, before: Verdicts) -> Verdicts {
        let known = before.stored + before.duplicates + before.rejected;
        let brought = self.accepted + self.rejected;
        let stored = before.stored + self.stored;
        let events = known.max(brought).max(stored);
        let rejected = if brought >= known {
            self.rejected
        } else {
            before.rejected
        };
        // An event that was stored by one delivery and rejected by another is stored.
        let rejected = rejected.min(events - stored);
        Verdicts {
            stored,
            duplicates: events - stored - rejected,
            rejected,
        }
    }
}

/// Writes the receipt of a batch. Gives how many events were rejected that were not known to be.
pub(super) fn write(
    connection: &Connection,
    batch: &IncomingBatch,
    delivery: Delivery,
) -> rusqlite::Result<u64> {
    let before = read(connection, &batch.site_id, &batch.id)?.unwrap_or_default();
    let after = delivery.added_to(before);
    connection
        .prepare_cached(
            "INSERT INTO batches (site_id, id, tracker_name, tracker_version, sent_at_ms,
                 received_at_ms, stored, duplicates, conflicts, rejected)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT DO UPDATE SET stored = excluded.stored, duplicates = excluded.duplicates,
                 conflicts = conflicts + excluded.conflicts, rejected = excluded.rejected",
        )?
        .execute(params![
            batch.site_id,
            batch.id,
            batch.tracker.name,
            batch.tracker.version,
            to_sql(batch.sent_at),
            to_sql(batch.received_at),
            after.stored,
            after.duplicates,
            delivery.conflicts,
            after.rejected,
        ])?;
    Ok(after.rejected.saturating_sub(before.rejected))
}

/// What became of the batches that a batch asks about, in the order asked.
pub(super) fn asked_for(
    connection: &Connection,
    batch: &IncomingBatch,
) -> rusqlite::Result<Vec<(String, Receipt)>> {
    batch
        .receipts
        .iter()
        .map(|id| {
            let verdicts = read(connection, &batch.site_id, &id.to_ascii_lowercase())?;
            Ok((
                id.clone(),
                verdicts.map_or(Receipt::Unknown, Receipt::Stored),
            ))
        })
        .collect()
}

fn read(connection: &Connection, site_id: &str, id: &str) -> rusqlite::Result<Option<Verdicts>> {
    connection
        .prepare_cached(
            "SELECT stored, duplicates, rejected FROM batches WHERE site_id = ?1 AND id = ?2",
        )?
        .query_row(params![site_id, id], |row| {
            Ok(Verdicts {
                stored: row.get(0)?,
                duplicates: row.get(1)?,
                rejected: row.get(2)?,
            })
        })
        .optional()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The receipt after deliveries of (stored first, accepted, rejected) events.
    fn after(deliveries: &[(u64, u64, u64)]) -> (u64, u64, u64) {
        let verdicts = deliveries.iter().fold(
            Verdicts::default(),
            |before, &(stored, accepted, rejected)| {
                Delivery {
                    stored,
                    accepted,
                    rejected,
                    conflicts: 0,
                }
                .added_to(before)
            },
        );
        (verdicts.stored, verdicts.duplicates, verdicts.rejected)
    }

    #[test]
    fn what_is_delivered_again_is_not_counted_again() {
        assert_eq!(after(&[(4, 4, 1), (0, 4, 1), (0, 4, 1)]), (4, 0, 1));
        assert_eq!(after(&[(3, 5, 0), (0, 5, 0)]), (3, 2, 0));
    }

    #[test]
    fn a_part_before_the_whole_makes_the_receipt_of_the_whole() {
        assert_eq!(after(&[(3, 3, 0), (2, 5, 0)]), (5, 0, 0));
        assert_eq!(after(&[(3, 3, 0), (0, 4, 1)]), (3, 1, 1));
        assert_eq!(after(&[(2, 3, 1), (1, 5, 2)]), (3, 2, 2));
    }

    #[test]
    fn a_part_after_the_whole_changes_nothing() {
        assert_eq!(after(&[(4, 4, 1), (0, 2, 0)]), (4, 0, 1));
        assert_eq!(after(&[(4, 4, 1), (0, 0, 1)]), (4, 0, 1));
    }

    #[test]
    fn a_part_alone_is_less_than_the_whole() {
        assert_eq!(after(&[(3, 3, 0)]), (3, 0, 0));
        assert_eq!(after(&[(3, 3, 0), (0, 3, 0)]), (3, 0, 0));
    }

    #[test]
    fn an_event_whose_verdict_changes_between_deliveries_counts_once() {
        assert_eq!(after(&[(4, 4, 1), (1, 5, 0)]), (5, 0, 0));
        assert_eq!(after(&[(5, 5, 0), (0, 4, 1)]), (5, 0, 0));
        assert_eq!(after(&[(3, 5, 0), (0, 4, 1)]), (3, 1, 1));
        assert_eq!(after(&[(4, 4, 1), (1, 1, 0)]), (5, 0, 0));
    }

    #[test]
    fn other_events_under_the_id_of_a_batch_never_hide_behind_its_receipt() {
        assert_eq!(after(&[(2, 2, 0), (3, 3, 0)]), (5, 0, 0));
    }
}
