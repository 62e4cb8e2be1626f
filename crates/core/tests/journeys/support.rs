//! A visit in virtual time: tabs of one browser, its storage, and a collector.
//!
//! [`visit::Visit`] is the browser: the clock, the shared record, the outbox, and the collector's store.
//! [`tab::Tab`] is a shell around one tracker; what it sends waits in [`tab::Tab::requests`] until the
//! test says what becomes of it. Every batch is read as the collector reads it, by the contract.
//!
//! Storage never fails here and knows no delay: what fails, and when, is the simulation's part.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod effects;
mod request;
mod tab;
mod visit;

pub(crate) use visit::{Visit, visit};
