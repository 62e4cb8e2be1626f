//! The part of a path that a route leaves open.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;

use crate::error::CollectError;

/// The part, or why it cannot be read: its bytes are not UTF-8.
pub(super) type PathText = Result<Path<String>, PathRejection>;

/// The text, or an error that names the part.
pub(super) fn text(name: &'static str, part: PathText) -> Result<String, CollectError> {
    match part {
        Ok(Path(text)) => Ok(text),
        Err(_) => Err(CollectError::BadParameter {
            parameter: name,
            rule: "must be text in UTF-8, percent-encoded".to_owned(),
        }),
    }
}
