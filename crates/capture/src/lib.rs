#![doc = include_str!("../README.md")]

mod captures;
mod engagement;
mod fact;
mod forms;
mod links;
mod members;
mod options;
mod page;
mod scroll;
mod search;
mod shell;

pub use captures::Captures;
pub use fact::{Fact, PageChange};
pub use forms::{Form, may_read};
pub use links::Link;
pub use options::{Links, Options};
pub use shell::{Captured, Shell};
