//! The real binary as a process: how it starts, how it stops, and what a kill leaves.

mod kill;
mod start;
mod stop;
mod support;
