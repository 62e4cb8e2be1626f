//! Whole visits, in virtual time, and what is captured of them.

mod attention;
mod forms;
mod links;
mod media;
mod search;
mod support;
mod triggers;
mod trouble;
