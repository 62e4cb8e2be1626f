//! `DELETE /v1/visitors/{id}`: deletes everything that is stored about a visitor.
//!
//! `{id}` is a customer id; `type` says of which type, `cookie` where it is absent, or `session` for
//! events that name nobody; `site` restricts it to one site. Who asks again is told that nothing is
//! left. Events that were stored do not come back when they are sent again; what the visitor does
//! from now on is new.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use sillage_protocol::{event::CUSTOMER_ID_TYPE_COOKIE, limits};

use super::path::{self, PathText};
use crate::error::CollectError;
use crate::state::AppState;
use crate::store::VisitorDeletion;

#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    #[serde(rename = "type")]
    id_type: Option<String>,
    site: Option<String>,
}

/// What was deleted.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    /// `<type>:<id>`, as the column `visitor` of the events had it.
    visitor: String,
    /// The one site that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    site_id: Option<String>,
    /// Events deleted.
    events: u64,
    /// Totals deleted: one for each site that knew the visitor.
    totals: u64,
}

/// Deletes, and answers when it is on disk.
pub(super) async fn delete(
    State(state): State<AppState>,
    id: PathText,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, CollectError> {
    let id = path::text("id", id)?;
    let Query(parameters) = parameters.map_err(|error| CollectError::BadParameter {
        parameter: "query",
        rule: error.body_text(),
    })?;
    let id_type = parameters
        .id_type
        .as_deref()
        .unwrap_or(CUSTOMER_ID_TYPE_COOKIE);
    check("id", &id)?;
    check("type", id_type)?;
    let visitor = format!("{id_type}:{id}");
    let deletion = VisitorDeletion {
        visitor: visitor.clone(),
        site_id: parameters.site.clone(),
        now: (state.clock)(),
    };
    // In a task: a client that goes away does not leave half a visitor behind.
    let store = state.store.clone();
    let deleted = tokio::spawn(async move { store.delete_visitor(deletion).await })
        .await
        .map_err(|_| CollectError::Internal)??;
    tracing::info!(events = deleted.events, "a visitor was deleted");
    let mut response = Json(Deleted {
        visitor,
        site_id: parameters.site,
        events: deleted.events,
        totals: deleted.totals,
    })
    .into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn check(parameter: &'static str, text: &str) -> Result<(), CollectError> {
    if (1..=limits::MAX_ID_CHARS).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(CollectError::BadParameter {
        parameter,
        rule: format!("must have 1 to {} characters", limits::MAX_ID_CHARS),
    })
}
