//! The browser, as the captures need it.

pub(crate) mod clock;
pub(crate) mod timer;
