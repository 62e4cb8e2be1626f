#![doc = include_str!("../README.md")]

mod captures;
mod engagement;
mod fact;
mod members;
mod options;
mod page;
mod scroll;
mod shell;

pub use captures::Captures;
pub use fact::{Fact, PageChange};
pub use options::Options;
pub use shell::{Captured, Shell};
