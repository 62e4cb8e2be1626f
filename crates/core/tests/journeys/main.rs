//! Whole visits, in virtual time.

mod capture;
mod counting;
mod delivery;
mod doubt;
mod identity;
mod limits;
mod parts;
mod privacy;
mod sessions;
mod support;
mod tabs;
