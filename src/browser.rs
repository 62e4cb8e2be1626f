//! The adapter to the browser: thin enough to be reviewed by eye. It decides nothing.

pub(crate) mod page;
