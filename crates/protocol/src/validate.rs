//! The rules by which a receiver accepts or rejects what it has read.
//!
//! Two strengths: [`validate_event`] is what `POST /v1/batches` asks of a sender, so whatever the
//! collector can derive may be absent; [`validate_strict`] is what a stored event must carry so
//! that every published SDK version reads it.

pub(crate) mod check;
mod context;
mod event;
mod part;
mod site_id;
mod strict;

pub(crate) use self::{context::attributes as check_attributes, site_id::check_site_id};
pub use self::{
    event::validate_event,
    site_id::validate_site_id,
    strict::{RequiredSet, missing_fields, validate_strict},
};
