#![doc = include_str!("../README.md")]

pub mod cli;
pub mod clock;
pub mod config;
pub mod enrich;
pub mod error;
pub mod forward;
pub mod server;
pub mod store;

mod aws;
mod client_address;
mod connections;
mod extract;
mod genesys;
mod guard;
mod ingest;
mod metrics;
mod rate_limit;
mod retention;
mod routes;
mod senders;
mod settings_file;
mod site_check;
mod state;
mod visit;

pub use aws::AccessKey;
pub use client_address::Network;
pub use config::Config;
pub use error::CollectError;
pub use ingest::PAGEVIEW_EVENT_NAME;
pub use senders::SiteRule;
pub use state::AppState;

/// Makes the service: every route with everything around it.
pub fn app(state: AppState) -> axum::Router {
    routes::router(state)
}
