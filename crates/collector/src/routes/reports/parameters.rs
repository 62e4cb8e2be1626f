//! What can be asked of a report, and its bounds.

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::Deserialize;
use sillage_protocol::validate::validate_site_id;
use sillage_protocol::{Timestamp, limits};

use crate::error::CollectError;
use crate::store::StoredEvent;
use crate::store::report::RangeQuery;

/// Rows of a report where no number is asked for.
const DEFAULT_LIMIT: usize = 20;

/// Most rows of a report.
const MAX_LIMIT: usize = 200;

/// Length of a range that is not given, in milliseconds.
const DEFAULT_RANGE_MS: u64 = 7 * DAY_MS;

/// Longest range, in days: a year and a month to compare it with.
const MAX_RANGE_DAYS: u64 = 400;

/// Most buckets of a report.
const MAX_BUCKETS: u64 = 1_000;

const DAY_MS: u64 = 86_400_000;

/// The parameters of all reports, as they came.
#[derive(Debug, Deserialize)]
pub(in crate::routes) struct Parameters {
    site: Option<String>,
    from: Option<String>,
    to: Option<String>,
    interval: Option<String>,
    limit: Option<String>,
    name: Option<String>,
    bots: Option<String>,
    visitor: Option<String>,
    before: Option<String>,
    pub(super) after: Option<String>,
}

/// A site and a range.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) site_id: String,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) with_bots: bool,
}

/// Length of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interval {
    Minute,
    Hour,
    Day,
}

impl Interval {
    const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    pub(super) fn ms(self) -> u64 {
        match self {
            Self::Minute => 60_000,
            Self::Hour => 3_600_000,
            Self::Day => DAY_MS,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = CollectError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, CollectError> {
        let query: Result<Query<Self>, QueryRejection> =
            Query::from_request_parts(parts, state).await;
        query
            .map(|Query(parameters)| parameters)
            .map_err(|error| bad("query", error.body_text()))
    }
}

impl Parameters {
    pub(super) fn site(&self) -> Result<String, CollectError> {
        let site = self.site.as_deref().unwrap_or_default();
        validate_site_id("site", site).map_err(|error| bad("site", error.rule))?;
        Ok(site.to_owned())
    }

    pub(super) fn range(&self, now: Timestamp) -> Result<Asked, CollectError> {
        let to = point("to", self.to.as_deref())?.unwrap_or(now);
        let from = point("from", self.from.as_deref())?
            .unwrap_or(Timestamp(to.0.saturating_sub(DEFAULT_RANGE_MS)));
        if from >= to {
            return Err(bad("from", "must be before `to`".to_owned()));
        }
        if to.since(from) > MAX_RANGE_DAYS * DAY_MS {
            return Err(bad(
                "from",
                format!("must be at most {MAX_RANGE_DAYS} days before `to`"),
            ));
        }
        Ok(Asked {
            site_id: self.site()?,
            from,
            to,
            with_bots: self.with_bots()?,
        })
    }

    pub(super) fn with_bots(&self) -> Result<bool, CollectError> {
        match self.bots.as_deref() {
            None | Some("exclude") => Ok(false),
            Some("include") => Ok(true),
            Some(_) => Err(bad("bots", "must be exclude or include".to_owned())),
        }
    }

    /// A range, and the query for its first rows.
    pub(super) fn top(&self, now: Timestamp) -> Result<(Asked, RangeQuery), CollectError> {
        let asked = self.range(now)?;
        let query = asked.top(self.limit()?);
        Ok((asked, query))
    }

    /// By default the shortest that gives at most as many buckets as a plot shows.
    pub(super) fn interval(&self, asked: &Asked) -> Result<Interval, CollectError> {
        let range_ms = asked.to.since(asked.from);
        let Some(name) = self.interval.as_deref() else {
            return Ok(match range_ms {
                0..=7_200_000 => Interval::Minute,
                7_200_001..=259_200_000 => Interval::Hour,
                _ => Interval::Day,
            });
        };
        let interval = Interval::ALL
            .into_iter()
            .find(|interval| interval.name() == name)
            .ok_or_else(|| bad("interval", "must be minute, hour or day".to_owned()))?;
        if range_ms.div_ceil(interval.ms()) > MAX_BUCKETS {
            return Err(bad(
                "interval",
                format!("must cut the range into at most {MAX_BUCKETS} pieces"),
            ));
        }
        Ok(interval)
    }

    pub(super) fn limit(&self) -> Result<usize, CollectError> {
        match self.limit.as_deref().map_or(Ok(DEFAULT_LIMIT), str::parse) {
            Ok(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
            _ => Err(bad(
                "limit",
                format!("must be a whole number from 1 to {MAX_LIMIT}"),
            )),
        }
    }

    pub(super) fn name(&self) -> Result<String, CollectError> {
        text("name", self.name.as_deref(), limits::MAX_EVENT_NAME_CHARS)
    }

    /// `<customerIdType>:<customerId>`: each of them is an id.
    pub(super) fn visitor(&self) -> Result<String, CollectError> {
        text(
            "visitor",
            self.visitor.as_deref(),
            2 * limits::MAX_ID_CHARS + 1,
        )
    }

    pub(super) fn before(&self) -> Result<Option<(Timestamp, i64)>, CollectError> {
        self.before.as_deref().map(read_cursor).transpose()
    }
}

/// The place of an event in the order of a journey. Opaque to clients.
pub(super) fn cursor_of(event: &StoredEvent) -> String {
    format!("{:x}-{:x}", event.created_at.0, event.sequence)
}

fn read_cursor(cursor: &str) -> Result<(Timestamp, i64), CollectError> {
    let read = |(at, sequence)| {
        let at = u64::from_str_radix(at, 16).ok()?;
        let sequence = i64::from_str_radix(sequence, 16).ok()?;
        (i64::try_from(at).is_ok() && sequence >= 0).then_some((Timestamp(at), sequence))
    };
    cursor
        .split_once('-')
        .and_then(read)
        .ok_or_else(|| bad("before", "must be the `next` of a page".to_owned()))
}

fn point(parameter: &'static str, text: Option<&str>) -> Result<Option<Timestamp>, CollectError> {
    text.map(str::parse).transpose().map_err(|_| {
        bad(
            parameter,
            "must be a point in time in ISO 8601, as 2026-11-21T09:05:00Z".to_owned(),
        )
    })
}

fn text(
    parameter: &'static str,
    text: Option<&str>,
    max_chars: usize,
) -> Result<String, CollectError> {
    let text = text.unwrap_or_default();
    if (1..=max_chars).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    Err(bad(
        parameter,
        format!("must have 1 to {max_chars} characters"),
    ))
}

fn bad(parameter: &'static str, rule: String) -> CollectError {
    CollectError::BadParameter { parameter, rule }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is_one() {
        assert_eq!(read_cursor("1f-2a").unwrap(), (Timestamp(31), 42));
        for cursor in [
            "",
            "-",
            "1f",
            "1f-",
            "1f--2",
            "x-1",
            "ffffffffffffffff-1",
            "1-é",
        ] {
            assert!(read_cursor(cursor).is_err(), "{cursor}");
        }
    }
}
