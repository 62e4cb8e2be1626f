#![doc = include_str!("../README.md")]

mod captures;
mod engagement;
mod errors;
mod fact;
mod forms;
mod frustration;
mod links;
mod media;
mod members;
mod options;
mod page;
mod scroll;
mod search;
mod shell;
mod triggers;
mod views;
mod words;

pub use captures::Captures;
pub use errors::Thrown;
pub use fact::{Fact, PageChange};
pub use forms::{Form, may_read};
pub use frustration::Click;
pub use links::Link;
pub use media::{Media, Playing};
pub use options::{Links, Options};
pub use shell::{Captured, Shell};
