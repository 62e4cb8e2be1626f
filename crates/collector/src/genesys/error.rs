//! Errors as Genesys Cloud writes them: the `ErrorBody` of its SDKs.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use sillage_protocol::ValidationError;
use thiserror::Error;
use uuid::Uuid;

use crate::error::CollectError;
use crate::metrics::RefusalCode;
use crate::store::StoreError;

/// By which Genesys Cloud names an answer.
const CORRELATION_ID: HeaderName = HeaderName::from_static("inin-correlation-id");

/// Why a call of a Genesys SDK was refused.
#[derive(Debug, Error)]
pub(crate) enum GenesysError {
    /// 400: the body is not of the request's shape. Not retryable.
    #[error("{0}")]
    Unreadable(ValidationError),
    /// 422: a member breaks a rule. Not retryable.
    #[error("{0}")]
    Invalid(ValidationError),
    /// 404: a deployment id that no site can have. Not retryable.
    #[error("{0}; a deployment id is the id of a site here")]
    NoSuchDeployment(ValidationError),
    /// 404: a session without events, or one whose first event is still on its way.
    #[error("there is no session with this id")]
    NoSuchSession,
    /// Whatever can go wrong with every request.
    #[error("{0}")]
    Collect(#[from] CollectError),
}

impl From<StoreError> for GenesysError {
    fn from(error: StoreError) -> Self {
        Self::Collect(error.into())
    }
}

impl GenesysError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NoSuchDeployment(_) | Self::NoSuchSession => StatusCode::NOT_FOUND,
            Self::Collect(error) => error.status(),
        }
    }

    /// Stable name for the metrics.
    fn metrics_code(&self) -> &'static str {
        match self {
            Self::Unreadable(error) | Self::Invalid(error) => error.code.as_str(),
            Self::NoSuchDeployment(_) | Self::NoSuchSession => "not_found",
            Self::Collect(error) => error.code(),
        }
    }

    /// One entry for the member that is wrong.
    fn details(&self) -> Vec<Value> {
        match self {
            Self::Unreadable(error) | Self::Invalid(error) | Self::NoSuchDeployment(error) => {
                vec![json!({"errorCode": error.code.as_str(), "fieldName": error.field})]
            }
            Self::Collect(CollectError::BadParameter { parameter, .. }) => {
                vec![json!({"errorCode": "bad_parameter", "fieldName": parameter})]
            }
            Self::NoSuchSession | Self::Collect(_) => Vec::new(),
        }
    }
}

/// Genesys Cloud's name for a status.
fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "bad.request",
        StatusCode::UNAUTHORIZED => "authentication.required",
        StatusCode::FORBIDDEN => "not.authorized",
        StatusCode::NOT_FOUND => "not.found",
        StatusCode::REQUEST_TIMEOUT => "request.timeout",
        StatusCode::PAYLOAD_TOO_LARGE => "request.entity.too.large",
        StatusCode::UNPROCESSABLE_ENTITY => "unprocessable.entity",
        StatusCode::TOO_MANY_REQUESTS => "too.many.requests",
        StatusCode::SERVICE_UNAVAILABLE => "service.unavailable",
        _ => "internal.server.error",
    }
}

impl IntoResponse for GenesysError {
    fn into_response(self) -> Response {
        let status = self.status();
        let refusal = RefusalCode(self.metrics_code());
        let context_id = Uuid::new_v4().to_string();
        let body = json!({
            "message": self.to_string(),
            "code": code(status),
            "status": status.as_u16(),
            "messageParams": {},
            "contextId": context_id,
            "details": self.details(),
            "errors": [],
        });
        let mut response = match self {
            // It knows what to log and whether to ask for another attempt.
            Self::Collect(error) => error.into_response(),
            _ => (status, Json(())).into_response(),
        };
        *response.body_mut() = Body::from(body.to_string());
        response.extensions_mut().insert(refusal);
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(id) = HeaderValue::from_str(&context_id) {
            headers.insert(CORRELATION_ID, id);
        }
        response
    }
}
