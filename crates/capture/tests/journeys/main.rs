//! Whole visits, in virtual time, and what is captured of them.

mod attention;
mod forms;
mod media;
mod support;
mod triggers;
mod trouble;
