//! Deletes what is too old, little by little, as long as the collector runs.

use std::time::Duration;

use crate::state::AppState;
use crate::store::{Expiry, StoreError};

/// Time between looks for what is too old. An event lives longer by at most this.
const INTERVAL: Duration = Duration::from_secs(3_600);

/// Time between portions, so that a backlog is deleted in a fraction of the writer's time.
const PAUSE: Duration = Duration::from_millis(100);

const MS_PER_DAY: u64 = 86_400_000;

/// Deletes until the collector stops.
pub(crate) async fn run(state: AppState) {
    let stopping = state.stopping();
    let deleting = async {
        loop {
            if let Err(error) = expire(&state).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "what is too old could not be deleted"
                );
            }
            tokio::time::sleep(INTERVAL).await;
        }
    };
    tokio::select! {
        () = deleting => {}
        () = stopping => {}
    }
}

async fn expire(state: &AppState) -> Result<(), StoreError> {
    let retention_ms = state
        .config
        .retention_days
        .map(|days| days.saturating_mul(MS_PER_DAY));
    let mut events = 0;
    loop {
        let expiry = Expiry {
            now: (state.clock)(),
            retention_ms,
        };
        let expired = state.store.expire(expiry).await?;
        events += expired.events;
        if expired.is_done {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    if events > 0 {
        tracing::info!(events, "deleted what is older than the retention");
    }
    Ok(())
}
