//! `GET /v1/check?url=`: what a page of a site has to do with the tracker, for the page `/check`.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sillage_protocol::limits;
use url::Url;

use crate::error::CollectError;
use crate::site_check;
use crate::state::AppState;

#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    url: Option<String>,
}

/// Reads the page, and tells what was found; also that nothing was.
pub(super) async fn read(
    State(state): State<AppState>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, CollectError> {
    let Query(parameters) = parameters.map_err(|error| bad("query", error.body_text()))?;
    let url = page_url(parameters.url.as_deref().unwrap_or_default())?;
    let reach = state.read_access.reach();
    let place = Arc::clone(&state.checks)
        .try_acquire_owned()
        .map_err(|_| CollectError::Busy)?;
    let inspected = tokio::task::spawn_blocking(move || {
        let _place = place;
        site_check::inspect(&url, reach)
    });
    let inspection = inspected.await.map_err(|_| CollectError::Internal)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(inspection)).into_response())
}

fn page_url(text: &str) -> Result<Url, CollectError> {
    if text.chars().count() > limits::MAX_URL_CHARS {
        let rule = format!("must have at most {} characters", limits::MAX_URL_CHARS);
        return Err(bad("url", rule));
    }
    match Url::parse(text) {
        Ok(url)
            if matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none() =>
        {
            Ok(url)
        }
        _ => Err(bad(
            "url",
            "must be an address like https://shop.example/, without user and password".to_owned(),
        )),
    }
}

fn bad(parameter: &'static str, rule: String) -> CollectError {
    CollectError::BadParameter { parameter, rule }
}
