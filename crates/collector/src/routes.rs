//! The route table, grouped by who calls.

mod assets;
mod batches;
mod check;
mod deployments;
mod export;
mod forwards;
mod health;
mod live;
mod metrics;
mod openapi;
mod pages;
mod path;
mod prefix;
mod preflight;
mod put_events;
mod reports;
mod session;
mod sessions;
mod visitors;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware;
use axum::routing::{delete, get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::error::CollectError;
use crate::state::AppState;
use crate::{aws, genesys, guard, rate_limit};

pub(crate) fn router(state: AppState) -> Router {
    let prefix = state.config.path_prefix.clone().unwrap_or_default();
    let all = Router::new()
        .merge(ingest(&state))
        .merge(doors(&state))
        .merge(reads(&state))
        .merge(genesys_reads(&state))
        .merge(operation())
        .merge(pages::router())
        .merge(assets::router())
        .method_not_allowed_fallback(async || CollectError::MethodNotAllowed)
        .layer(CatchPanicLayer::custom(|_| {
            axum::response::IntoResponse::into_response(CollectError::Internal)
        }))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            crate::metrics::count,
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .with_state(state);
    if prefix.is_empty() {
        all
    } else {
        prefix::under(prefix, all)
    }
}

/// Trackers on any page. Without credentials, so any origin may read the answers.
fn ingest(state: &AppState) -> Router<AppState> {
    Router::new()
        .route(
            "/v1/batches",
            post(batches::take).options(preflight::for_trackers),
        )
        .route_layer(middleware::from_fn_with_state(
            state.clone(),
            rate_limit::limit,
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        ))
        // A page of another origin sees no other header than the few that are safe.
        .layer(SetResponseHeaderLayer::overriding(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("retry-after"),
        ))
}

/// Programs with an official SDK; in a browser too, as trackers.
fn doors(state: &AppState) -> Router<AppState> {
    let personalize = Router::new()
        .route(
            "/events",
            post(put_events::take).options(preflight::for_sdks),
        )
        .route_layer(middleware::from_fn_with_state(state.clone(), aws::limit));
    let journey = Router::new()
        .route(
            "/api/v2/journey/deployments/{deployment_id}/webevents",
            post(deployments::web_event).options(preflight::for_sdks),
        )
        .route(
            "/api/v2/journey/deployments/{deployment_id}/actionevent",
            post(deployments::action_event).options(preflight::for_sdks),
        )
        .route_layer(middleware::from_fn_with_state(
            state.clone(),
            genesys::limit,
        ));
    personalize
        .merge(journey)
        .layer(SetResponseHeaderLayer::overriding(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("date, retry-after, x-amzn-errortype, x-amzn-requestid"),
        ))
}

/// People and programs that read.
fn reads(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/v1/live", get(live::stream))
        .route("/v1/check", get(check::read))
        .route("/v1/export", get(export::stream))
        .route("/v1/sites", get(reports::sites))
        .route("/v1/reports/now", get(reports::now))
        .route("/v1/reports/traffic", get(reports::traffic))
        .route("/v1/reports/pages", get(reports::pages))
        .route("/v1/reports/sources", get(reports::sources))
        .route("/v1/reports/campaigns", get(reports::campaigns))
        .route("/v1/reports/events", get(reports::events))
        .route("/v1/reports/properties", get(reports::properties))
        .route("/v1/reports/sessions", get(reports::sessions))
        .route("/v1/reports/journey", get(reports::journey))
        .route("/v1/reports/delivery", get(reports::delivery))
        .route("/metrics", get(metrics::show))
        .route("/v1/visitors/{id}", delete(visitors::delete))
        .route("/v1/forwards", get(forwards::show))
        .route(
            "/v1/forwards/{destination}/dead-letters",
            get(forwards::list).delete(forwards::delete),
        )
        .route(
            "/v1/forwards/{destination}/dead-letters/replay",
            post(forwards::replay),
        )
        .route_layer(middleware::from_fn_with_state(
            state.clone(),
            guard::guard_reads,
        ))
}

/// Programs that read with an SDK of Genesys.
fn genesys_reads(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/api/v2/journey/sessions/{session_id}", get(session::read))
        .route(
            "/api/v2/journey/sessions/{session_id}/events",
            get(sessions::events),
        )
        .route_layer(middleware::from_fn_with_state(
            state.clone(),
            genesys::guard_reads,
        ))
}

/// Operators.
fn operation() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(health::check))
        .route("/readyz", get(health::check_readiness))
        .route("/openapi.json", get(openapi::show))
}
