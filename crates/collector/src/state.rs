//! What all requests share.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::clock::{self, Clock};
use crate::config::{Config, Limits};
use crate::enrich::Sources;
use crate::error::CollectError;
use crate::forward::{self, ForwardCounts};
use crate::guard::ReadAccess;
use crate::metrics::Metrics;
use crate::rate_limit::RateLimit;
use crate::senders::Senders;
use crate::store::Store;

/// Bytes of one permit of [`AppState::waiting`].
const WAITING_PERMIT_BYTES: usize = 1_024;

/// Batches that are decompressed, read and merged at once, for each processor. Each can grow to
/// several times the limit of a merged batch, so this bounds memory; more of them would only take
/// turns on the processors.
const WORKING_PER_PROCESSOR: usize = 2;

/// Exports at once: each reads as fast as its client takes, beside the writer.
const MAX_EXPORTS: usize = 2;

/// Installation checks at once: each holds a thread and reads from other hosts.
const MAX_CHECKS: usize = 2;

/// What all requests share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Clock,
    pub(crate) config: Arc<Config>,
    pub(crate) limits: Limits,
    pub(crate) read_access: Arc<ReadAccess>,
    /// What events are completed from.
    pub(crate) sources: Arc<Sources>,
    pub(crate) metrics: Arc<Metrics>,
    /// Who may send events of which site.
    pub(crate) senders: Arc<Senders>,
    pub(crate) rate_limit: Option<Arc<RateLimit>>,
    /// Bytes of bodies that may wait for their answer, in [`WAITING_PERMIT_BYTES`].
    waiting: Arc<Semaphore>,
    /// Turns to decompress, read and merge.
    working: Arc<Semaphore>,
    /// Places for live views.
    pub(crate) live_clients: Arc<Semaphore>,
    /// Places for exports.
    pub(crate) exports: Arc<Semaphore>,
    /// Places for installation checks.
    pub(crate) checks: Arc<Semaphore>,
    /// What was forwarded.
    pub(crate) forwards: Arc<ForwardCounts>,
    /// Changes when dead letters are to be sent again.
    pub(crate) replays: Arc<watch::Sender<u64>>,
    stopping: Arc<watch::Sender<bool>>,
}

impl AppState {
    /// Makes the state of a collector that listens on `bound`.
    pub fn new(config: Config, sources: Sources, store: Arc<dyn Store>, bound: SocketAddr) -> Self {
        let limits = config.limits;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            store,
            clock: clock::now,
            read_access: Arc::new(ReadAccess::of(&config, bound)),
            senders: Arc::new(Senders::of(&config.allow_origin, &config.site_key)),
            rate_limit: config
                .max_requests_per_minute
                .map(|per_minute| Arc::new(RateLimit::new(per_minute))),
            limits,
            config: Arc::new(config),
            sources: Arc::new(sources),
            metrics: Arc::default(),
            waiting: Arc::new(Semaphore::new(
                limits.max_waiting_bytes.div_ceil(WAITING_PERMIT_BYTES),
            )),
            working: Arc::new(Semaphore::new(processors * WORKING_PER_PROCESSOR)),
            live_clients: Arc::new(Semaphore::new(limits.max_live_clients)),
            exports: Arc::new(Semaphore::new(MAX_EXPORTS)),
            checks: Arc::new(Semaphore::new(MAX_CHECKS)),
            forwards: Arc::default(),
            replays: Arc::new(watch::Sender::new(0)),
            stopping: Arc::new(watch::Sender::new(false)),
        }
    }

    /// The same state with another clock, for tests.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Ends every event stream. Requests that are being answered are not touched.
    pub fn stop_streams(&self) {
        self.stopping.send_replace(true);
    }

    /// Refuses before memory grows: every body that waits for its answer is counted.
    pub(crate) fn place_in_waiting_room(
        &self,
        body_bytes: usize,
    ) -> Result<OwnedSemaphorePermit, CollectError> {
        let permits =
            u32::try_from(1 + body_bytes / WAITING_PERMIT_BYTES).map_err(|_| CollectError::Busy)?;
        Arc::clone(&self.waiting)
            .try_acquire_many_owned(permits)
            .map_err(|_| CollectError::Busy)
    }

    /// Bytes of bodies that wait for their answer.
    pub(crate) fn waiting_bytes(&self) -> u64 {
        let all = self.limits.max_waiting_bytes.div_ceil(WAITING_PERMIT_BYTES);
        let taken = all.saturating_sub(self.waiting.available_permits());
        u64::try_from(taken * WAITING_PERMIT_BYTES).unwrap_or(u64::MAX)
    }

    /// Live views that are open.
    pub(crate) fn open_live_clients(&self) -> u64 {
        let free = self.live_clients.available_permits();
        let taken = self.limits.max_live_clients.saturating_sub(free);
        u64::try_from(taken).unwrap_or(u64::MAX)
    }

    /// Whether a request with events would be taken now.
    pub(crate) fn has_room(&self) -> bool {
        let vitals = self.store.vitals();
        self.waiting.available_permits() > 0 && vitals.queued_bytes < vitals.max_queued_bytes
    }

    /// Names of the destinations that the settings name.
    pub(crate) fn destinations(&self) -> Vec<&'static str> {
        forward::destinations(&self.config)
    }

    /// Whether the collector is about to end.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Waits for a turn to read and check what a request holds.
    pub(crate) async fn turn_to_work(&self) -> Result<OwnedSemaphorePermit, CollectError> {
        Arc::clone(&self.working)
            .acquire_owned()
            .await
            .map_err(|_| CollectError::Internal)
    }

    /// Resolves when the streams are to end.
    pub(crate) fn stopping(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stopping = self.stopping.subscribe();
        async move {
            // An error means that the state is gone, which ends the streams as well.
            let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
        }
    }
}
