//! What arrived on each day, by site: the running counts behind the view `delivery`.

use rusqlite::{Connection, params};
use sillage_protocol::Timestamp;

use crate::clock::to_sql;

/// The reasons of the tracker that have a column of their own, as `dropped_<reason>`. All others are
/// counted together; their names are in the table `drops`.
pub(super) const REASONS: [&str; 7] = [
    "queue_full",
    "too_large",
    "invalid",
    "no_consent",
    "rejected",
    "expired",
    "filtered",
];

/// Greatest count that is kept of anything a sender claims: 2^53, the last whole number that every
/// JSON reader keeps. Far below what would overflow where counts are added up.
pub(super) const MAX_COUNT: i64 = 1 << 53;

/// By how much a request raised what its sender claims.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Claims {
    /// Events tracked.
    pub(super) tracked: i64,
    /// Events dropped, in the order of [`REASONS`]; the last is for all other reasons.
    pub(super) dropped: [i64; REASONS.len() + 1],
}

impl Claims {
    /// Counts drops for a reason.
    pub(super) fn add_dropped(&mut self, reason: &str, dropped: i64) {
        let column = REASONS.iter().position(|known| *known == reason);
        let count = &mut self.dropped[column.unwrap_or(REASONS.len())];
        *count = count.saturating_add(dropped).min(MAX_COUNT);
    }
}

/// What one request brought to the counts of its day.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Arrived {
    /// Events stored by it.
    pub(super) stored: u64,
    /// Events that it brought again.
    pub(super) duplicates: u64,
    /// Of those, events with other content.
    pub(super) conflicts: u64,
    /// Events rejected that were not known to be.
    pub(super) rejected: u64,
    /// What its sender claims.
    pub(super) claims: Claims,
}

/// Adds a request to its day.
pub(super) fn add(
    connection: &Connection,
    site_id: &str,
    received_at: Timestamp,
    arrived: Arrived,
) -> rusqlite::Result<()> {
    let [
        queue_full,
        too_large,
        invalid,
        no_consent,
        rejected,
        expired,
        filtered,
        other,
    ] = arrived.claims.dropped;
    connection
        .prepare_cached(
            "INSERT INTO delivery_days (site_id, day, requests, stored, duplicates, conflicts, rejected,
                 tracked, dropped_queue_full, dropped_too_large, dropped_invalid,
                 dropped_no_consent, dropped_rejected, dropped_expired, dropped_filtered, dropped_other)
             VALUES (?1, date(?2 / 1000, 'unixepoch'), 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
                 ?14, ?15)
             ON CONFLICT DO UPDATE SET
                 requests = requests + 1,
                 stored = stored + excluded.stored,
                 duplicates = duplicates + excluded.duplicates,
                 conflicts = conflicts + excluded.conflicts,
                 rejected = rejected + excluded.rejected,
                 tracked = min(tracked + excluded.tracked, ?16),
                 dropped_queue_full = min(dropped_queue_full + excluded.dropped_queue_full, ?16),
                 dropped_too_large = min(dropped_too_large + excluded.dropped_too_large, ?16),
                 dropped_invalid = min(dropped_invalid + excluded.dropped_invalid, ?16),
                 dropped_no_consent = min(dropped_no_consent + excluded.dropped_no_consent, ?16),
                 dropped_rejected = min(dropped_rejected + excluded.dropped_rejected, ?16),
                 dropped_expired = min(dropped_expired + excluded.dropped_expired, ?16),
                 dropped_filtered = min(dropped_filtered + excluded.dropped_filtered, ?16),
                 dropped_other = min(dropped_other + excluded.dropped_other, ?16)",
        )?
        .execute(params![
            site_id,
            to_sql(received_at),
            arrived.stored,
            arrived.duplicates,
            arrived.conflicts,
            arrived.rejected,
            arrived.claims.tracked,
            queue_full,
            too_large,
            invalid,
            no_consent,
            rejected,
            expired,
            filtered,
            other,
            MAX_COUNT,
        ])?;
    Ok(())
}
