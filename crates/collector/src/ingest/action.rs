//! An action's new state says only which action and session it is about: what the session knows of
//! both is filled in. Pure.

use sillage_protocol::{ActionEventActionMap, Event, WebActionEvent};

/// Fills in what `known`, an earlier event of the same action, says of it, and what any event of the
/// session says of the visitor. What the event says itself is kept.
pub(crate) fn continue_action(event: &mut Event, known: Option<&Event>, session: &[&Event]) {
    if let Some(known) = known {
        event.correlation_id.clone_from(&known.correlation_id);
    }
    let identified = known
        .into_iter()
        .chain(session.iter().copied())
        .find(|other| other.customer_id.is_some());
    if let Some(other) = identified
        && event.customer_id.is_none()
    {
        event.customer_id.clone_from(&other.customer_id);
        event.customer_id_type.clone_from(&other.customer_id_type);
    }
    let Some(part) = &mut event.web_action_event else {
        return;
    };
    if let Some(known) = known.and_then(|known| known.web_action_event.as_ref()) {
        describe(part, known);
    }
    for other in known.into_iter().chain(session.iter().copied()) {
        surround(part, other);
    }
    let id = part.action.as_ref().and_then(|action| action.id.clone());
    // An action that nothing else is known of is displayed under its id.
    part.action_map.get_or_insert_with(|| ActionEventActionMap {
        display_name: id,
        ..ActionEventActionMap::default()
    });
}

/// What stays the same of an action from one state to the next.
fn describe(part: &mut WebActionEvent, known: &WebActionEvent) {
    if let (Some(action), Some(before)) = (&mut part.action, &known.action) {
        fill(&mut action.media_type, before.media_type.as_ref());
        fill(&mut action.prompt, before.prompt.as_ref());
        if action.created_date.is_none() {
            action.created_date = before.created_date;
        }
    }
    fill(&mut part.action_map, known.action_map.as_ref());
    fill(&mut part.action_target, known.action_target.as_ref());
}

/// Where the visitor is and with what, as another event of the session has it.
fn surround(part: &mut WebActionEvent, other: &Event) {
    if let Some(web) = &other.web_event {
        fill(&mut part.user_agent_string, web.user_agent_string.as_ref());
        fill(&mut part.browser, web.browser.as_ref());
        fill(&mut part.device, web.device.as_ref());
        fill(&mut part.geolocation, web.geolocation.as_ref());
        fill(&mut part.ip_address, web.ip_address.as_ref());
        fill(&mut part.ip_organization, web.ip_organization.as_ref());
        fill(&mut part.mkt_campaign, web.mkt_campaign.as_ref());
        fill(&mut part.visit_referrer, web.referrer.as_ref());
    }
    if let Some(action) = &other.web_action_event {
        fill(
            &mut part.user_agent_string,
            action.user_agent_string.as_ref(),
        );
        fill(&mut part.browser, action.browser.as_ref());
        fill(&mut part.device, action.device.as_ref());
        fill(&mut part.geolocation, action.geolocation.as_ref());
        fill(&mut part.ip_address, action.ip_address.as_ref());
        fill(&mut part.ip_organization, action.ip_organization.as_ref());
        fill(&mut part.mkt_campaign, action.mkt_campaign.as_ref());
        fill(&mut part.visit_referrer, action.visit_referrer.as_ref());
    }
}

fn fill<T: Clone>(member: &mut Option<T>, known: Option<&T>) {
    if member.is_none() {
        *member = known.cloned();
    }
}
