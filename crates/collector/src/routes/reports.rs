//! `GET /v1/sites` and `GET /v1/reports/...`: what the dashboard shows, for any program that asks.
//!
//! Every report takes `site`, and all but `now` take `from` and `to` (ISO 8601; the last seven days
//! where they are absent). Days and hours are those of UTC. `docs/reports.md` has every answer.

mod parameters;
mod properties;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use sillage_protocol::{Timestamp, limits};

use self::parameters::{Asked, Interval, Parameters};
use crate::error::CollectError;
use crate::state::AppState;
use crate::store::report::{
    DeliveryQuery, NamedQuery, RangeQuery, SiteQuery, TrafficQuery, VisitorQuery,
};

/// Who did something that long ago is there now, in milliseconds.
const ACTIVE_MS: u64 = 5 * 60_000;

/// How far the report `now` looks back, in milliseconds.
const RECENT_MS: u64 = 30 * 60_000;

/// Events of a name whose properties are counted: the last so many.
const SAMPLED_EVENTS: usize = 1_000;

/// Batches whose clocks are looked at: the last so many.
const SAMPLED_BATCHES: usize = 5_000;

/// Lists sites; `next` is the `after` of the next page.
pub(super) async fn sites(
    State(state): State<AppState>,
    parameters: Parameters,
) -> Result<Response, CollectError> {
    let limit = parameters.limit()?;
    let query = SiteQuery {
        after: parameters.after,
        limit,
    };
    let sites = state.store.sites(query).await?;
    let next = sites
        .last()
        .filter(|_| sites.len() == limit)
        .map(|site| site.site_id.clone());
    Ok(fresh(json!({ "sites": sites, "next": next })))
}

/// Counts by time.
pub(super) async fn traffic(
    State(state): State<AppState>,
    parameters: Parameters,
) -> Result<Response, CollectError> {
    let asked = parameters.range((state.clock)())?;
    let interval = parameters.interval(&asked)?;
    let traffic = state.store.traffic(traffic_of(&asked, interval)).await?;
    Ok(answer(
        &asked,
        json!({ "interval": interval.name(), "totals": traffic.totals, "buckets": traffic.buckets }),
    ))
}

/// Who is there now: counts of the last five minutes, and of each of the last thirty.
pub(super) async fn now(
    State(state): State<AppState>,
    parameters: Parameters,
) -> Result<Response, CollectError> {
    let now = (state.clock)();
    // Dates that are ahead by less than this are left as they are.
    let to = now.plus_ms(limits::CLOCK_SKEW_THRESHOLD_MS);
    let since = |ms: u64| -> Result<Asked, CollectError> {
        Ok(Asked {
            site_id: parameters.site()?,
            from: Timestamp(now.0.saturating_sub(ms)),
            to,
            with_bots: parameters.with_bots()?,
        })
    };
    let recent = since(RECENT_MS)?;
    let active = since(ACTIVE_MS)?;
    let pages = state.store.top_pages(active.top(10)).await?;
    let active = state
        .store
        .traffic(traffic_of(&active, Interval::Minute))
        .await?;
    let minutes = state
        .store
        .traffic(traffic_of(&recent, Interval::Minute))
        .await?;
    Ok(fresh(json!({
        "siteId": recent.site_id,
        "at": now,
        "active": active.totals,
        "minutes": minutes.buckets,
        "pages": pages,
    })))
}

/// Lists the pages that were seen most.
pub(super) async fn pages(
    State(state): State<AppState>,
    parameters: Parameters,
) -> Result<Response, CollectError> {
    let (asked, query) = parameters.top((state.clock)())?;
    let rows = state.store.top_pages(query).await?;
    Ok(answer(&asked, json!({ "pages": rows })))
}

/// Lists what led to most sessions.
pub(super) async fn sources(
    State(state): State<AppState>,
    parameters: Parameters,
) -> Result<Response, CollectError> {
    let (asked, query) = parameters.top((state.clock)())?;
    let rows = state.store.top_sources(query).await?;
    Ok(answer(&asked, json!({ "sources": rows })))
}

/// Lists campaigns.
pub(super) async fn campaigns(
    State(state): State<AppState>,
    parameters: Parameters,
) -> Result<Response, CollectError> {
    let (asked, query) = parameters.top((state.clock)())?;
    let rows = state.store.top_campaigns(query).await?;
    Ok(answer(&asked, json!({ "campaigns": rows })))
}

