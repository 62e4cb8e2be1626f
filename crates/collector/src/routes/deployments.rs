//! `POST /api/v2/journey/deployments/{deploymentId}/webevents` and `.../actionevent`: the write calls
//! of the Genesys SDKs.
//!
//! The deployment id is the site id. Both calls are open, as at Genesys Cloud, which asks for no
//! permission either: a token that an SDK sends along is not looked at.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sillage_protocol::genesys::{ActionEventRequest, WebEventRequest, WebEventResponseSession};
use sillage_protocol::mapping::{self, NewEvent};
use sillage_protocol::validate::validate_site_id;
use sillage_protocol::{Event, EventKind, Timestamp, ValidationError, event};
use uuid::{NoContext, Uuid};

use super::path::{self, PathText};
use crate::client_address::ClientAddress;
use crate::enrich::Surroundings;
use crate::extract;
use crate::genesys::GenesysError;
use crate::ingest::{Call, continue_action, prepare_call, program_of};
use crate::state::AppState;
use crate::store::{
    IncomingBatch, SessionQuery, SessionSummary, StoredEvent, SummaryQuery, VisitQuery,
};
use crate::visit;

/// Events of a session that are looked through at once for an action.
const ACTIONS_AT_ONCE: usize = 200;

/// Takes one web event; answers with what was understood and the session it belongs to.
pub(super) async fn web_event(
    State(state): State<AppState>,
    site_id: PathText,
    client: ClientAddress,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, GenesysError> {
    let site_id = path::text("deploymentId", site_id)?;
    state.senders.check(&headers, &site_id)?;
    let body = read(&state, &site_id, body).await?;
    let _waiting = state.place_in_waiting_room(body.len())?;
    let request = WebEventRequest::read(&body).map_err(GenesysError::Unreadable)?;
    let now = (state.clock)();
    request.validate(now).map_err(GenesysError::Invalid)?;
    let customer_id = request.customer_cookie_id.clone().unwrap_or_default();
    let at = request.created_date.unwrap_or(now);
    let last = state
        .store
        .last_visit(VisitQuery {
            site_id: site_id.clone(),
            customer_id_type: event::CUSTOMER_ID_TYPE_COOKIE.to_owned(),
            customer_id: customer_id.clone(),
            until: at.plus_ms(visit::IDLE_MS),
        })
        .await?;
    let session_id = visit::session_id(&site_id, &customer_id, last.as_ref(), at);
    let new = NewEvent {
        id: new_id(now),
        session_id: &session_id,
    };
    let event =
        mapping::from_web_event_request(&request, new, now).map_err(GenesysError::Invalid)?;
    let batch = prepare(&state, client, &headers, site_id.clone(), event, now).await?;
    let event = batch.events.first().map(|incoming| incoming.event.clone());
    state.store.append(batch).await?;
    let session = match summary(&state, &site_id, &session_id).await? {
        Some(summary) => response_session(&session_id, &summary),
        // The visitor was deleted in between.
        None => WebEventResponseSession::default(),
    };
    let response = mapping::to_web_event_response(&event.unwrap_or_default(), session);
    Ok(accepted(Json(response)))
}

/// Takes an action's new state; answers without a body.
pub(super) async fn action_event(
    State(state): State<AppState>,
    site_id: PathText,
    client: ClientAddress,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, GenesysError> {
    let site_id = path::text("deploymentId", site_id)?;
    state.senders.check(&headers, &site_id)?;
    let body = read(&state, &site_id, body).await?;
    let _waiting = state.place_in_waiting_room(body.len())?;
    let request = ActionEventRequest::read(&body).map_err(GenesysError::Unreadable)?;
    request.validate().map_err(GenesysError::Invalid)?;
    let now = (state.clock)();
    let mut event = mapping::from_action_event_request(&request, new_id(now), now)
        .map_err(GenesysError::Invalid)?;
    let session_id = request.session_id.as_deref().unwrap_or_default();
    let action_id = request.action_id.as_deref().unwrap_or_default();
    if let Some(summary) = summary(&state, &site_id, session_id).await? {
        let known = known_action(&state, &site_id, session_id, action_id).await?;
        let described: Vec<Event> = [&summary.identified, &summary.entry, &summary.exit]
            .into_iter()
            .flatten()
            .filter_map(parsed)
            .collect();
        let described: Vec<&Event> = described.iter().collect();
        continue_action(&mut event, known.as_ref(), &described);
    } else {
        continue_action(&mut event, None, &[]);
    }
    let batch = prepare(&state, client, &headers, site_id, event, now).await?;
    state.store.append(batch).await?;
    Ok(accepted(()))
}

async fn read(state: &AppState, site_id: &str, body: Body) -> Result<Bytes, GenesysError> {
    let body = extract::read_body(body, &state.limits).await?;
    validate_site_id("deploymentId", site_id).map_err(GenesysError::NoSuchDeployment)?;
    Ok(body)
}

/// The user agent and the address of the request are the visitor's, unless the event names another: so it is at
/// Genesys Cloud.
async fn prepare(
    state: &AppState,
    ClientAddress(client): ClientAddress,
    headers: &HeaderMap,
    site_id: String,
    event: Event,
    now: Timestamp,
) -> Result<IncomingBatch, GenesysError> {
    let user_agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let call = Call {
        id: new_id(now),
        site_id,
        program: program_of(user_agent),
        events: vec![event],
    };
    let _turn = state.turn_to_work().await?;
    let mut surroundings = Surroundings::new(&state.sources, user_agent, client);
    prepare_call(call, now, &mut surroundings)
        .map_err(|(_, error)| GenesysError::Invalid(as_sent(error)))
}

/// Names the member as the caller wrote it, not as our event has it.
fn as_sent(error: ValidationError) -> ValidationError {
    let field = match error.field.as_str() {
        "customerId" => "customerCookieId",
        "session.id" => "sessionId",
        "webEvent.referrer.url" => "referrerUrl",
        "webActionEvent.action.id" => "actionId",
        field => field
            .strip_prefix("webEvent.")
            .or_else(|| field.strip_prefix("webActionEvent."))
            .unwrap_or(field),
    };
    let field = field.to_owned();
    ValidationError { field, ..error }
}

async fn summary(
    state: &AppState,
    site_id: &str,
    session_id: &str,
) -> Result<Option<SessionSummary>, GenesysError> {
    let query = SummaryQuery {
        session_id: session_id.to_owned(),
        site_id: Some(site_id.to_owned()),
    };
    Ok(state.store.session_summary(query).await?)
}

/// The latest event of an action in a session.
async fn known_action(
    state: &AppState,
    site_id: &str,
    session_id: &str,
    action_id: &str,
) -> Result<Option<Event>, GenesysError> {
    let mut known = None;
    let mut after = None;
    loop {
        let page = state
            .store
            .session_events(SessionQuery {
                session_id: session_id.to_owned(),
                site_id: Some(site_id.to_owned()),
                kinds: vec![EventKind::WebAction],
                after,
                limit: ACTIONS_AT_ONCE,
            })
            .await?;
        let is_same = |event: &Event| {
            let part = event.web_action_event.as_ref();
            let action = part.and_then(|part| part.action.as_ref());
            action.and_then(|action| action.id.as_deref()) == Some(action_id)
        };
        known = page.iter().rev().filter_map(parsed).find(is_same).or(known);
        match page.last() {
            Some(last) if page.len() == ACTIONS_AT_ONCE => {
                after = Some((last.created_at, last.sequence));
            }
            _ => return Ok(known),
        }
    }
}

fn response_session(session_id: &str, summary: &SessionSummary) -> WebEventResponseSession {
    let started_at = summary.first.created_at;
    WebEventResponseSession {
        id: Some(session_id.to_owned()),
        duration_in_seconds: Some(summary.last.created_at.since(started_at) / 1_000),
        event_count: Some(summary.events),
        pageview_count: Some(summary.pageviews),
        referrer: summary
            .entry
            .as_ref()
            .and_then(parsed)
            .and_then(|entry| entry.web_event?.referrer),
        self_uri: Some(super::session::uri(session_id)),
        created_date: Some(started_at),
        ..WebEventResponseSession::default()
    }
}

/// What the store wrote, it can read; an event that it cannot is passed over.
fn parsed(stored: &StoredEvent) -> Option<Event> {
    serde_json::from_str(&stored.json).ok()
}

/// A new id: version 7, so that rows of one time lie together.
fn new_id(now: Timestamp) -> Uuid {
    let nanos = u32::try_from(now.0 % 1_000 * 1_000_000).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, now.0 / 1_000, nanos))
}

fn accepted(body: impl IntoResponse) -> Response {
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (StatusCode::ACCEPTED, no_store, body).into_response()
}
