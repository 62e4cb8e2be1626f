//! What follows from an event and its request is filled in here, once. Pure.
//!
//! What the client said is never overwritten: its hints know more than the user agent tells.
//! `Accept-Language` is not used: it says what a browser asks for, not what its page speaks.

mod address;
mod complete;
mod domain;
mod place;
mod referrer;
mod sources;
mod user_agent;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use sillage_protocol::{Event, derive, limits};

use self::place::Place;
pub use self::{
    address::AddressDetail,
    sources::{SourceError, Sources},
    user_agent::{UserAgent, UserAgents},
};

/// What is known of the request that a batch came with.
#[derive(Debug)]
pub struct Surroundings<'a> {
    sources: &'a Sources,
    header: Option<String>,
    address: Option<IpAddr>,
    /// What was found of the address as it is kept, mostly one.
    places: HashMap<IpAddr, Arc<Place>>,
}

impl<'a> Surroundings<'a> {
    /// Takes the `User-Agent` of the request, cut to what the contract allows, and the address of the
    /// visitor; none of both where the request is not the visitor's own.
    pub fn new(sources: &'a Sources, header: Option<&str>, address: Option<IpAddr>) -> Self {
        let header = header.map(|text| text.chars().take(limits::MAX_USER_AGENT_CHARS).collect());
        Self {
            sources,
            header,
            address,
            places: HashMap::new(),
        }
    }

    /// What is kept of the visitor's address, and what is known of that.
    fn place(&mut self, is_anonymous: bool) -> Option<(IpAddr, Arc<Place>)> {
        let kept = self.sources.addresses.of(self.address?, is_anonymous)?;
        let place = self
            .places
            .entry(kept)
            .or_insert_with(|| Arc::new(self.sources.places.find(kept)));
        Some((kept, Arc::clone(place)))
    }

    /// What the event's own user agent says, else the request's.
    fn user_agent(&self, own: Option<&str>) -> Option<(String, Arc<UserAgent>)> {
        let text = own.or(self.header.as_deref())?;
        Some((text.to_owned(), self.sources.user_agents.read(text)))
    }
}

/// Fills what the tracker leaves to be derived. The visitor's totals and what led to the visit are the
/// store's to fill. Gives whether a program sent it, not a visitor, as far as its user agent tells.
pub fn enrich(event: &mut Event, site_id: &str, surroundings: &mut Surroundings<'_>) -> bool {
    let has_said = complete::fill_domains(event);
    derive::complete(event, site_id);
    complete::fill_referrer(event, has_said, &surroundings.sources.referrers);
    // Written exactly, however leniently it was read.
    if let Some(kind) = event.kind() {
        event.event_type = Some(kind.event_type().to_owned());
    }
    let is_bot = complete::fill_surroundings(event, surroundings);
    complete::fill_required(event);
    is_bot
}
