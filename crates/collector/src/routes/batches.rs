//! `POST /v1/batches`: takes a batch and answers when it is on disk.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sillage_protocol::batch::{Answer, Rejection};

use crate::client_address::ClientAddress;
use crate::enrich::Surroundings;
use crate::error::CollectError;
use crate::state::AppState;
use crate::store::IncomingBatch;
use crate::{extract, ingest};

/// Bodies from this length on are read on a thread that may block, in bytes. Below it, moving the
/// work costs more than the work.
const OFFLOADED_BYTES: usize = 32 * 1024;

/// Takes a batch.
pub(super) async fn take(
    State(state): State<AppState>,
    client: ClientAddress,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, CollectError> {
    let body = extract::read_body(body, &state.limits).await?;
    let _waiting = state.place_in_waiting_room(body.len())?;
    let (batch, id, rejected) = prepare(&state, client, &headers, body).await?;
    state.senders.check(&headers, &batch.site_id)?;
    let appended = state.store.append(batch).await?;
    for rejection in &rejected {
        state.metrics.rejected(rejection.code);
    }
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

/// Reads, checks and enriches the batch; also gives its id as it came.
async fn prepare(
    state: &AppState,
    ClientAddress(client): ClientAddress,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<(IncomingBatch, String, Vec<Rejection>), CollectError> {
    let received_at = (state.clock)();
    let user_agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let turn = state.turn_to_work().await?;
    let is_large = body.len() >= OFFLOADED_BYTES;
    let limits = state.limits;
    let sources = Arc::clone(&state.sources);
    let work = move || {
        let _turn = turn;
        let batch = extract::read_batch(&body, &limits)?;
        let id = batch.id.clone();
        let mut surroundings = Surroundings::new(&sources, user_agent.as_deref(), client);
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
