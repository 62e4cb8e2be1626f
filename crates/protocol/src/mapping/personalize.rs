//! Between our event and Amazon Personalize's.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::{Uuid, uuid};

use crate::error::{ErrorCode, ValidationError};
use crate::personalize::{
    self, Event as PersonalizeEvent, MAX_EVENTS, PersonalizePart, PutEventsRequest,
};
use crate::{
    ActionMediaType, ActionState, Attributes, Event, EventAction, EventSession, SessionType,
    WebEvent, attribute, event_type,
};

/// Kind of identifier that a user of Amazon Personalize has.
const USER_ID_TYPE: &str = "userId";

/// Namespace of the ids that [`from_put_events`] makes of foreign event ids: the version 5 UUID of
/// `urn:sillage:put-events` in RFC 9562's URL namespace.
pub const EVENT_NAMESPACE: Uuid = uuid!("b50f3cc3-ed72-5add-b2ae-dfcdf62c113d");

/// Maps one event to a request that holds it alone.
///
/// The `personalize` part goes first. What it leaves open is derived: the type is the event's name,
/// for web actions `click` or `offer_` and the state; `itemId`, `eventValue` and
/// `recommendationId` are lifted from attributes of these names; the remaining attributes become
/// `properties`, as text, without those whose names Personalize reserves. `sentAt` is when the
/// event happened. A visitor known by a cookie only is sent without `userId`: Personalize must not
/// take a browser for a user, and ties a session's anonymous events to the user who appears in it.
///
/// # Errors
///
/// [`ErrorCode::Unmappable`] for an event without a type at Personalize (goals and segments, unless
/// their `personalize` part names one), [`ErrorCode::MissingField`] without a session or a date,
/// and every limit of [`PutEventsRequest::validate`].
pub fn to_put_events(
    event: &Event,
    tracking_id: &str,
) -> Result<PutEventsRequest, ValidationError> {
    let request = PutEventsRequest {
        tracking_id: Some(tracking_id.to_owned()),
        user_id: event
            .customer_id
            .clone()
            .filter(|_| !event.is_known_by_cookie()),
        session_id: event
            .session
            .as_ref()
            .and_then(|session| session.id.clone()),
        event_list: Some(vec![personalize_event(event)?]),
        ..PutEventsRequest::default()
    };
    request.validate()?;
    Ok(request)
}

fn personalize_event(event: &Event) -> Result<PersonalizeEvent, ValidationError> {
    let empty = PersonalizePart::default();
    let part = event.personalize.as_ref().unwrap_or(&empty);
    let mut rest = event
        .web_event
        .as_ref()
        .and_then(|web| web.attributes.clone())
        .unwrap_or_default();
    // Given properties are sent as they are, so nothing of them is lifted either.
    let mut lift = |name: &str| match part.properties {
        None => rest.remove(name).map(|attribute| attribute.value),
        Some(_) => None,
    };
    let item_id = lift("itemId");
    let event_value = lift("eventValue")
        .and_then(|text| text.parse::<f64>().ok())
        .filter(|value| value.is_finite());
    let recommendation_id = lift("recommendationId");
    let type_name = part
        .event_type
        .clone()
        .or_else(|| default_type(event))
        .ok_or_else(|| {
            let rule = "has no event type at Amazon Personalize";
            ValidationError::new(ErrorCode::Unmappable, "eventType", rule)
        })?;
    Ok(PersonalizeEvent {
        event_id: part.event_id.clone().or_else(|| event.id.clone()),
        event_type: Some(type_name),
        event_value: part.event_value.or(event_value),
        item_id: part.item_id.clone().or(item_id),
        properties: part.properties.clone().or_else(|| properties(&rest)),
        sent_at: part
            .sent_at
            .clone()
            .or_else(|| event.created_date.map(personalize::seconds)),
        recommendation_id: part.recommendation_id.clone().or(recommendation_id),
        impression: part.impression.clone(),
        metric_attribution: part.metric_attribution.clone(),
        extra: part.extra.clone(),
    })
}

fn default_type(event: &Event) -> Option<String> {
    if let Some(web) = &event.web_event {
        return web.event_name.clone();
    }
    let action = event.web_action_event.as_ref()?.action.as_ref();
    Some(action_type(action))
}

fn action_type(action: Option<&EventAction>) -> String {
    let state = action.and_then(|action| action.state.as_ref());
    let media_type = action.and_then(|action| action.media_type.as_ref());
    let is_ordinary = matches!(media_type, None | Some(ActionMediaType::OpenAction));
    match state {
        None | Some(ActionState::Engaged) if is_ordinary => "click".to_owned(),
        Some(state) => format!("offer_{state}"),
        None => "offer".to_owned(),
    }
}

/// The schema's fields as text, as the guide's examples have them; `None` where there are none.
fn properties(attributes: &Attributes) -> Option<String> {
    let members: Map<String, Value> = attributes
        .iter()
        .filter(|(name, _)| !personalize::is_reserved_property(name))
        .map(|(name, attribute)| (name.clone(), Value::String(attribute.value.clone())))
        .collect();
    (!members.is_empty()).then(|| Value::Object(members).to_string())
}

