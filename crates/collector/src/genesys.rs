//! What the Genesys Cloud SDKs expect of whoever answers them.

mod error;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

pub(crate) use self::error::GenesysError;
use crate::state::AppState;
use crate::{guard, rate_limit};

/// [`guard::guard_reads`], with refusals that these SDKs can read. An SDK's access token is the
/// collector's read token.
pub(crate) async fn guard_reads(
    state: State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, GenesysError> {
    Ok(guard::guard_reads(state, request, next).await?)
}

/// [`rate_limit::limit`], with refusals that these SDKs can read.
pub(crate) async fn limit(
    state: State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, GenesysError> {
    Ok(rate_limit::limit(state, request, next).await?)
}
