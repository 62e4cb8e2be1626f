#![doc = include_str!("../README.md")]

mod batch;
mod config;
mod consent;
mod dropped;
mod input;
mod json;
mod redact;
mod retry;
mod shell;
mod text;
mod tracker;
mod visitor;

pub use config::Config;
pub use consent::Consent;
pub use dropped::Dropped;
pub use input::{Fields, Input, Outcome, PART_START, PageCause, WORD_END};
pub use redact::redact_url;
pub use shell::{PAGE_WORDS, Shell, Urgency};
pub use tracker::{Stats, Tracker};
