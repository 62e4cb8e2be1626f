//! The tracker in the browser: `sillage-core` with a shell around it.
//!
//! `bindings` is what JavaScript calls, `shell` feeds the core and carries out its imperatives, and
//! `browser` holds the adapters. Policy belongs in `sillage-core`, not here.

mod bindings;
mod browser;
mod shell;

pub use bindings::{hear, open, redact, stats, stop};
pub use browser::host::Host;

/// The module has one thread and few objects: a small allocator beats a fast one (the default
/// one, dlmalloc, costs 2 KB more of brotli).
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: lol_alloc::LockedAllocator<lol_alloc::FreeListAllocator> =
    lol_alloc::LockedAllocator::new(lol_alloc::FreeListAllocator::new());
