//! What can go wrong with a request: status, stable code, and whether to try again.
//!
//! [`CollectError`] is what handlers return. [`crate::store::StoreError`] belongs to the store and
//! is folded into it; contract violations come from `sillage_protocol` and keep their codes.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sillage_protocol::ErrorCode;
use sillage_protocol::batch::{ContractError, Refusal};
use thiserror::Error;

use crate::metrics::RefusalCode;
use crate::store::{REPORT_SECONDS, StoreError};

/// Seconds after which a busy collector asks to be tried again. A group commit takes milliseconds,
/// so one second drains any queue; the tracker adds its own jitter.
const RETRY_AFTER_SECONDS: u64 = 1;

/// Why a request was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CollectError {
    /// 400, or 413 where smaller batches would be taken: the batch breaks the contract.
    /// Not retryable as it is.
    #[error("{0}")]
    Contract(#[from] ContractError),
    /// 400: a compressed body that cannot be decompressed. Not retryable.
    #[error("the body begins like gzip but is not")]
    BadGzip,
    /// 400: the body broke off, or its framing is wrong. Not retryable as it is.
    #[error("the body could not be read")]
    BrokenBody,
    /// 408: the body did not come in time. Retryable.
    #[error("the body did not arrive within {0} seconds")]
    SlowBody(u64),
    /// 413: a body longer than allowed, as it travels or decompressed. Retryable in smaller parts.
    #[error("the body must have at most {limit_bytes} bytes{}", if *.is_decompressed { " after decompression" } else { "" })]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
        /// Whether it is the decompressed body that is too long.
        is_decompressed: bool,
    },
    /// 400: a parameter of a read is wrong. Not retryable.
    #[error("{parameter}: {rule}")]
    BadParameter {
        /// Its name.
        parameter: &'static str,
        /// The rule that it breaks.
        rule: String,
    },
    /// 400: a report that takes longer than the store reads for one. Not retryable as it is.
    #[error("this report takes longer than {0} s to read: ask for a shorter range")]
    ReportTooLong(u64),
    /// 401: a read without the token, or with another one. Not retryable.
    #[error(
        "this collector's reads need its token: `Authorization: Bearer <token>` or `?token=<token>`"
    )]
    Unauthorized,
    /// 403: a read that this collector never answers. Not retryable.
    #[error("{0}")]
    Forbidden(&'static str),
    /// 403: events of a site that takes none from this sender. Not retryable by a program; trackers
    /// keep the events and try again, as with every answer that is no verdict.
    #[error("this site takes no events from this origin or with this key")]
    SenderRefused,
    /// 429 with `Retry-After`: too many requests from this address. Retryable after so many seconds.
    #[error("too many requests from this address; try again in {0} s")]
    RateLimited(u64),
    /// 404: there is nothing at this address.
    #[error("there is nothing at this address")]
    NotFound,
    /// 405: the address exists, the method does not.
    #[error("this address does not take this method")]
    MethodNotAllowed,
    /// 503 with `Retry-After`: more is waiting than the collector wants to hold. Retryable.
    #[error("too much is waiting to be stored; try again")]
    Busy,
    /// 503 with `Retry-After`: the store failed or is closing. Retryable.
    #[error("the store cannot take or give events now; try again")]
    StoreUnavailable(#[source] StoreError),
    /// 500: a fault of the collector. Retryable.
    #[error("the collector failed at this request")]
    Internal,
}

impl CollectError {
    /// Status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Contract(error) => {
                StatusCode::from_u16(error.http_status()).unwrap_or(StatusCode::BAD_REQUEST)
            }
            Self::BadGzip
            | Self::BrokenBody
            | Self::BadParameter { .. }
            | Self::ReportTooLong(_) => StatusCode::BAD_REQUEST,
            Self::SlowBody(_) => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) | Self::SenderRefused => StatusCode::FORBIDDEN,
            Self::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Busy | Self::StoreUnavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Contract(error) => error.cause.code.as_str(),
            Self::BadGzip | Self::BrokenBody => ErrorCode::Unreadable.as_str(),
            Self::SlowBody(_) => "timeout",
            Self::TooLarge { .. } => ErrorCode::TooLarge.as_str(),
            Self::BadParameter { .. } => "bad_parameter",
            Self::ReportTooLong(_) => "report_too_long",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden(_) => "forbidden",
            Self::SenderRefused => "sender_refused",
            Self::RateLimited(_) => "rate_limited",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Busy => "busy",
            Self::StoreUnavailable(_) => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// Whether the same request may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::SlowBody(_)
            | Self::RateLimited(_)
            | Self::Busy
            | Self::StoreUnavailable(_)
            | Self::Internal => true,
            Self::Contract(_)
            | Self::BadGzip
            | Self::BrokenBody
            | Self::TooLarge { .. }
            | Self::BadParameter { .. }
            | Self::ReportTooLong(_)
            | Self::Unauthorized
            | Self::Forbidden(_)
            | Self::SenderRefused
            | Self::NotFound
            | Self::MethodNotAllowed => false,
        }
    }
}

impl From<StoreError> for CollectError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            StoreError::TooLong => Self::ReportTooLong(REPORT_SECONDS),
            other => Self::StoreUnavailable(other),
        }
    }
}

impl IntoResponse for CollectError {
    fn into_response(self) -> Response {
        if let Self::StoreUnavailable(cause) = &self {
            tracing::error!(error = cause as &dyn std::error::Error, "the store failed");
        }
        let refusal = Refusal {
            id: if let Self::Contract(error) = &self {
                error.batch_id.clone()
            } else {
                None
            },
            code: self.code().to_owned(),
            message: self.to_string(),
        };
        let mut response = (self.status(), Json(refusal)).into_response();
        response.extensions_mut().insert(RefusalCode(self.code()));
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.is_retryable() {
            let seconds = match self {
                Self::RateLimited(seconds) => seconds,
                _ => RETRY_AFTER_SECONDS,
            };
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self, Self::Unauthorized) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_later_asks_to_be_tried_again() {
        for (error, status, retry_after) in [
            (CollectError::Busy, 503, Some("1")),
            (
                CollectError::StoreUnavailable(StoreError::Closed),
                503,
                Some("1"),
            ),
            (CollectError::SlowBody(30), 408, Some("1")),
            (CollectError::Internal, 500, Some("1")),
            (CollectError::BadGzip, 400, None),
            (
                CollectError::TooLarge {
                    limit_bytes: 1,
                    is_decompressed: true,
                },
                413,
                None,
            ),
            (CollectError::Unauthorized, 401, None),
            (CollectError::SenderRefused, 403, None),
            (CollectError::RateLimited(7), 429, Some("7")),
        ] {
            let response = error.into_response();
            assert_eq!(response.status().as_u16(), status);
            let header = response.headers().get(header::RETRY_AFTER);
            assert_eq!(header.map(|value| value.to_str().unwrap()), retry_after);
        }
    }
}
