//! Forwarding: each destination has a task of its own, which reads the store page by page behind its
//! durable cursor and makes calls until every event of the page is taken or a dead letter.
//!
//! At least once: the cursor is written after the calls, at most a second later, so what a
//! crash leaves unwritten is sent again, with the same ids. Nothing here is waited for by who brings
//! events.

mod backoff;
mod client;
mod counts;
mod destination;
mod environment;
mod genesys;
mod page;
mod personalize;

use std::collections::BTreeSet;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};

use thiserror::Error;
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::backoff::Backoff;
pub(crate) use self::client::Client;
pub(crate) use self::counts::ForwardCounts;
use self::destination::{Destination, Outcome, Plan, Stored};
pub use self::environment::Environment;
use self::genesys::Genesys;
use self::page::{Origin, Page};
use self::personalize::Personalize;
use crate::Config;
use crate::state::AppState;
use crate::store::{
    DeadEvent, DeadLetterQuery, ForwardProgress, SequenceQuery, SequenceStart, Store, StoreError,
    StoredEvent,
};

/// Events in memory of one destination: at most 64 KiB each as they came.
const PAGE_EVENTS: usize = 250;

/// Calls at once to one destination, each of another visitor or session.
pub(crate) const CALLS_AT_ONCE: usize = 16;

/// How often progress is written while a page is on its way. It is a commit, for which batches wait.
const RECORD_EVERY: Duration = Duration::from_secs(1);

/// How long to wait for news before looking into the store all the same.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// How long to wait after the store could not be read or written.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// Times of forwarding.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How long events gather before a page of them is read.
    pub linger: Duration,
    /// Most that the first failure of a row costs.
    pub first_wait: Duration,
    /// Most that any failure costs, unless the destination asks for more.
    pub longest_wait: Duration,
    /// Time for one call.
    pub call_timeout: Duration,
}

impl Default for Pace {
    /// One second; one second to five minutes; ten seconds.
    fn default() -> Self {
        Self {
            linger: Duration::from_secs(1),
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(300),
            call_timeout: Duration::from_secs(10),
        }
    }
}

/// Why forwarding cannot begin: what the settings and the environment lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ForwardError {
    /// Amazon Personalize without a region.
    #[error("forwarding to Amazon Personalize needs --personalize-region or AWS_REGION")]
    NoRegion,
    /// Genesys Cloud without an address.
    #[error(
        "forwarding to Genesys Cloud needs GENESYS_CLOUD_REGION (like mypurecloud.de), or --genesys-url and --genesys-login-url"
    )]
    NoGenesysUrl,
    /// Genesys Cloud without credentials.
    #[error(
        "forwarding to Genesys Cloud needs GENESYS_CLOUD_CLIENT_ID and GENESYS_CLOUD_CLIENT_SECRET, or GENESYS_CLOUD_ACCESS_TOKEN"
    )]
    NoGenesysAccess,
}

/// Names of all destinations that there are.
pub(crate) const DESTINATIONS: [&str; 2] = [personalize::NAME, genesys::NAME];

/// Names of the destinations that the settings name.
pub(crate) fn destinations(config: &Config) -> Vec<&'static str> {
    let mut names = Vec::new();
    if !config.personalize_tracker.is_empty() {
        names.push(personalize::NAME);
    }
    if !config.genesys_deployment.is_empty() {
        names.push(genesys::NAME);
    }
    names
}

/// The destinations that the settings name, ready to begin.
#[derive(Debug)]
pub struct Forwarding {
    destinations: Vec<Arc<dyn Destination>>,
    pace: Pace,
}

impl Forwarding {
    /// Reads the settings, and the environment for credentials.
    ///
    /// # Errors
    ///
    /// What a destination that the settings name lacks.
    pub fn new(
        config: &Config,
        environment: &Environment,
        pace: Pace,
    ) -> Result<Self, ForwardError> {
        let mut all: Vec<Arc<dyn Destination>> = Vec::new();
        if !config.personalize_tracker.is_empty() {
            all.push(Arc::new(Personalize::new(config, environment, pace)?));
        }
        if !config.genesys_deployment.is_empty() {
            all.push(Arc::new(Genesys::new(config, environment, pace)?));
        }
        Ok(Self {
            destinations: all,
            pace,
        })
    }

