#![doc = include_str!("../README.md")]

mod captures;
mod engagement;
mod errors;
mod fact;
mod forms;
mod frustration;
mod media;
mod options;
mod page;
mod scroll;
mod shell;
mod triggers;
mod views;

pub use captures::Captures;
pub use fact::Fact;
pub use frustration::Click;
pub use media::{Media, Playing};
pub use options::Options;
pub use shell::{Captured, Event, Shell};
pub use triggers::{On, Trigger};
