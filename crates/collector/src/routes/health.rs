//! `GET /healthz`: whether the store commits. `GET /readyz`: whether events would be taken now too.
//!
//! A collector that is not healthy is to be restarted; one that is not ready only gets no requests.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::error::CollectError;
use crate::state::AppState;
use crate::store::StoreError;

/// Longest time that a healthy store takes for a commit, with a full queue before it.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(5);

/// Refuses while the collector stops or has no room for more, besides what [`check`] refuses.
pub(super) async fn check_readiness(state: State<AppState>) -> Result<Response, CollectError> {
    if state.is_stopping() || !state.has_room() {
        return Err(CollectError::Busy);
    }
    check(state).await
}

/// Commits through the writer's queue, as a batch would.
pub(super) async fn check(State(state): State<AppState>) -> Result<Response, CollectError> {
    match tokio::time::timeout(COMMIT_TIMEOUT, state.store.check()).await {
        Ok(checked) => checked?,
        Err(_) => {
            return Err(StoreError::Failed("the store does not commit in time".to_owned()).into());
        }
    }
    let mut response = Json(json!({"status": "ok"})).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
