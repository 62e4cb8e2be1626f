//! What the AWS SDKs expect of whoever answers them, and what AWS expects of who calls.

mod credentials;
mod error;
mod sign;
mod signature;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

pub(crate) use self::credentials::CredentialsChain;
pub(crate) use self::error::{AwsError, with_request_id};
pub(crate) use self::sign::{Unsigned, sign_post};
pub use self::signature::AccessKey;
pub(crate) use self::signature::{Signed, check as check_signature};
use crate::rate_limit;
use crate::state::AppState;

/// [`rate_limit::limit`], with refusals that these SDKs can read.
pub(crate) async fn limit(
    state: State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, AwsError> {
    Ok(rate_limit::limit(state, request, next).await?)
}
