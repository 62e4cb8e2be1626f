//! The service in process: the router that the binary serves, over a real store in a temporary folder.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod check;
mod cors;
mod delivery;
mod enrichment;
mod fixtures;
mod forgetting;
mod forwarding;
mod fuzz;
mod genesys;
mod idempotency;
mod ingest;
mod limits;
mod live;
mod metrics;
mod openapi;
mod pages;
mod put_events;
mod receipts;
mod recorded;
mod reports;
mod senders;
mod sessions;
mod signatures;
mod stand_in;
mod support;
mod views;
