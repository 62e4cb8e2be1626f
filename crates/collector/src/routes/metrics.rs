//! `GET /metrics`: counts for Prometheus.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::state::AppState;

/// Writes them.
pub(super) async fn show(State(state): State<AppState>) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, state.metrics.text(&state).await)
}
