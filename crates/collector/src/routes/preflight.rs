//! The question that a browser asks before it sends what a form could not send.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

/// How long a browser may remember the answer, in seconds. Chromium caps it at two hours, Firefox at
/// a day.
const MAX_AGE_SECONDS: &str = "86400";

/// Headers that the AWS and the Genesys JavaScript SDKs set in a browser.
const SDK_HEADERS: &str = "authorization, content-type, amz-sdk-invocation-id, amz-sdk-request, \
                           x-amz-content-sha256, x-amz-date, x-amz-security-token, x-amz-user-agent";

/// For trackers, which may send `application/json`.
pub(super) async fn for_trackers() -> impl IntoResponse {
    allowing("content-type")
}

/// For SDKs that run in a browser.
pub(super) async fn for_sdks() -> impl IntoResponse {
    allowing(SDK_HEADERS)
}

fn allowing(headers: &'static str) -> impl IntoResponse {
    (
        StatusCode::NO_CONTENT,
        [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "POST, OPTIONS"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, headers),
            (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS),
        ],
    )
}
