//! `GET /api/v2/journey/sessions/{sessionId}/events`: the events of a session, in the shape of Genesys
//! Cloud's `EventListing`.
//!
//! Ordered by time, then by the order of storing. An unknown session has no events: the collector
//! cannot tell it from one whose first batch is still on its way.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sillage_protocol::{EventKind, Timestamp, limits};
use url::form_urlencoded;

use super::path::{self, PathText};
use crate::error::CollectError;
use crate::genesys::GenesysError;
use crate::state::AppState;
use crate::store::{SessionQuery, StoreError, StoredEvent};

/// Events of a page where none is asked for.
const DEFAULT_PAGE_SIZE: usize = 25;

/// Most events of a page. Source: Genesys Cloud's API.
const MAX_PAGE_SIZE: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Parameters {
    page_size: Option<String>,
    after: Option<String>,
    event_type: Option<String>,
    site: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listing<'a> {
    entities: Vec<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_uri: Option<String>,
    self_uri: String,
}

/// Reads one page.
pub(super) async fn events(
    State(state): State<AppState>,
    session_id: PathText,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, GenesysError> {
    let session_id = path::text("sessionId", session_id)?;
    let Query(parameters) = parameters.map_err(|error| bad("query", error.body_text()))?;
    if session_id.chars().count() > limits::MAX_ID_CHARS {
        return Err(bad(
            "sessionId",
            format!("must have at most {} characters", limits::MAX_ID_CHARS),
        )
        .into());
    }
    let page_size = page_size(parameters.page_size.as_deref())?;
    let mut found = state
        .store
        .session_events(SessionQuery {
            session_id: session_id.clone(),
            site_id: parameters.site.clone(),
            kinds: kinds(parameters.event_type.as_deref())?,
            after: parameters.after.as_deref().map(read_cursor).transpose()?,
            // One more, to see whether there is a next page.
            limit: page_size + 1,
        })
        .await?;
    let has_more = found.len() > page_size;
    found.truncate(page_size);
    let next_cursor = found.last().filter(|_| has_more).map(write_cursor);
    let entities = found
        .iter()
        .map(|event| serde_json::from_str(&event.json))
        .collect::<Result<_, _>>()
        .map_err(|error| StoreError::Failed(format!("an event is not JSON: {error}")))?;
    let listing = Listing {
        entities,
        next_uri: next_cursor.map(|cursor| {
            uri(
                &session_id,
                &Parameters {
                    after: Some(cursor),
                    ..copy(&parameters)
                },
            )
        }),
        self_uri: uri(&session_id, &parameters),
    };
    let mut response = Json(listing).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn page_size(text: Option<&str>) -> Result<usize, CollectError> {
    match text.map_or(Ok(DEFAULT_PAGE_SIZE), str::parse) {
        Ok(size) if (1..=MAX_PAGE_SIZE).contains(&size) => Ok(size),
        _ => Err(bad(
            "pageSize",
            format!("must be a whole number from 1 to {MAX_PAGE_SIZE}"),
        )),
    }
}

fn kinds(list: Option<&str>) -> Result<Vec<EventKind>, CollectError> {
    list.map_or(Ok(Vec::new()), |list| {
        list.split(',')
            .map(|name| EventKind::of(name.trim()).ok_or_else(unknown_kind))
            .collect()
    })
}

fn unknown_kind() -> CollectError {
    let known: Vec<&str> = EventKind::ALL
        .iter()
        .map(|kind| kind.event_type())
        .collect();
    bad(
        "eventType",
        format!(
            "must be a comma-separated list out of {}, or their last parts",
            known.join(", ")
        ),
    )
}

/// The place of an event in the order of the listing. Opaque to clients.
fn write_cursor(event: &StoredEvent) -> String {
    format!("{:x}-{:x}", event.created_at.0, event.sequence)
}

fn read_cursor(cursor: &str) -> Result<(Timestamp, i64), CollectError> {
    cursor
        .split_once('-')
        .and_then(|(at, sequence)| {
            let at = u64::from_str_radix(at, 16)
                .ok()
                .filter(|at| i64::try_from(*at).is_ok())?;
            let sequence = i64::from_str_radix(sequence, 16)
                .ok()
                .filter(|sequence| *sequence >= 0)?;
            Some((Timestamp(at), sequence))
        })
        .ok_or_else(|| bad("after", "must be the cursor of a nextUri".to_owned()))
}

fn uri(session_id: &str, parameters: &Parameters) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("pageSize", &parameters.page_size),
        ("after", &parameters.after),
        ("eventType", &parameters.event_type),
        ("site", &parameters.site),
    ] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    let separator = if query.is_empty() { "" } else { "?" };
    let session = super::session::uri(session_id);
    format!("{session}/events{separator}{query}")
}

fn copy(parameters: &Parameters) -> Parameters {
    Parameters {
        page_size: parameters.page_size.clone(),
        after: None,
        event_type: parameters.event_type.clone(),
        site: parameters.site.clone(),
    }
}

fn bad(parameter: &'static str, rule: String) -> CollectError {
    CollectError::BadParameter { parameter, rule }
}
