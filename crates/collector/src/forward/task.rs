//! The task of one destination: reads the store page by page behind its durable cursor, and makes calls until
//! every event of the page is taken or a dead letter.
//!
//! At least once: the cursor is written after the calls, at most a second later, so what a crash leaves
//! unwritten is sent again, with the same ids.

mod reading;

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::backoff::Backoff;
use super::destination::{Destination, Outcome};
use super::page::Page;
use super::{CALLS_AT_ONCE, Pace};
use crate::state::AppState;
use crate::store::{ForwardProgress, StoreError};

/// How often progress is written while a page is on its way. It is a commit, for which batches wait.
const RECORD_EVERY: Duration = Duration::from_secs(1);

/// How long to wait for news before looking into the store all the same.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// How long to wait after the store could not be read or written.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// Why a task goes no further.
enum Halt {
    /// The collector stops.
    Stop,
    /// The store failed; later it may not.
    Store(StoreError),
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Closed => Self::Stop,
            error => Self::Store(error),
        }
    }
}

/// Forwards to one destination.
pub(super) struct Forwarder {
    state: AppState,
    destination: Arc<dyn Destination>,
    pace: Pace,
    backoff: Backoff,
    /// Whether the destination took or judged something when it was last called.
    is_open: bool,
    replays: watch::Receiver<u64>,
}

/// Resolves when the collector stops. Not to be awaited again after that.
type Stopping<'a> = Pin<&'a mut (dyn Future<Output = ()> + Send)>;

impl Forwarder {
    pub(super) fn new(destination: Arc<dyn Destination>, pace: Pace, state: AppState) -> Self {
        Self {
            backoff: Backoff::new(pace.first_wait, pace.longest_wait),
            is_open: false,
            replays: state.replays.subscribe(),
            state,
            destination,
            pace,
        }
    }

    /// Ends soon after the collector is told to stop.
    pub(super) async fn run(mut self) {
        let state = self.state.clone();
        let mut stopping = pin!(state.stopping());
        loop {
            let halted = match self.work(stopping.as_mut()).await {
                Ok(never) => match never {},
                Err(halted) => halted,
            };
            let Halt::Store(error) = halted else {
                return;
            };
            tracing::warn!(
                destination = self.destination.name(),
                error = &error as &dyn std::error::Error,
                "forwarding waits for the store"
            );
            if self.waits(STORE_PAUSE, stopping.as_mut()).await.is_err() {
                return;
            }
        }
    }

    async fn work(&mut self, mut stopping: Stopping<'_>) -> Result<std::convert::Infallible, Halt> {
        let store = Arc::clone(&self.state.store);
        let name = self.destination.name();
        let now = (self.state.clock)();
        let mut cursor = store.forward_cursor(name.to_owned(), now).await?;
        loop {
            // Before looking into the store, so that nothing comes unheard in between.
            self.replays.mark_unchanged();
            let mut feed = store.feed();
            if let Some(page) = self.read_dead_letters(&*store).await? {
                drop(feed);
                self.deliver(page, stopping.as_mut()).await?;
                continue;
            }
            if let Some((page, last)) = self.read_store(&*store, cursor).await? {
                // A subscriber that does not listen would keep events in memory.
                drop(feed);
                self.deliver(page, stopping.as_mut()).await?;
                cursor = last;
                continue;
            }
            tokio::select! {
                () = stopping.as_mut() => return Err(Halt::Stop),
                _ = feed.recv() => {}
                _ = self.replays.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            drop(feed);
            self.waits(self.pace.linger, stopping.as_mut()).await?;
        }
    }

    /// Makes the calls of a page until each is done, or the collector stops; then what is done is
    /// written all the same.
    async fn deliver(&mut self, mut page: Page, mut stopping: Stopping<'_>) -> Result<(), Halt> {
        let mut recorded_at = Instant::now();
        loop {
            let wait = self.make_calls(&mut page).await?;
            let is_stopping = self.state.is_stopping();
            let is_due = wait.is_some() || recorded_at.elapsed() >= RECORD_EVERY;
            if page.is_done() || is_stopping || is_due {
                self.record(&mut page).await?;
                recorded_at = Instant::now();
            }
            if is_stopping {
                return Err(Halt::Stop);
            }
            if page.is_done() {
                return Ok(());
            }
            if let Some(wait) = wait {
                self.waits(wait, stopping.as_mut()).await?;
                self.drop_deleted(&mut page).await?;
            }
        }
    }

    /// Makes as many calls as may be made at once; one, until the destination has answered to one.
    /// Gives how long to wait before the next.
    async fn make_calls(&mut self, page: &mut Page) -> Result<Option<Duration>, Halt> {
        let most = if self.is_open { CALLS_AT_ONCE } else { 1 };
        let name = self.destination.name();
        let mut calls = JoinSet::new();
        for (order, call) in page.next(most).into_iter().enumerate() {
            let destination = Arc::clone(&self.destination);
            let clock = self.state.clock;
            calls.spawn_blocking(move || {
                let outcome = destination.send(&call, clock());
                (order, call, outcome)
            });
        }
        let mut done = Vec::new();
        while let Some(call) = calls.join_next().await {
            // Its events are in no call any more: everything behind the durable cursor is read anew.
            let broken = |_| Halt::Store(StoreError::Failed("a call broke off".to_owned()));
            done.push(call.map_err(broken)?);
        }
        done.sort_by_key(|(order, ..)| *order);
        let has_calls = !done.is_empty();
        let mut has_success = false;
        let mut failure = None;
        for (_, call, outcome) in done {
            match &outcome {
                Outcome::Taken => {
                    has_success = true;
                    self.state.forwards.forwarded(name, call.sequences.len());
                }
                Outcome::Refused { code, .. } => {
                    has_success = true;
                    self.state.forwards.failed(name, code);
                }
                Outcome::Failed {
                    code, retry_after, ..
                } => {
                    self.state.forwards.failed(name, code);
                    let asked = failure
                        .as_ref()
                        .and_then(|(_, asked): &(String, Option<Duration>)| *asked);
                    failure = Some((code.clone(), asked.max(*retry_after)));
                }
            }
            page.came_of(call, outcome);
        }
        if has_calls {
            self.is_open = has_success;
        }
        if has_success {
            if self.backoff.is_failing() {
                tracing::info!(destination = name, "forwarding goes on");
            }
            self.backoff.succeeded();
        }
        let Some((code, asked)) = failure else {
            return Ok(None);
        };
        if !self.backoff.is_failing() {
            tracing::warn!(
                destination = name,
                code,
                "forwarding failed; it is tried again"
            );
        }
        Ok(Some(self.backoff.failed(asked)))
    }

    async fn record(&self, page: &mut Page) -> Result<(), Halt> {
        let report = page.report();
        let progress = ForwardProgress {
            destination: self.destination.name().to_owned(),
            cursor: report.cursor,
            dead: report.dead,
            revived: report.revived,
            now: (self.state.clock)(),
        };
        loop {
            match self.state.store.record_forward(progress.clone()).await {
                // The queue of the store is full of batches, which come first.
                Err(StoreError::Busy) => tokio::time::sleep(STORE_PAUSE).await,
                recorded => return Ok(recorded?),
            }
        }
    }

    async fn waits(&self, time: Duration, stopping: Stopping<'_>) -> Result<(), Halt> {
        tokio::select! {
            () = stopping => Err(Halt::Stop),
            () = tokio::time::sleep(time) => Ok(()),
        }
    }
}
