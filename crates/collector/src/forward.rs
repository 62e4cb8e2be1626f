//! Forwarding: which destinations the settings name, what they need, and how they begin. Each has a task of its
//! own (`forward/task.rs`); nothing here is waited for by who brings events.

mod backoff;
mod client;
mod counts;
mod destination;
mod environment;
mod genesys;
mod page;
mod personalize;
mod task;

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::task::JoinSet;

pub(crate) use self::client::Client;
pub(crate) use self::counts::ForwardCounts;
use self::destination::Destination;
pub use self::environment::Environment;
use self::genesys::Genesys;
use self::personalize::Personalize;
use self::task::Forwarder;
use crate::Config;
use crate::state::AppState;

/// Calls at once to one destination, each of another visitor or session.
pub(crate) const CALLS_AT_ONCE: usize = 16;

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
            tasks.spawn(Forwarder::new(destination, self.pace, state.clone()).run());
        }
        tasks
    }
}
