//! Rules for the parts of an event.
//!
//! Limits hold for every part that is there. What a part requires is asked only of the part that
//! the event's type names, hence `is_named`: the defaults of a batch may leave others behind.

use crate::limits::{
    MAX_EVENT_NAME_CHARS, MAX_NAME_CHARS, MAX_TEXT_CHARS, MAX_URL_CHARS, MAX_USER_AGENT_CHARS,
};
use crate::{
    ActionEventActionMap, ActionMediaType, ActionState, AddressableEntityRef, Browser, Device,
    GenericActionEvent, JourneyCampaign, JourneyGeolocation, OutcomeAchievedEvent, Referrer,
    SegmentAssignedEvent, SegmentAssignmentEvent, Timestamp, WebActionEvent, WebEvent,
};

use super::check::{At, Checked};
use super::context;

/// The [`Surroundings`] of a part, with its referrer's name on the wire and in the model.
macro_rules! surroundings {
    ($event:ident, $name:literal, $referrer:ident) => {
        Surroundings {
            user_agent: $event.user_agent_string.as_ref(),
            browser: $event.browser.as_ref(),
            device: $event.device.as_ref(),
            geolocation: $event.geolocation.as_ref(),
            ip_address: $event.ip_address.as_ref(),
            ip_organization: $event.ip_organization.as_ref(),
            campaign: $event.mkt_campaign.as_ref(),
            referrer: ($name, $event.$referrer.as_ref()),
        }
    };
}

pub(super) fn web_event(at: At<'_>, event: &WebEvent, is_named: bool) -> Checked {
    let at_name = at.member("eventName");
    match &event.event_name {
        Some(name) => at_name.length(name, 1, MAX_EVENT_NAME_CHARS)?,
        None if is_named => at_name.required(None)?,
        None => {}
    }
    if let Some(page) = &event.page {
        context::page(at.member("page"), page)?;
    }
    at.member("searchQuery")
        .text(event.search_query.as_ref(), MAX_TEXT_CHARS)?;
    if let Some(attributes) = &event.attributes {
        context::attributes(at.member("attributes"), attributes)?;
    }
    if let Some(traits) = &event.traits {
        context::attributes(at.member("traits"), traits)?;
    }
    surroundings!(event, "referrer", referrer).check(at)
}

pub(super) fn web_action_event(
    at: At<'_>,
    event: &WebActionEvent,
    is_named: bool,
    now: Timestamp,
) -> Checked {
    let at_action = at.member("action");
    match &event.action {
        Some(action) => {
            Action {
                id: action.id.as_ref(),
                state: action.state.as_ref(),
                media_type: action.media_type.as_ref(),
                prompt: action.prompt.as_ref(),
                created: action.created_date,
            }
            .check(at_action, now)?;
            // The collector derives the id from the name.
            let has_name = event
                .action_map
                .as_ref()
                .is_some_and(|map| map.display_name.is_some());
            if is_named && !has_name {
                at_action.member("id").required(action.id.as_ref())?;
            }
        }
        None if is_named => at_action.required(None)?,
        None => {}
    }
    if let Some(map) = &event.action_map {
        action_map(at.member("actionMap"), map, is_named)?;
    }
    if let Some(target) = &event.action_target {
        reference(at.member("actionTarget"), target)?;
    }
    failure(at, event.error_code.as_ref(), event.error_message.as_ref())?;
    surroundings!(event, "visitReferrer", visit_referrer).check(at)
}

pub(super) fn generic_action_event(
    at: At<'_>,
    event: &GenericActionEvent,
    is_named: bool,
    now: Timestamp,
) -> Checked {
    let at_action = at.member("action");
    match &event.action {
        Some(action) => {
            Action {
                id: action.id.as_ref(),
                state: action.state.as_ref(),
                media_type: action.media_type.as_ref(),
                prompt: action.prompt.as_ref(),
                created: action.created_date,
            }
            .check(at_action, now)?;
            at_action
                .member("mediaAddress")
                .text(action.media_address.as_ref(), MAX_URL_CHARS)?;
            if is_named {
                at_action.member("id").required(action.id.as_ref())?;
            }
        }
        None if is_named => at_action.required(None)?,
        None => {}
    }
    if let Some(map) = &event.action_map {
        action_map(at.member("actionMap"), map, is_named)?;
    }
    failure(at, event.error_code.as_ref(), event.error_message.as_ref())
}

pub(super) fn outcome_achieved_event(
    at: At<'_>,
    event: &OutcomeAchievedEvent,
    is_named: bool,
    now: Timestamp,
) -> Checked {
    let at_outcome = at.member("outcome");
    match &event.outcome {
        Some(outcome) => named(
            at_outcome,
            is_named,
            [
                outcome.id.as_ref(),
                outcome.self_uri.as_ref(),
                outcome.display_name.as_ref(),
            ],
        )?,
        None if is_named => at_outcome.required(None)?,
        None => {}
    }
    visit_created(at, event.visit_created_date, now)?;
    surroundings!(event, "visitReferrer", visit_referrer).check(at)
}

