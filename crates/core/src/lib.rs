#![doc = include_str!("../README.md")]

mod batch;
mod click;
mod config;
mod consent;
mod context;
mod effect;
mod entropy;
mod input;
mod json;
mod outbox;
mod redact;
mod remembered;
mod retry;
mod session;
mod stats;
mod tracker;

pub use config::Config;
pub use consent::Consent;
pub use effect::{Effect, Urgency, Warning};
pub use entropy::Entropy;
pub use input::{ClickFacts, Input, Outcome, PageCause, PageFacts};
pub use redact::redact_url;
pub use stats::{Dropped, Stats};
pub use tracker::Tracker;
