//! Whole visits, in virtual time.

mod capture;
mod delivery;
mod privacy;
mod sessions;
mod support;
