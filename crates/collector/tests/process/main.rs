//! The real binary as a process: how it starts, how it stops, and what a kill leaves.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod backup;
mod forward;
mod kill;
mod logs;
mod retention;
mod settings;
mod start;
mod stop;
mod support;
mod wire;
