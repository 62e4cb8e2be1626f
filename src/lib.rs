//! The tracker in the browser: `sillage-core` with a shell around it.
//!
//! `bindings` is what JavaScript calls, `shell` turns numbers into what the core takes and its imperatives into numbers,
//! and `browser` imports what carries them out. Policy belongs in `sillage-core`, not here. One instance of the module
//! serves one tracker. It allocates nothing: what it knows are numbers.

mod bindings;
mod browser;
mod shell;

pub use bindings::{hear, open, stat};