pub(super) fn segment_assigned_event(
    at: At<'_>,
    event: &SegmentAssignedEvent,
    is_named: bool,
    now: Timestamp,
) -> Checked {
    let at_segment = at.member("segment");
    match &event.segment {
        Some(segment) => {
            named(
                at_segment,
                is_named,
                [
                    segment.id.as_ref(),
                    segment.self_uri.as_ref(),
                    segment.display_name.as_ref(),
                ],
            )?;
            context::open(
                at_segment.member("scope"),
                segment.scope.as_ref().map(crate::SegmentScope::as_str),
            )?;
        }
        None if is_named => at_segment.required(None)?,
        None => {}
    }
    visit_created(at, event.visit_created_date, now)?;
    surroundings!(event, "visitReferrer", visit_referrer).check(at)
}

pub(super) fn segment_assignment_event(at: At<'_>, event: &SegmentAssignmentEvent) -> Checked {
    event
        .segment
        .as_ref()
        .map_or(Ok(()), |segment| reference(at.member("segment"), segment))
}

/// What `EventAction` and `GenericEventAction` share.
struct Action<'a> {
    id: Option<&'a String>,
    state: Option<&'a ActionState>,
    media_type: Option<&'a ActionMediaType>,
    prompt: Option<&'a String>,
    created: Option<Timestamp>,
}

impl Action<'_> {
    fn check(&self, at: At<'_>, now: Timestamp) -> Checked {
        at.member("id").id(self.id)?;
        context::open(at.member("state"), self.state.map(ActionState::as_str))?;
        context::open(
            at.member("mediaType"),
            self.media_type.map(ActionMediaType::as_str),
        )?;
        at.member("prompt").text(self.prompt, MAX_TEXT_CHARS)?;
        self.created
            .map_or(Ok(()), |date| at.member("createdDate").date(date, now))
    }
}

/// What every part that comes from a browser shares.
struct Surroundings<'a> {
    user_agent: Option<&'a String>,
    browser: Option<&'a Browser>,
    device: Option<&'a Device>,
    geolocation: Option<&'a JourneyGeolocation>,
    ip_address: Option<&'a String>,
    ip_organization: Option<&'a String>,
    campaign: Option<&'a JourneyCampaign>,
    /// With the name it has in this part.
    referrer: (&'a str, Option<&'a Referrer>),
}

impl Surroundings<'_> {
    fn check(&self, at: At<'_>) -> Checked {
        at.member("userAgentString")
            .text(self.user_agent, MAX_USER_AGENT_CHARS)?;
        if let Some(browser) = self.browser {
            context::browser(at.member("browser"), browser)?;
        }
        if let Some(device) = self.device {
            context::device(at.member("device"), device)?;
        }
        if let Some(place) = self.geolocation {
            context::geolocation(at.member("geolocation"), place)?;
        }
        at.member("ipAddress")
            .text(self.ip_address, MAX_NAME_CHARS)?;
        at.member("ipOrganization")
            .text(self.ip_organization, MAX_NAME_CHARS)?;
        if let Some(campaign) = self.campaign {
            context::campaign(at.member("mktCampaign"), campaign)?;
        }
        let (name, referrer) = self.referrer;
        referrer.map_or(Ok(()), |referrer| {
            context::referrer(at.member(name), referrer)
        })
    }
}

fn action_map(at: At<'_>, map: &ActionEventActionMap, is_named: bool) -> Checked {
    named(
        at,
        is_named,
        [
            map.id.as_ref(),
            map.self_uri.as_ref(),
            map.display_name.as_ref(),
        ],
    )
}

/// An object with an id, an address and a name, of which the name is required.
fn named(
    at: At<'_>,
    is_required: bool,
    [id, self_uri, display_name]: [Option<&String>; 3],
) -> Checked {
    at.member("id").id(id)?;
    at.member("selfUri").text(self_uri, MAX_URL_CHARS)?;
    match display_name {
        Some(name) => at.member("displayName").length(name, 1, MAX_TEXT_CHARS),
        None if is_required => at.member("displayName").required(None),
        None => Ok(()),
    }
}

fn reference(at: At<'_>, reference: &AddressableEntityRef) -> Checked {
    at.member("id").id(reference.id.as_ref())?;
    at.member("name")
        .text(reference.name.as_ref(), MAX_TEXT_CHARS)?;
    at.member("selfUri")
        .text(reference.self_uri.as_ref(), MAX_URL_CHARS)
}

fn failure(at: At<'_>, code: Option<&String>, message: Option<&String>) -> Checked {
    at.member("errorCode").text(code, MAX_NAME_CHARS)?;
    at.member("errorMessage").text(message, MAX_TEXT_CHARS)
}

fn visit_created(at: At<'_>, date: Option<Timestamp>, now: Timestamp) -> Checked {
    date.map_or(Ok(()), |date| at.member("visitCreatedDate").date(date, now))
}
