//! Whole visits, in virtual time.

mod capture;
mod counting;
mod delivery;
mod doubt;
mod identity;
mod limits;
#[path = "../paper/mod.rs"]
mod paper;
mod parts;
mod privacy;
mod sessions;
mod support;
mod tabs;
