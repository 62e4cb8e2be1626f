//! The rule for site ids, under whichever name a door has them.

use super::check::{At, Checked};
use crate::error::{ErrorCode, ValidationError};
use crate::limits;

/// Checks a site id that came under the name `field`: 1 to [`limits::MAX_SITE_ID_CHARS`] letters,
/// digits, `.`, `_` or `-`.
///
/// # Errors
///
/// The rule that is violated, with `field` for its path.
pub fn validate_site_id(field: &str, site_id: &str) -> Result<(), ValidationError> {
    check_site_id(At::ROOT.member(field), site_id)
}

pub(crate) fn check_site_id(at: At<'_>, site_id: &str) -> Checked {
    at.length(site_id, 1, limits::MAX_SITE_ID_CHARS)?;
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if site_id.chars().all(is_allowed) {
        Ok(())
    } else {
        Err(at.error(
            ErrorCode::BadFormat,
            "must consist of letters, digits, '.', '_' and '-'",
        ))
    }
}
