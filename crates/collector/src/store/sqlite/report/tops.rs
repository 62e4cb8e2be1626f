//! The most frequent pages, sources and campaigns of a range.

use rusqlite::{Connection, params};

use crate::clock::to_sql;
use crate::ingest;
use crate::store::report::{CampaignCount, PageCount, RangeQuery, SourceCount};

pub(super) fn pages(
    connection: &Connection,
    query: &RangeQuery,
) -> rusqlite::Result<Vec<PageCount>> {
    connection
        .prepare_cached(
            "SELECT page, events.event ->> '$.webEvent.page.title', pageviews, visitors
             FROM (SELECT page, count(*) AS pageviews, count(DISTINCT visitor) AS visitors,
                       max(sequence) AS last
                   FROM report_events
                   WHERE site_id = ?1 AND created_at_ms >= ?2 AND created_at_ms < ?3 AND is_bot <= ?4
                       AND what = ?5 AND page IS NOT NULL
                   GROUP BY page ORDER BY pageviews DESC, page LIMIT ?6)
             JOIN events ON events.sequence = last ORDER BY pageviews DESC, page",
        )?
        .query_map(
            params![
                query.site_id,
                to_sql(query.from),
                to_sql(query.to),
                query.with_bots,
                ingest::PAGEVIEW_EVENT_NAME,
                query.limit
            ],
            |row| {
                Ok(PageCount {
                    page: row.get(0)?,
                    title: row.get(1)?,
                    pageviews: row.get(2)?,
                    visitors: row.get(3)?,
                })
            },
        )?
        .collect()
}

pub(super) fn sources(
    connection: &Connection,
    query: &RangeQuery,
) -> rusqlite::Result<Vec<SourceCount>> {
    // Beside `min`, the other columns are those of the row that has the least
    // (<https://sqlite.org/lang_select.html#bareagg>).
    connection
        .prepare_cached(
            "SELECT referrer_hostname, referrer_medium, referrer_name, count(*) AS sessions
             FROM (SELECT min(created_at_ms), referrer_hostname, referrer_medium, referrer_name
                   FROM report_events
                   WHERE site_id = ?1 AND created_at_ms >= ?2 AND created_at_ms < ?3 AND is_bot <= ?4
                       AND what = ?5 AND session_id IS NOT NULL
                   GROUP BY session_id)
             GROUP BY 1, 2, 3 ORDER BY sessions DESC, 1, 2, 3 LIMIT ?6",
        )?
        .query_map(
            params![
                query.site_id,
                to_sql(query.from),
                to_sql(query.to),
                query.with_bots,
                ingest::PAGEVIEW_EVENT_NAME,
                query.limit
            ],
            |row| {
                Ok(SourceCount {
                    hostname: row.get(0)?,
                    medium: row.get(1)?,
                    name: row.get(2)?,
                    sessions: row.get(3)?,
                })
            },
        )?
        .collect()
}

pub(super) fn campaigns(
    connection: &Connection,
    query: &RangeQuery,
) -> rusqlite::Result<Vec<CampaignCount>> {
    connection
        .prepare_cached(
            "SELECT campaign_source, campaign_medium, campaign_name,
                 count(DISTINCT session_id) AS sessions, count(DISTINCT visitor), count(*)
             FROM report_events
             WHERE site_id = ?1 AND created_at_ms >= ?2 AND created_at_ms < ?3 AND is_bot <= ?4
                 AND coalesce(campaign_source, campaign_medium, campaign_name) IS NOT NULL
             GROUP BY 1, 2, 3 ORDER BY sessions DESC, 1, 2, 3 LIMIT ?5",
        )?
        .query_map(
            params![
                query.site_id,
                to_sql(query.from),
                to_sql(query.to),
                query.with_bots,
                query.limit
            ],
            |row| {
                Ok(CampaignCount {
                    source: row.get(0)?,
                    medium: row.get(1)?,
                    name: row.get(2)?,
                    sessions: row.get(3)?,
                    visitors: row.get(4)?,
                    pageviews: row.get(5)?,
                })
            },
        )?
        .collect()
}
