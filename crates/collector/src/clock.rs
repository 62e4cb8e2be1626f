//! The only place that asks for the time.

use std::time::{SystemTime, UNIX_EPOCH};

use sillage_protocol::Timestamp;

/// Asks for the time. A function, so that tests can set it.
pub type Clock = fn() -> Timestamp;

/// The system's time; 1970 where its clock stands before that.
pub fn now() -> Timestamp {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
}

/// Unix milliseconds as SQL holds them. Every [`Timestamp`] of the contract fits.
pub(crate) fn to_sql(at: Timestamp) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}

/// The inverse of [`to_sql`].
pub(crate) fn from_sql(ms: i64) -> Timestamp {
    Timestamp(u64::try_from(ms).unwrap_or(0))
}
