//! Everything under a path, for a proxy that passes paths on as they are.

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::response::{IntoResponse, Redirect, Response};
use tower::ServiceExt;

use crate::error::CollectError;

/// Serves `all` under `prefix`, which begins with a slash and ends without one.
pub(super) fn under(prefix: String, all: Router) -> Router {
    Router::new().fallback(async move |request: Request| serve(&prefix, all, request).await)
}

async fn serve(prefix: &str, all: Router, mut request: Request) -> Response {
    let Some(rest) = request.uri().path().strip_prefix(prefix) else {
        return CollectError::NotFound.into_response();
    };
    if rest.is_empty() {
        // What a page names beside itself is looked for beside the slash.
        return Redirect::temporary(&format!("{prefix}/")).into_response();
    }
    match without(prefix, request.uri()) {
        Some(uri) if rest.starts_with('/') => *request.uri_mut() = uri,
        _ => return CollectError::NotFound.into_response(),
    }
    match all.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// The same address without the prefix.
fn without(prefix: &str, uri: &Uri) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().strip_prefix(prefix)?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(rest).ok()?);
    Uri::from_parts(parts).ok()
}
