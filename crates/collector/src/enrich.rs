//! What follows from an event and its request is filled in here, once. Pure.
//!
//! What the client said is never overwritten: its hints know more than the user agent tells.
//! `Accept-Language` is not used: it says what a browser asks for, not what its page speaks.

mod complete;
mod user_agent;

use std::collections::HashMap;
use std::sync::Arc;

use sillage_protocol::{Event, derive, limits};

pub use self::user_agent::{UserAgent, UserAgents};

/// What is known of the request that a batch came with.
#[derive(Debug)]
pub struct Surroundings<'a> {
    user_agents: &'a UserAgents,
    header: Option<String>,
    /// The agents that this batch has named, mostly one: parsing costs about 20 µs.
    parsed: HashMap<String, Arc<UserAgent>>,
}

impl<'a> Surroundings<'a> {
    /// Takes the `User-Agent` of the request, cut to what the contract allows.
    pub fn new(user_agents: &'a UserAgents, header: Option<&str>) -> Self {
        let header = header.map(|text| text.chars().take(limits::MAX_USER_AGENT_CHARS).collect());
        Self {
            user_agents,
            header,
            parsed: HashMap::new(),
        }
    }

    /// What the event's own user agent says, else the request's.
    fn user_agent(&mut self, own: Option<&str>) -> Option<(String, Arc<UserAgent>)> {
        let text = own.or(self.header.as_deref())?;
        if let Some(agent) = self.parsed.get(text) {
            return Some((text.to_owned(), Arc::clone(agent)));
        }
        let agent = Arc::new(self.user_agents.parse(text));
        self.parsed.insert(text.to_owned(), Arc::clone(&agent));
        Some((text.to_owned(), agent))
    }
}

/// Fills what the tracker leaves to be derived. The visitor's totals are the store's to fill.
pub fn enrich(event: &mut Event, site_id: &str, surroundings: &mut Surroundings<'_>) {
    derive::complete(event, site_id);
    // Written exactly, however leniently it was read.
    if let Some(kind) = event.kind() {
        event.event_type = Some(kind.event_type().to_owned());
    }
    complete::fill_user_agent(event, surroundings);
    complete::fill_required(event);
}
