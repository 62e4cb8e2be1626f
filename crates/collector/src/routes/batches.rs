//! `POST /v1/batches`: takes a batch and answers when it is on disk.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sillage_protocol::batch::{Answer, Rejection};
use tokio::sync::OwnedSemaphorePermit;

use crate::enrich::Surroundings;
use crate::error::CollectError;
use crate::state::{AppState, WAITING_PERMIT_BYTES};
use crate::store::IncomingBatch;
use crate::{extract, ingest};

/// Bodies from this length on are read on a thread that may block, in bytes. Below it, moving the
/// work costs more than the work.
const OFFLOADED_BYTES: usize = 32 * 1024;

/// How long a browser may remember that JSON is allowed, in seconds. Chromium caps it at two hours,
/// Firefox at a day.
const PREFLIGHT_SECONDS: &str = "86400";

/// Takes a batch.
pub(super) async fn take(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, CollectError> {
    let body = extract::read_body(body, &state.limits).await?;
    let _waiting = place_in_waiting_room(&state, body.len())?;
    let (batch, id, rejected) = prepare(&state, &headers, body).await?;
    let appended = state.store.append(batch).await?;
    tracing::debug!(
        stored = appended.verdicts.stored,
        duplicates = appended.verdicts.duplicates,
        conflicts = appended.conflicts,
        rejected = rejected.len(),
        "batch stored"
    );
    let answer = Answer {
        id,
        stored: appended.verdicts.stored,
        duplicates: appended.verdicts.duplicates,
        rejected,
        receipts: appended.receipts.into_iter().collect(),
    };
    let mut response = Json(answer).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Answers the question that a browser asks before it sends `application/json`.
pub(super) async fn preflight() -> impl IntoResponse {
    (
        StatusCode::NO_CONTENT,
        [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "POST, OPTIONS"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
            (header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS),
        ],
    )
}

/// Refuses before memory grows: every body that waits for its answer is counted.
fn place_in_waiting_room(
    state: &AppState,
    body_bytes: usize,
) -> Result<OwnedSemaphorePermit, CollectError> {
    let permits =
        u32::try_from(1 + body_bytes / WAITING_PERMIT_BYTES).map_err(|_| CollectError::Busy)?;
    Arc::clone(&state.waiting)
        .try_acquire_many_owned(permits)
        .map_err(|_| CollectError::Busy)
}

/// Reads, checks and enriches the batch; also gives its id as it came.
async fn prepare(
    state: &AppState,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<(IncomingBatch, String, Vec<Rejection>), CollectError> {
    let received_at = (state.clock)();
    let user_agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let turn = Arc::clone(&state.working)
        .acquire_owned()
        .await
        .map_err(|_| CollectError::Internal)?;
    let is_large = body.len() >= OFFLOADED_BYTES;
    let limits = state.limits;
    let user_agents = state.user_agents;
    let work = move || {
        let _turn = turn;
        let batch = extract::read_batch(&body, &limits)?;
        let id = batch.id.clone();
        let mut surroundings = Surroundings::new(&user_agents, user_agent.as_deref());
        let (incoming, rejected) = ingest::prepare(batch, received_at, &mut surroundings);
        Ok((incoming, id, rejected))
    };
    if is_large {
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| CollectError::Internal)?
    } else {
        work()
    }
}
