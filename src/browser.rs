//! Adapters to the browser: thin enough to be reviewed by eye. None decides anything.

pub(crate) mod clock;
pub(crate) mod host;
pub(crate) mod timer;
