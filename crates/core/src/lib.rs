#![doc = include_str!("../README.md")]

mod config;
mod consent;
mod dropped;
mod input;
mod retry;
mod shell;
mod tracker;
mod visitor;

pub use config::Config;
pub use consent::Consent;
pub use dropped::Dropped;
pub use input::{Identified, Input, Lines, Outcome, PageCause};
pub use shell::{Act, Id, Line, PAGE_WORDS, Put, Receipt, Shell, Urgency};
pub use tracker::{MAX_BATCH_BYTES, Stats, Tracker};
pub use visitor::Record;
