//! `GET /api/v2/journey/sessions/{sessionId}`: a session as a whole, in the shape of Genesys Cloud's
//! `Session`.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sillage_protocol::genesys::{Session, SessionLastEvent};
use sillage_protocol::{Event, SessionType, Timestamp};
use url::form_urlencoded;

use super::path::{self, PathText};
use crate::error::CollectError;
use crate::genesys::GenesysError;
use crate::state::AppState;
use crate::store::{SessionSummary, StoredEvent, SummaryQuery};
use crate::visit;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    site: Option<String>,
}

/// Reads a session.
pub(super) async fn read(
    State(state): State<AppState>,
    session_id: PathText,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, GenesysError> {
    let session_id = path::text("sessionId", session_id)?;
    let Query(parameters) = parameters.map_err(|error| CollectError::BadParameter {
        parameter: "query",
        rule: error.body_text(),
    })?;
    let summary = state
        .store
        .session_summary(SummaryQuery {
            session_id: session_id.clone(),
            site_id: parameters.site,
        })
        .await?
        .ok_or(GenesysError::NoSuchSession)?;
    let session = session(&session_id, &summary, (state.clock)());
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((no_store, Json(session)).into_response())
}

/// Where a session can be read.
pub(super) fn uri(session_id: &str) -> String {
    let id: String = form_urlencoded::byte_serialize(session_id.as_bytes()).collect();
    // In a path, a plus is a plus.
    format!("/api/v2/journey/sessions/{}", id.replace('+', "%20"))
}

fn session(id: &str, summary: &SessionSummary, now: Timestamp) -> Session {
    let event = |stored: &StoredEvent| serde_json::from_str::<Event>(&stored.json).ok();
    let part = |stored: &Option<StoredEvent>| stored.as_ref().and_then(event)?.web_event;
    let last = event(&summary.last).unwrap_or_default();
    let entry = part(&summary.entry).unwrap_or_default();
    let exit = part(&summary.exit).unwrap_or_default();
    let identified = summary.identified.as_ref().and_then(event);
    let identified = identified.unwrap_or_default();
    let started_at = summary.first.created_at;
    let last_at = summary.last.created_at;
    let declared_type = last.session.as_ref();
    let declared_type = declared_type.and_then(|session| session.session_type.clone());
    Session {
        id: Some(id.to_owned()),
        session_type: Some(declared_type.unwrap_or(SessionType::Web)),
        external_id: exit
            .extra
            .get("externalId")
            .and_then(|id| id.as_str().map(str::to_owned)),
        customer_id: identified.customer_id,
        customer_id_type: identified.customer_id_type,
        browser: exit.browser,
        device: exit.device,
        geolocation: exit.geolocation,
        ip_address: exit.ip_address,
        ip_organization: exit.ip_organization,
        last_page: exit.page,
        mkt_campaign: entry.mkt_campaign,
        referrer: entry.referrer,
        search_terms: Some(summary.search_terms.clone()),
        user_agent_string: exit.user_agent_string,
        duration_in_seconds: Some(last_at.since(started_at) / 1_000),
        event_count: Some(summary.events),
        pageview_count: Some(summary.pageviews),
        screenview_count: Some(0),
        authenticated: Some(exit.authenticated.unwrap_or(false)),
        self_uri: Some(uri(id)),
        created_date: Some(started_at),
        ended_date: (now.since(last_at) > visit::IDLE_MS).then_some(last_at),
        last_event: Some(SessionLastEvent {
            event_name: last.event_name().map(str::to_owned),
            id: last.id,
            created_date: Some(last_at),
            ..SessionLastEvent::default()
        }),
        ..Session::default()
    }
}
