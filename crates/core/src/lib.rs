#![doc = include_str!("../README.md")]

mod batch;
mod config;
mod consent;
mod dropped;
mod input;
mod json;
mod outbox;
mod redact;
mod retry;
mod session;
mod shell;
mod tracker;
mod visitor;

pub use config::{Config, ConfigError};
pub use consent::Consent;
pub use dropped::Dropped;
pub use input::{Fields, Input, Outcome, PageCause};
pub use redact::redact_url;
pub use shell::{Shell, Urgency};
pub use tracker::{Stats, Tracker};
