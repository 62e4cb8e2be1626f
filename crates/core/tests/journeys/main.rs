//! Whole visits, in virtual time.

mod capture;
mod counting;
mod delivery;
mod doubt;
mod limits;
mod privacy;
mod sessions;
mod support;
mod tabs;