/// Lists what happened most.
pub(super) async fn events(
    State(state): State<AppState>,
    parameters: Parameters,
) -> Result<Response, CollectError> {
    let (asked, query) = parameters.top((state.clock)())?;
    let rows = state.store.event_names(query).await?;
    Ok(answer(&asked, json!({ "events": rows })))
}

/// Counts the properties that the last events of one name had.
pub(super) async fn properties(
    State(state): State<AppState>,
    parameters: Parameters,
) -> Result<Response, CollectError> {
    let asked = parameters.range((state.clock)())?;
    let name = parameters.name()?;
    let query = NamedQuery {
        range: asked.top(SAMPLED_EVENTS),
        name: name.clone(),
    };
    let found = state.store.last_named(query).await?;
    let counted = properties::count(found.iter().map(|event| &*event.json));
    Ok(answer(
        &asked,
        json!({ "name": name, "sampledEvents": found.len(), "properties": counted }),
    ))
}

/// Lists the sessions that were active last.
pub(super) async fn sessions(
    State(state): State<AppState>,
    parameters: Parameters,
) -> Result<Response, CollectError> {
    let (asked, query) = parameters.top((state.clock)())?;
    let rows = state.store.last_sessions(query).await?;
    Ok(answer(&asked, json!({ "sessions": rows })))
}

/// Lists what one visitor did, the last first; `next` is the `before` of the next page.
pub(super) async fn journey(
    State(state): State<AppState>,
    parameters: Parameters,
) -> Result<Response, CollectError> {
    let site_id = parameters.site()?;
    let visitor = parameters.visitor()?;
    let limit = parameters.limit()?;
    let query = VisitorQuery {
        visitor: visitor.clone(),
        site_id: site_id.clone(),
        before: parameters.before()?,
        limit,
    };
    let found = state.store.visitor_events(query).await?;
    let events = found
        .iter()
        .map(super::live::LiveEvent::of)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| CollectError::Internal)?;
    let next = found
        .last()
        .filter(|_| found.len() == limit)
        .map(parameters::cursor_of);
    Ok(fresh(Journey {
        site_id,
        visitor,
        events,
        next,
    }))
}

/// What one visitor did.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Journey<'a> {
    site_id: String,
    visitor: String,
    events: Vec<super::live::LiveEvent<'a>>,
    next: Option<String>,
}

/// Shows what was tracked, stored, dropped and lost, and how far clocks were off.
pub(super) async fn delivery(
    State(state): State<AppState>,
    parameters: Parameters,
) -> Result<Response, CollectError> {
    let asked = parameters.range((state.clock)())?;
    let query = DeliveryQuery {
        site_id: asked.site_id.clone(),
        from: asked.from,
        to: asked.to,
        sample: SAMPLED_BATCHES,
    };
    let delivery = state.store.delivery(query).await?;
    let offsets = &delivery.clock_offsets_ms;
    let at = |percent: usize| offsets.get(offsets.len().saturating_sub(1) * percent / 100);
    let corrected = offsets
        .iter()
        .filter(|offset| offset.unsigned_abs() > limits::CLOCK_SKEW_THRESHOLD_MS)
        .count();
    let clocks = json!({
        "sampledBatches": offsets.len(),
        "corrected": corrected,
        "p5Ms": at(5),
        "medianMs": at(50),
        "p95Ms": at(95),
    });
    Ok(answer(
        &asked,
        json!({ "days": delivery.days, "clocks": clocks }),
    ))
}

fn traffic_of(asked: &Asked, interval: Interval) -> TrafficQuery {
    TrafficQuery {
        site_id: asked.site_id.clone(),
        from: asked.from,
        to: asked.to,
        with_bots: asked.with_bots,
        bucket_ms: interval.ms(),
    }
}

/// A report with the site and the range that it is about.
fn answer(asked: &Asked, mut report: serde_json::Value) -> Response {
    report["siteId"] = json!(asked.site_id);
    report["from"] = json!(asked.from);
    report["to"] = json!(asked.to);
    fresh(report)
}

fn fresh(body: impl Serialize) -> Response {
    let mut response = Json(body).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl Asked {
    fn top(&self, limit: usize) -> RangeQuery {
        RangeQuery {
            site_id: self.site_id.clone(),
            from: self.from,
            to: self.to,
            with_bots: self.with_bots,
            limit,
        }
    }
}
