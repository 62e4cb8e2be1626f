//! The captures in the browser: `sillage-capture` with a shell that tells JavaScript what is to be recorded.
//! Rules belong in `sillage-capture`, not here.

mod bindings;
mod browser;
mod shell;

pub use bindings::{add_percentage, add_trigger, hear, open, stop};

/// As in the tracker's module: small beats fast.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: lol_alloc::LockedAllocator<lol_alloc::FreeListAllocator> =
    lol_alloc::LockedAllocator::new(lol_alloc::FreeListAllocator::new());
