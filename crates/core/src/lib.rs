#![doc = include_str!("../README.md")]

mod batch;
mod config;
mod consent;
mod dropped;
mod input;
mod retry;
mod shell;
mod tracker;
mod visitor;

use sillage_text::{json, redact, text};

pub use config::Config;
pub use consent::Consent;
pub use dropped::Dropped;
pub use input::{Input, Outcome, PART_START, PageCause};
pub use shell::{PAGE_WORDS, Shell, Urgency};
pub use sillage_text::redact::redact_url;
pub use sillage_text::{Fields, WORD_END};
pub use tracker::{Stats, Tracker};