    /// Begins. The tasks end soon after the collector is told to stop.
    pub fn start(self, state: &AppState) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        for destination in self.destinations {
            let forwarder = Forwarder {
                backoff: Backoff::new(self.pace.first_wait, self.pace.longest_wait),
                is_open: false,
                replays: state.replays.subscribe(),
                state: state.clone(),
                destination,
                pace: self.pace,
            };
            tasks.spawn(forwarder.run());
        }
        tasks
    }
}

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

struct Forwarder {
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
    async fn run(mut self) {
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

    /// The next events behind the cursor, and the last sequence among them.
    async fn read_store(
        &self,
        store: &dyn Store,
        cursor: i64,
    ) -> Result<Option<(Page, i64)>, Halt> {
        let query = SequenceQuery {
            site_id: None,
            start: SequenceStart::After(cursor),
            limit: PAGE_EVENTS,
        };
        let events = store.events_by_sequence(query).await?;
        let Some(last) = events.last().map(|event| event.sequence) else {
            return Ok(None);
        };
        let plan = self.plan(&events);
        let page = Page::new(Origin::Store { last }, plan);
        Ok(Some((page, last)))
    }

    /// Dead letters that are to be sent again.
    async fn read_dead_letters(&self, store: &dyn Store) -> Result<Option<Page>, Halt> {
        let letters = store.dead_letters(self.replayed_after(0)).await?;
        if letters.is_empty() {
            return Ok(None);
        }
        let events: Vec<_> = letters.into_iter().map(|letter| letter.event).collect();
        let mut plan = self.plan(&events);
        // Whatever is in no call must not be marked any longer, or it would be read for ever.
        for event in &events {
            let is_planned = plan.dead.iter().any(|dead| dead.sequence == event.sequence)
                || plan
                    .calls
                    .iter()
                    .any(|call| call.sequences.contains(&event.sequence));
            if !is_planned {
                plan.dead.push(DeadEvent {
                    sequence: event.sequence,
                    code: "unmappable".to_owned(),
                    message: "has no counterpart there, or its site is not forwarded".to_owned(),
                });
            }
        }
        Ok(Some(Page::new(Origin::DeadLetters, plan)))
    }

    fn plan(&self, events: &[StoredEvent]) -> Plan {
        let mut unreadable = Vec::new();
        let mut readable = Vec::with_capacity(events.len());
        for stored in events {
            match serde_json::from_str(&stored.json) {
                Ok(event) => readable.push(Stored {
                    sequence: stored.sequence,
                    site_id: stored.site_id.clone(),
                    event,
                }),
                Err(error) => unreadable.push(DeadEvent {
                    sequence: stored.sequence,
                    code: "unreadable".to_owned(),
                    message: error.to_string(),
                }),
            }
        }
        let name = self.destination.name();
        let mut plan = self.destination.plan(&readable, (self.state.clock)());
        if plan.unmappable > 0 {
            self.state.forwards.skipped(name, plan.unmappable);
        }
        for dead in &plan.dead {
            self.state.forwards.failed(name, &dead.code);
        }
        plan.dead.extend(unreadable);
        plan
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

    /// Takes out what was deleted while the page waited: a visitor who was deleted is sent nowhere.
    async fn drop_deleted(&self, page: &mut Page) -> Result<(), Halt> {
        let Some(first) = page.first_pending() else {
            return Ok(());
        };
        let store = &self.state.store;
        let left: BTreeSet<i64> = match page.origin() {
            Origin::Store { .. } => {
                let query = SequenceQuery {
                    site_id: None,
                    start: SequenceStart::After(first - 1),
                    limit: PAGE_EVENTS,
                };
                let events = store.events_by_sequence(query).await?;
                events.iter().map(|event| event.sequence).collect()
            }
            Origin::DeadLetters => {
                let letters = store.dead_letters(self.replayed_after(first - 1)).await?;
                letters.iter().map(|letter| letter.event.sequence).collect()
            }
        };
        page.keep_only(&left);
        Ok(())
    }

    fn replayed_after(&self, after: i64) -> DeadLetterQuery {
        DeadLetterQuery {
            destination: self.destination.name().to_owned(),
            only_replayed: true,
            after,
            limit: PAGE_EVENTS,
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
