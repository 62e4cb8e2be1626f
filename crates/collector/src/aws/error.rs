//! Errors as AWS writes them: the type in `x-amzn-ErrorType`, the words in the body's `message`.
//!
//! Source: botocore 1.44.5, `personalize-events/2018-03-22/service-2.json`, and the errors common to
//! all AWS services. SDKs raise a typed error for each name, and try again where the status is 500 or
//! 503.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sillage_protocol::{ErrorCode, ValidationError};
use thiserror::Error;
use uuid::Uuid;

use super::signature::SignatureError;
use crate::error::CollectError;
use crate::metrics::RefusalCode;

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// Why a call of an AWS SDK was refused.
#[derive(Debug, Error)]
pub(crate) enum AwsError {
    /// 400 `InvalidInputException`, or `SerializationException` where the body has another shape:
    /// a rule is broken. Not retryable.
    #[error("{0}")]
    Invalid(#[from] ValidationError),
    /// 404 `ResourceNotFoundException`: a tracking id that no site has. Not retryable.
    #[error("{0}; a tracking id is the id of a site here")]
    NoSuchTracker(ValidationError),
    /// 403: the signature is missing, wrong or too old. Not retryable as it is.
    #[error("{0}")]
    Signature(#[from] SignatureError),
    /// Whatever can go wrong with every request.
    #[error("{0}")]
    Collect(#[from] CollectError),
}

impl AwsError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::NoSuchTracker(_) => StatusCode::NOT_FOUND,
            Self::Signature(_) => StatusCode::FORBIDDEN,
            Self::Collect(error) => error.status(),
        }
    }

    /// Stable name for the metrics.
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(error) => error.code.as_str(),
            Self::NoSuchTracker(_) => "not_found",
            Self::Signature(_) => "forbidden",
            Self::Collect(error) => error.code(),
        }
    }

    /// The name of the type, by which SDKs tell errors apart.
    fn name(&self) -> &'static str {
        match self {
            Self::Invalid(error) => match error.code {
                ErrorCode::Unreadable | ErrorCode::WrongType => "SerializationException",
                _ => "InvalidInputException",
            },
            Self::NoSuchTracker(_) => "ResourceNotFoundException",
            Self::Signature(error) => error.name(),
            Self::Collect(error) => match error.status() {
                StatusCode::PAYLOAD_TOO_LARGE => "RequestEntityTooLargeException",
                StatusCode::REQUEST_TIMEOUT => "RequestTimeoutException",
                StatusCode::SERVICE_UNAVAILABLE => "ServiceUnavailableException",
                StatusCode::FORBIDDEN => "AccessDeniedException",
                StatusCode::TOO_MANY_REQUESTS => "ThrottlingException",
                StatusCode::BAD_REQUEST => "SerializationException",
                _ => "InternalServerException",
            },
        }
    }
}

impl IntoResponse for AwsError {
    fn into_response(self) -> Response {
        let name = self.name();
        let code = RefusalCode(self.code());
        let body = json!({"message": self.to_string()}).to_string();
        let mut response = match self {
            // It knows what to log and whether to ask for another attempt.
            Self::Collect(error) => error.into_response(),
            other => (other.status(), Json(())).into_response(),
        };
        *response.body_mut() = Body::from(body);
        response.extensions_mut().insert(code);
        let headers = response.headers_mut();
        headers.insert(ERROR_TYPE, HeaderValue::from_static(name));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        with_request_id(response)
    }
}

/// Names the answer, as AWS does: SDKs log this id with errors.
pub(crate) fn with_request_id(mut response: Response) -> Response {
    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
