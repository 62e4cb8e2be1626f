//! What arrived, by day, and how far clocks were off.

use rusqlite::{Connection, params};

use super::super::days::REASONS;
use crate::clock::to_sql;
use crate::store::report::{Delivery, DeliveryDay, DeliveryQuery};

pub(super) fn delivery(
    connection: &Connection,
    query: &DeliveryQuery,
) -> rusqlite::Result<Delivery> {
    let (from, to) = (to_sql(query.from), to_sql(query.to));
    let days = connection
        .prepare_cached(
            "SELECT day, requests, tracked, stored, duplicates, conflicts, rejected, missing,
                 dropped_queue_full, dropped_too_large, dropped_invalid, dropped_no_consent,
                 dropped_rejected, dropped_expired, dropped_filtered, dropped_other
             FROM delivery WHERE site_id = ?1
                 AND day BETWEEN date(?2 / 1000, 'unixepoch') AND date((?3 - 1) / 1000, 'unixepoch')
             ORDER BY day",
        )?
        .query_map(params![query.site_id, from, to], |row| {
            let reasons = REASONS.iter().copied().chain(["other"]);
            let dropped = reasons
                .zip(8..)
                .map(|(reason, column)| Ok((reason, row.get(column)?)))
                .collect::<rusqlite::Result<_>>()?;
            Ok(DeliveryDay {
                day: row.get(0)?,
                requests: row.get(1)?,
                tracked: row.get(2)?,
                stored: row.get(3)?,
                duplicates: row.get(4)?,
                conflicts: row.get(5)?,
                rejected: row.get(6)?,
                missing: row.get(7)?,
                dropped,
            })
        })?
        .collect::<Result<_, _>>()?;
    let mut clock_offsets_ms: Vec<i64> = connection
        .prepare_cached(
            "SELECT received_at_ms - sent_at_ms FROM batches
             WHERE received_at_ms >= ?2 AND received_at_ms < ?3 AND site_id = ?1
             ORDER BY received_at_ms DESC LIMIT ?4",
        )?
        .query_map(params![query.site_id, from, to, query.sample], |row| {
            row.get(0)
        })?
        .collect::<Result<_, _>>()?;
    clock_offsets_ms.sort_unstable();
    Ok(Delivery {
        days,
        clock_offsets_ms,
    })
}
