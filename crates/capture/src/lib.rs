#![doc = include_str!("../README.md")]

mod captures;
mod engagement;
mod fact;
mod forms;
mod members;
mod options;
mod page;
mod scroll;
mod search;
mod shell;

pub use captures::Captures;
pub use fact::{Fact, PageChange};
pub use forms::{Form, may_read};
pub use options::Options;
pub use shell::{Captured, Shell};
