//! `GET /healthz`: whether the store commits.

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
