#![doc = include_str!("../README.md")]

pub mod event_type;
pub mod limits;
pub mod timestamp;
pub mod wire;

pub use timestamp::Timestamp;
