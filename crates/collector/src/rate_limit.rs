//! At most so many requests a minute from one address, of those that bring events.
//!
//! Each address has a bucket that holds a minute's requests and is filled evenly, so a page that sends
//! several at once is not refused. Addresses are kept in memory alone, and only as long as their bucket
//! is not full again.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use sillage_protocol::Timestamp;

use crate::client_address::{ClientAddress, household};
use crate::error::CollectError;
use crate::state::AppState;

/// Most addresses with a bucket of their own, about 100 bytes each. All others share one.
const MAX_ADDRESSES: usize = 100_000;

const MS_PER_MINUTE: u64 = 60_000;

/// The buckets.
#[derive(Debug)]
pub(crate) struct RateLimit {
    /// Requests a minute. One of them is refilled every `60,000 / this` milliseconds.
    per_minute: u64,
    /// For each address, when its bucket is full again, in milliseconds times `per_minute`: the
    /// spent requests, as time.
    full_at: Mutex<HashMap<Option<IpAddr>, u64>>,
}

impl RateLimit {
    pub(crate) fn new(per_minute: u64) -> Self {
        Self {
            per_minute,
            full_at: Mutex::default(),
        }
    }

    /// Takes a request out of the bucket of an address, or says after how many seconds there is one.
    fn take(&self, address: IpAddr, now: Timestamp) -> Result<(), u64> {
        let now = now.0.saturating_mul(self.per_minute);
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = Some(household(address));
        if buckets.len() >= MAX_ADDRESSES && !buckets.contains_key(&key) {
            buckets.retain(|_, full_at| *full_at > now);
            if buckets.len() >= MAX_ADDRESSES {
                key = None;
            }
        }
        let full_at = buckets.entry(key).or_insert(now);
        // A clock that was set back must not refuse anybody for longer than an empty bucket does.
        let minute = MS_PER_MINUTE.saturating_mul(self.per_minute);
        let spent = full_at.saturating_sub(now).min(minute);
        let after = spent + MS_PER_MINUTE;
        if after > minute {
            let missing_ms = (after - minute).div_ceil(self.per_minute);
            return Err(missing_ms.div_ceil(1_000).max(1));
        }
        *full_at = now.saturating_add(after);
        Ok(())
    }
}

/// Refuses what comes too often. Preflights bring no events, and a request whose peer is not known
/// came over no network.
pub(crate) async fn limit(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, CollectError> {
    if let Some(limit) = &state.rate_limit
        && request.method() == Method::POST
        && let ClientAddress(Some(address)) = ClientAddress::of(
            request.extensions(),
            request.headers(),
            &state.config.trusted_proxies,
        )
    {
        limit
            .take(address, (state.clock)())
            .map_err(CollectError::RateLimited)?;
    }
    Ok(next.run(request).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minutes_requests_may_come_at_once_and_then_evenly() {
        let limit = RateLimit::new(3);
        let address = "192.0.2.1".parse().unwrap();
        let take = |ms: u64| limit.take(address, Timestamp(1_000_000 + ms));
        for _ in 0..3 {
            assert_eq!(take(0), Ok(()));
        }
        assert_eq!(take(0), Err(20));
        assert_eq!(take(19_500), Err(1));
        assert_eq!(take(20_000), Ok(()));
        assert_eq!(take(20_000), Err(20));
        assert_eq!(
            limit.take("192.0.2.2".parse().unwrap(), Timestamp(1_020_000)),
            Ok(())
        );
        for _ in 0..3 {
            assert_eq!(take(200_000), Ok(()));
        }
        assert!(take(200_000).is_err());
    }

    #[test]
    fn a_clock_that_is_set_back_refuses_nobody_for_long() {
        let limit = RateLimit::new(1);
        let address = "192.0.2.1".parse().unwrap();
        assert_eq!(limit.take(address, Timestamp(9_000_000)), Ok(()));
        assert_eq!(limit.take(address, Timestamp(1_000_000)), Err(60));
    }

    #[test]
    fn more_addresses_than_are_kept_share_a_bucket() {
        let limit = RateLimit::new(2);
        let address = |n: u32| IpAddr::from(n.to_be_bytes());
        for n in 0..u32::try_from(MAX_ADDRESSES).unwrap() {
            assert_eq!(limit.take(address(n), Timestamp(5_000)), Ok(()));
        }
        let more = |n: u32| limit.take(address(1_000_000 + n), Timestamp(5_000));
        assert_eq!((more(1), more(2), more(3).is_err()), (Ok(()), Ok(()), true));
        assert_eq!(limit.take(address(7), Timestamp(5_000)), Ok(()));
        // A minute later all buckets are full, and need not be kept.
        assert_eq!(limit.take(address(2_000_000), Timestamp(65_001)), Ok(()));
        assert!(limit.full_at.lock().unwrap().len() < 10);
    }
}
