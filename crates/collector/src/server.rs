//! From settings to a running collector, and its end.

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;

use crate::config::Config;
use crate::connections;
use crate::enrich::{SourceError, Sources};
use crate::forward::{Environment, ForwardError, Forwarding, Pace};
use crate::retention;
use crate::state::AppState;
use crate::store::sqlite::{OpenError, SqliteStore};
use crate::store::{Store, StoreError};

/// Time for requests that are being answered to finish. With [`CLOSE_TIME`] below the five seconds
/// after which people and supervisors lose patience.
const DRAIN_TIME: Duration = Duration::from_millis(2_500);

/// Time for the store to commit what it has taken.
const CLOSE_TIME: Duration = Duration::from_secs(2);

/// Why a collector cannot start, or did not end well. One line for people.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The address is taken, not of this machine, or none.
    #[error("cannot listen on {listen}: {source}")]
    Listen {
        /// The address as it was given.
        listen: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A folder that is to be served cannot be read.
    #[error("{what} folder {} cannot be read: {source}", path.display())]
    Folder {
        /// What it is for.
        what: &'static str,
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// Something that events are to be completed from cannot be used.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Forwarding is not set up wholly.
    #[error(transparent)]
    Forward(#[from] ForwardError),
    /// The store could not commit everything it had taken.
    #[error("not everything could be stored: {0}")]
    Close(#[source] StoreError),
    /// The store did not end in time.
    #[error("the store did not close within {} seconds", CLOSE_TIME.as_secs())]
    CloseTimeout,
}

/// A collector that has its address and its store, and answers once it is run.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    state: AppState,
    forwarding: Forwarding,
}

impl Server {
    /// Takes the address, checks the folders and opens the store.
    ///
    /// # Errors
    ///
    /// When one of them fails.
    pub async fn bind(config: Config) -> Result<Self, ServerError> {
        readable("assets", config.assets.as_deref())?;
        readable("demo", config.demo.as_deref())?;
        readable("docs", config.docs.as_deref())?;
        let unbound = |source| ServerError::Listen {
            listen: config.listen.clone(),
            source,
        };
        let addresses = config.listen_addresses().map_err(unbound)?;
        let listener = TcpListener::bind(addresses.as_slice())
            .await
            .map_err(unbound)?;
        let address = listener.local_addr().map_err(unbound)?;
        let forwarding = Forwarding::new(&config, &Environment::of_process(), Pace::default())?;
        let sources = Sources::open(&config)?;
        let store = SqliteStore::open(&config.data, config.limits.max_queued_bytes)?;
        let state = AppState::new(config, sources, Arc::new(store), address);
        Ok(Self {
            listener,
            address,
            state,
            forwarding,
        })
    }

    /// The address it listens on, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` resolves; then takes no more connections, ends the event streams,
    /// commits what was taken, and returns within five seconds.
    ///
    /// # Errors
    ///
    /// When not everything that was taken could be committed.
    pub async fn run(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServerError> {
        let Self {
            listener,
            state,
            forwarding,
            ..
        } = self;
        let store: Arc<dyn Store> = Arc::clone(&state.store);
        let stopping = state.stopping();
        tokio::spawn(retention::run(state.clone()));
        let mut forwards = forwarding.start(&state);
        let app = crate::app(state.clone());
        let serving = connections::serve(listener, app, async move {
            stop.await;
            tracing::info!("stopping");
            state.stop_streams();
        });
        let drained = async move {
            stopping.await;
            tokio::time::sleep(DRAIN_TIME).await;
        };
        let ending = async {
            // Calls that are being made are waited for, so that their events are not sent again.
            let forwarded = async { while forwards.join_next().await.is_some() {} };
            tokio::join!(serving, forwarded);
        };
        tokio::select! {
            () = ending => {}
            // Connections that still have something to say are cut; what they sent was not
            // acknowledged, so it comes again.
            () = drained => tracing::warn!("connections were cut"),
        }
        forwards.abort_all();
        match tokio::time::timeout(CLOSE_TIME, store.close()).await {
            Ok(closed) => closed.map_err(ServerError::Close),
            Err(_) => Err(ServerError::CloseTimeout),
        }
    }
}

fn readable(what: &'static str, folder: Option<&Path>) -> Result<(), ServerError> {
    let Some(path) = folder else {
        return Ok(());
    };
    std::fs::read_dir(path)
        .map(drop)
        .map_err(|source| ServerError::Folder {
            what,
            path: path.to_owned(),
            source,
        })
}
