//! `/v1/forwards`: how destinations stand, and their dead letters: listed, replayed, deleted.
//!
//! `?sequence=` and `?code=` choose among the dead letters of a destination; without them, all.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use sillage_protocol::Timestamp;

use super::path::{self, PathText};
use crate::error::CollectError;
use crate::forward::DESTINATIONS;
use crate::state::AppState;
use crate::store::{DeadLetter, DeadLetterChoice, DeadLetterQuery};

/// Dead letters on one page where nothing else is asked.
const DEFAULT_LIMIT: usize = 100;

/// Most dead letters on one page; each holds its whole event.
const MAX_LIMIT: usize = 200;

#[derive(Debug, Deserialize)]
pub(super) struct Page {
    after: Option<i64>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    sequence: Option<i64>,
    code: Option<String>,
}

/// How a destination stands.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Standing {
    destination: &'static str,
    /// Events still to be forwarded; fewer where some were deleted.
    lag_events: u64,
    /// Since when the oldest of them has been there.
    lag_seconds: u64,
    dead_letters: u64,
}

/// A dead letter.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    sequence: i64,
    site_id: String,
    code: String,
    message: String,
    tried_at: Timestamp,
    /// Whether it waits to be sent again.
    replaying: bool,
    event: Option<Box<RawValue>>,
}

/// Shows every destination of the settings.
pub(super) async fn show(State(state): State<AppState>) -> Result<Response, CollectError> {
    let now = (state.clock)();
    let mut destinations = Vec::new();
    for destination in state.destinations() {
        let is = state.store.forward_state(destination.to_owned()).await?;
        destinations.push(Standing {
            destination,
            lag_events: is.events_after,
            lag_seconds: is.oldest_after.map_or(0, |oldest| now.since(oldest)) / 1_000,
            dead_letters: is.dead_letters,
        });
    }
    Ok(fresh(Json(json!({ "destinations": destinations }))))
}

/// Lists dead letters in the order of their events; `next` is the `after` of the next page.
pub(super) async fn list(
    State(state): State<AppState>,
    destination: PathText,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Response, CollectError> {
    let page = parameters(page)?;
    let limit = page.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(CollectError::BadParameter {
            parameter: "limit",
            rule: format!("must be a number from 1 to {MAX_LIMIT}"),
        });
    }
    let query = DeadLetterQuery {
        destination: known(destination)?,
        only_replayed: false,
        after: page.after.unwrap_or(0),
        limit,
    };
    let letters = state.store.dead_letters(query).await?;
    let next = (letters.len() == limit)
        .then(|| letters.last().map(|letter| letter.event.sequence))
        .flatten();
    let letters: Vec<Listed> = letters.into_iter().map(listed).collect();
    Ok(fresh(Json(json!({ "deadLetters": letters, "next": next }))))
}

/// Has dead letters sent again, soon after.
pub(super) async fn replay(
    State(state): State<AppState>,
    destination: PathText,
    choice: Result<Query<Choice>, QueryRejection>,
) -> Result<Response, CollectError> {
    let choice = chosen(destination, parameters(choice)?)?;
    let marked = state.store.replay_dead_letters(choice).await?;
    state.replays.send_modify(|replays| *replays += 1);
    Ok(fresh(Json(json!({ "replaying": marked }))))
}

/// Deletes dead letters. Their events stay.
pub(super) async fn delete(
    State(state): State<AppState>,
    destination: PathText,
    choice: Result<Query<Choice>, QueryRejection>,
) -> Result<Response, CollectError> {
    let choice = chosen(destination, parameters(choice)?)?;
    let deleted = state.store.delete_dead_letters(choice).await?;
    Ok(fresh(Json(json!({ "deleted": deleted }))))
}

fn listed(letter: DeadLetter) -> Listed {
    Listed {
        sequence: letter.event.sequence,
        site_id: letter.event.site_id,
        code: letter.code,
        message: letter.message,
        tried_at: letter.tried_at,
        replaying: letter.is_replayed,
        event: RawValue::from_string(letter.event.json).ok(),
    }
}

fn chosen(destination: PathText, choice: Choice) -> Result<DeadLetterChoice, CollectError> {
    Ok(DeadLetterChoice {
        destination: known(destination)?,
        sequence: choice.sequence,
        code: choice.code,
    })
}

/// A destination that there is; it need not be among the settings any more.
fn known(destination: PathText) -> Result<String, CollectError> {
    let destination = path::text("destination", destination)?;
    if DESTINATIONS.contains(&&*destination) {
        Ok(destination)
    } else {
        Err(CollectError::NotFound)
    }
}

fn parameters<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, CollectError> {
    query
        .map(|Query(parameters)| parameters)
        .map_err(|error| CollectError::BadParameter {
            parameter: "query",
            rule: error.body_text(),
        })
}

fn fresh(body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
