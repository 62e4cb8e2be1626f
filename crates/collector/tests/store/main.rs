//! What every store must hold to, run against each store that there is.
//!
//! A new store gets a module like `sqlite`, which names its constructor; nothing here knows more of a
//! store than the trait. What is particular to `SQLite` (settings, migrations, views) is tested beside it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod contract;
mod million;
mod place;
mod rows;
mod sqlite;
