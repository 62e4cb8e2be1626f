//! `GET /openapi.json`: what every route takes and answers, for programs.

use axum::http::header;
use axum::response::IntoResponse;

/// Written by hand; `tests/conformance/http-api.spec.ts` holds the collector to it.
const DESCRIPTION: &str = include_str!("../../../../docs/openapi.json");

/// Shows it to anybody: it says nothing about what is stored. Tools run in pages of other origins.
pub(super) async fn show() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, DESCRIPTION)
}
