//! Rules for a whole event, as `POST /v1/batches` applies them.

use serde_json::{Map, Value};

use crate::error::{ErrorCode, ValidationError};
use crate::{Event, EventKind, Timestamp, limits, read};

use super::check::{At, Checked};
use super::part;

/// Checks an event that a sender hands in.
///
/// Required are `id`, `session.id`, `eventType`, `createdDate`, the part that the type names and
/// what that part cannot do without. What the collector derives may be absent: `correlationId`,
/// the parts of URLs, `action.id` where there is an `actionMap.displayName`, browser and device,
/// counts. A page may be absent, but a page without a URL is an error. A type that this version
/// does not know is taken when the part it names is there.
///
/// `now` is the receiver's clock; dates may lie between the year 2000 and a day after it.
///
/// # Errors
///
/// The first rule that is violated, with the path of the member.
pub fn validate_event(event: &Event, now: Timestamp) -> Result<(), ValidationError> {
    let at = At::ROOT;
    let at_id = at.member("id");
    at_id.uuid(at_id.required(event.id.as_deref())?)?;
    if let Some(id) = &event.correlation_id {
        at.member("correlationId").uuid(id)?;
    }
    customer(at, event)?;
    session(at, event)?;
    let at_created = at.member("createdDate");
    at_created.date(at_created.required(event.created_date)?, now)?;
    event_type(at, event)?;
    parts(at, event, now)?;
    if let Some(personalize) = &event.personalize {
        let at = at.member("personalize");
        personalize.check(at)?;
        unknown_members(at, &personalize.extra)?;
    }
    unknown_members(at, &event.extra)
}

fn customer(at: At<'_>, event: &Event) -> Checked {
    at.member("customerId").id(event.customer_id.as_ref())?;
    at.member("customerIdType")
        .id(event.customer_id_type.as_ref())?;
    if event.customer_id.is_some() {
        at.member("customerIdType")
            .required(event.customer_id_type.as_ref())?;
    }
    Ok(())
}

fn session(at: At<'_>, event: &Event) -> Checked {
    let at = at.member("session");
    let session = at.required(event.session.as_ref())?;
    let id = at.member("id").required(session.id.as_ref())?;
    at.member("id").id(Some(id))?;
    at.member("name")
        .text(session.name.as_ref(), limits::MAX_TEXT_CHARS)?;
    at.member("selfUri")
        .text(session.self_uri.as_ref(), limits::MAX_URL_CHARS)?;
    super::context::open(
        at.member("type"),
        session
            .session_type
            .as_ref()
            .map(crate::SessionType::as_str),
    )
}

fn event_type(at: At<'_>, event: &Event) -> Checked {
    let at_type = at.member("eventType");
    let event_type = at_type.required(event.event_type.as_ref())?;
    at_type.length(event_type, 1, limits::MAX_NAME_CHARS)?;
    let (part, is_there) = match EventKind::of(event_type) {
        Some(kind) => (kind.part().to_owned(), has_part(event, kind)),
        None => match part_of_unknown(event_type) {
            Some(part) if event.extra.get(&part).is_some_and(Value::is_object) => (part, true),
            _ => {
                let rule = "must be a known event type, or name a part that the event carries";
                return Err(at_type.error(ErrorCode::OutOfRange, rule));
            }
        },
    };
    if is_there {
        Ok(())
    } else {
        at.member(&part).required(None)
    }
}

fn has_part(event: &Event, kind: EventKind) -> bool {
    match kind {
        EventKind::Web => event.web_event.is_some(),
        EventKind::WebAction => event.web_action_event.is_some(),
        EventKind::GenericAction => event.generic_action_event.is_some(),
        EventKind::OutcomeAchieved => event.outcome_achieved_event.is_some(),
        EventKind::SegmentAssigned => event.segment_assigned_event.is_some(),
        EventKind::SegmentAssignment => event.segment_assignment_event.is_some(),
        EventKind::App => event.app_event.is_some(),
    }
}

/// `com.genesys.journey.FooEvent` names the part `fooEvent`, as all known types do.
fn part_of_unknown(event_type: &str) -> Option<String> {
    let name = event_type.rsplit('.').next()?;
    let mut chars = name.chars();
    let first = chars.next()?;
    Some(first.to_lowercase().chain(chars).collect())
}

fn parts(at: At<'_>, event: &Event, now: Timestamp) -> Checked {
    let kind = event.kind();
    let is = |other| kind == Some(other);
    if let Some(web) = &event.web_event {
        part::web_event(at.member("webEvent"), web, is(EventKind::Web))?;
    }
    if let Some(action) = &event.web_action_event {
        let at = at.member("webActionEvent");
        part::web_action_event(at, action, is(EventKind::WebAction), now)?;
    }
    if let Some(action) = &event.generic_action_event {
        let at = at.member("genericActionEvent");
        part::generic_action_event(at, action, is(EventKind::GenericAction), now)?;
    }
    if let Some(outcome) = &event.outcome_achieved_event {
        let at = at.member("outcomeAchievedEvent");
        part::outcome_achieved_event(at, outcome, is(EventKind::OutcomeAchieved), now)?;
    }
    if let Some(segment) = &event.segment_assigned_event {
        let at = at.member("segmentAssignedEvent");
        part::segment_assigned_event(at, segment, is(EventKind::SegmentAssigned), now)?;
    }
    if let Some(segment) = &event.segment_assignment_event {
        part::segment_assignment_event(at.member("segmentAssignmentEvent"), segment)?;
    }
    if let Some(app) = &event.app_event {
        unknown_members(at.member("appEvent"), app)?;
    }
    Ok(())
}

/// Members that are kept without being understood must at least not be built to exhaust a reader.
fn unknown_members(at: At<'_>, members: &Map<String, Value>) -> Checked {
    for (name, value) in members {
        at.member(name).length(name, 0, limits::MAX_NAME_CHARS)?;
        if read::nesting(value) >= limits::MAX_NESTING {
            let rule = format!("must not nest deeper than {}", limits::MAX_NESTING);
            return Err(at.member(name).error(ErrorCode::TooDeep, rule));
        }
    }
    Ok(())
}
