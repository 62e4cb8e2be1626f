//! Reports: read from `report_events`, in the order of time, each within its time limit.

mod delivery;
mod journey;
mod names;
mod row;
mod tops;
mod traffic;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use xxhash_rust::xxh3::xxh3_64;

pub(super) use self::row::{add, visitor};
use super::SqliteStore;
use crate::store::report::{
    CampaignCount, Delivery, DeliveryQuery, NameCount, NamedQuery, PageCount, RangeQuery, Reports,
    SessionRow, SiteQuery, SiteSummary, SourceCount, Traffic, TrafficQuery, VisitorQuery,
};
use crate::store::{REPORT_SECONDS, StoreError, StoreFuture, StoredEvent};

/// Reports at once. More would only take the processor from the writer.
pub(super) const MAX_REPORTS: usize = 2;

/// Steps of `SQLite`'s machine between two looks at the time: well under a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

impl SqliteStore {
    /// Runs a report until its time is up.
    fn report<T: Send + 'static>(
        &self,
        report: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> StoreFuture<'_, T> {
        let work = move |connection: &mut Connection| {
            let started = Instant::now();
            let is_over = move || started.elapsed() > Duration::from_secs(REPORT_SECONDS);
            connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(is_over))?;
            let result = report(connection);
            connection.progress_handler(0, None::<fn() -> bool>)?;
            result
        };
        Box::pin(async move {
            match self.reports.run(work).await {
                Err(StoreError::Interrupted) => Err(StoreError::TooLong),
                result => result,
            }
        })
    }
}

impl Reports for SqliteStore {
    fn sites(&self, query: SiteQuery) -> StoreFuture<'_, Vec<SiteSummary>> {
        self.report(move |connection| sites(connection, &query))
    }

    fn traffic(&self, query: TrafficQuery) -> StoreFuture<'_, Traffic> {
        self.report(move |connection| traffic::traffic(connection, &query))
    }

    fn top_pages(&self, query: RangeQuery) -> StoreFuture<'_, Vec<PageCount>> {
        self.report(move |connection| tops::pages(connection, &query))
    }

    fn top_sources(&self, query: RangeQuery) -> StoreFuture<'_, Vec<SourceCount>> {
        self.report(move |connection| tops::sources(connection, &query))
    }

    fn top_campaigns(&self, query: RangeQuery) -> StoreFuture<'_, Vec<CampaignCount>> {
        self.report(move |connection| tops::campaigns(connection, &query))
    }

    fn event_names(&self, query: RangeQuery) -> StoreFuture<'_, Vec<NameCount>> {
        self.report(move |connection| names::event_names(connection, &query))
    }

    fn last_named(&self, query: NamedQuery) -> StoreFuture<'_, Vec<StoredEvent>> {
        self.report(move |connection| names::last_named(connection, &query))
    }

    fn last_sessions(&self, query: RangeQuery) -> StoreFuture<'_, Vec<SessionRow>> {
        self.report(move |connection| journey::last_sessions(connection, &query))
    }

    fn visitor_events(&self, query: VisitorQuery) -> StoreFuture<'_, Vec<StoredEvent>> {
        self.report(move |connection| journey::visitor_events(connection, &query))
    }

    fn delivery(&self, query: DeliveryQuery) -> StoreFuture<'_, Delivery> {
        self.report(move |connection| delivery::delivery(connection, &query))
    }
}

fn sites(connection: &Connection, query: &SiteQuery) -> rusqlite::Result<Vec<SiteSummary>> {
    connection
        .prepare_cached(
            "SELECT site_id, min(day), max(day), sum(stored) FROM delivery_days
             WHERE site_id > ?1 GROUP BY site_id ORDER BY site_id LIMIT ?2",
        )?
        .query_map(
            params![query.after.as_deref().unwrap_or_default(), query.limit],
            |row| {
                Ok(SiteSummary {
                    site_id: row.get(0)?,
                    first_day: row.get(1)?,
                    last_day: row.get(2)?,
                    stored: row.get(3)?,
                })
            },
        )?
        .collect()
}

/// Different texts, counted by their hashes: eight bytes each, and of a million two are taken for one
/// once in tens of millions of times.
#[derive(Default)]
struct Different(HashSet<u64>);

impl Different {
    fn see(&mut self, text: Option<&[u8]>) {
        if let Some(text) = text {
            self.0.insert(xxh3_64(text));
        }
    }

    fn count(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap_or(u64::MAX)
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}
