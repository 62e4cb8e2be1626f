//! The tracker in the browser.
