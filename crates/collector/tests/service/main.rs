//! The service in process: the router that the binary serves, over a real store in a temporary folder.

mod cors;
mod fixtures;
mod idempotency;
mod ingest;
mod limits;
mod live;
mod pages;
mod sessions;
mod support;
