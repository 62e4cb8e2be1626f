#![doc = include_str!("../README.md")]

mod fields;
pub mod json;
pub mod redact;
pub mod text;

pub use fields::{Fields, WORD_END};