/// Requests of at most ten events of one user and session, and the events that could not be mapped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PutEventsGroups {
    /// The requests; within each, events are in the order they were given in.
    pub requests: Vec<PutEventsRequest>,
    /// For each request, the positions of its events among those that were given.
    pub positions: Vec<Vec<usize>>,
    /// Positions of the events that could not be mapped, with the reason.
    pub unmapped: Vec<(usize, ValidationError)>,
}

/// Maps events to as few requests as the service's rules allow.
pub fn group_put_events<'e>(
    events: impl IntoIterator<Item = &'e Event>,
    tracking_id: &str,
) -> PutEventsGroups {
    let mut groups = PutEventsGroups::default();
    // The request that still has room, by user and session.
    let mut open: BTreeMap<(Option<String>, Option<String>), usize> = BTreeMap::new();
    for (index, event) in events.into_iter().enumerate() {
        let request = match to_put_events(event, tracking_id) {
            Ok(request) => request,
            Err(error) => {
                groups.unmapped.push((index, error));
                continue;
            }
        };
        let key = (request.user_id.clone(), request.session_id.clone());
        let at = open.get(&key).copied().unwrap_or(usize::MAX);
        let list = groups
            .requests
            .get_mut(at)
            .and_then(|group| group.event_list.as_mut());
        match (list, groups.positions.get_mut(at)) {
            (Some(list), Some(positions)) if list.len() < MAX_EVENTS => {
                list.extend(request.event_list.unwrap_or_default());
                positions.push(index);
            }
            _ => {
                open.insert(key, groups.requests.len());
                groups.requests.push(request);
                groups.positions.push(vec![index]);
            }
        }
    }
    groups
}

/// Maps a request to events of the type `WebEvent`.
///
/// The type becomes the event's name, the properties its attributes; what our event has no place
/// for is kept in its `personalize` part, so that [`to_put_events`] gives the same event back (with
/// an `eventId` where it had none). An `eventId` that is a UUID becomes the event's id; any other
/// becomes the version 5 UUID, in [`EVENT_NAMESPACE`], of the tracking id, a line feed and the
/// `eventId`, so that the same event is known again in every request. An event without one gets the
/// version 5 UUID of its position in `request_id`, which should be the same for every attempt at a
/// request and differ between requests.
///
/// # Errors
///
/// Every limit of [`PutEventsRequest::validate`].
pub fn from_put_events(
    request: &PutEventsRequest,
    request_id: Uuid,
) -> Result<Vec<Event>, ValidationError> {
    request.validate()?;
    let events = request.event_list.as_deref().unwrap_or_default();
    Ok(events
        .iter()
        .enumerate()
        .map(|(index, event)| {
            journey_event(
                request,
                event,
                &Uuid::new_v5(&request_id, index.to_string().as_bytes()),
            )
        })
        .collect())
}

fn journey_event(request: &PutEventsRequest, event: &PersonalizeEvent, spare_id: &Uuid) -> Event {
    const UUID_CHARS: usize = 36;
    let (id, foreign_id) = match &event.event_id {
        Some(id) if id.len() == UUID_CHARS && Uuid::try_parse(id).is_ok() => (id.clone(), None),
        Some(id) => {
            let tracking_id = request.tracking_id.as_deref().unwrap_or_default();
            let name = format!("{tracking_id}\n{id}");
            (
                Uuid::new_v5(&EVENT_NAMESPACE, name.as_bytes()).to_string(),
                Some(id.clone()),
            )
        }
        None => (spare_id.to_string(), None),
    };
    let created = event.sent_at_timestamp();
    let kept_sent_at = event
        .sent_at
        .clone()
        .filter(|sent_at| created.map(personalize::seconds).as_ref() != Some(sent_at));
    Event {
        id: Some(id.clone()),
        correlation_id: Some(id),
        customer_id: request.user_id.clone(),
        customer_id_type: request.user_id.as_ref().map(|_| USER_ID_TYPE.to_owned()),
        session: Some(EventSession {
            id: request.session_id.clone(),
            session_type: Some(SessionType::Web),
            ..EventSession::default()
        }),
        event_type: Some(event_type::WEB.to_owned()),
        web_event: Some(WebEvent {
            event_name: event.event_type.clone(),
            attributes: event.properties.as_deref().and_then(attributes),
            ..WebEvent::default()
        }),
        personalize: Some(PersonalizePart {
            event_id: foreign_id,
            event_type: None,
            item_id: event.item_id.clone(),
            event_value: event.event_value,
            recommendation_id: event.recommendation_id.clone(),
            impression: event.impression.clone(),
            metric_attribution: event.metric_attribution.clone(),
            properties: event.properties.clone(),
            sent_at: kept_sent_at,
            extra: event.extra.clone(),
        }),
        created_date: created,
        ..Event::default()
    }
}

fn attributes(properties: &str) -> Option<Attributes> {
    let members: Map<String, Value> = serde_json::from_str(properties).ok()?;
    Some(attribute::from_values(members))
}
