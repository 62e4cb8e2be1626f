//! Between our event and what Genesys Cloud's write calls take.

use serde_json::Value;
use uuid::{Uuid, uuid};

use crate::error::{ErrorCode, ValidationError};
use crate::event::CUSTOMER_ID_TYPE_COOKIE;
use crate::genesys::{
    ActionEventRequest, RequestPage, WebEventBrowser, WebEventDevice, WebEventRequest,
};
use crate::{
    Browser, Device, Event, EventAction, EventKind, EventSession, JourneyPage, Referrer,
    SessionType, Timestamp, WebActionEvent, WebEvent, event_type,
};

/// Namespace of the cookie ids that [`to_web_event_request`] makes: the version 5 UUID of
/// `urn:sillage:customer` in RFC 9562's URL namespace.
pub const CUSTOMER_NAMESPACE: Uuid = uuid!("3b3d5d78-3fc0-53f8-9ff1-02d0ea82a408");

/// Where `externalId` is kept in our event, which has no member of that name.
pub(super) const EXTERNAL_ID: &str = "externalId";

/// What a request leaves to the server: the ids of the event to be made of it.
#[derive(Clone, Copy, Debug)]
pub struct NewEvent<'a> {
    /// UUID of the event.
    pub id: Uuid,
    /// Id of the session that the server has found or begun for the visitor.
    pub session_id: &'a str,
}

/// Maps a web event to the request that hands it to Genesys Cloud at the time `now`.
///
/// Characters that an event name may not hold there become `_`. A page without a title is sent with
/// its URL for one, since a title is required. `customerCookieId` is the visitor's id where that is
/// a UUID; otherwise the version 5 UUID of it in [`CUSTOMER_NAMESPACE`], or for an anonymous
/// visitor that of the session id. An identified customer's id becomes `externalId`.
///
/// # Errors
///
/// [`ErrorCode::Unmappable`] for an event that is no web event, and every rule of
/// [`WebEventRequest::validate`]: above all, [`ErrorCode::TooOld`].
pub fn to_web_event_request(
    event: &Event,
    now: Timestamp,
) -> Result<WebEventRequest, ValidationError> {
    let (Some(EventKind::Web), Some(web)) = (event.kind(), &event.web_event) else {
        return Err(unmappable("is no web event"));
    };
    let external_id = match web.extra.get(EXTERNAL_ID) {
        Some(Value::String(id)) => Some(id.clone()),
        _ => event
            .customer_id
            .clone()
            .filter(|_| !event.is_known_by_cookie()),
    };
    let request = WebEventRequest {
        customer_cookie_id: customer_cookie_id(event),
        event_name: web.event_name.as_deref().map(event_name),
        page: web.page.as_ref().map(|page| RequestPage {
            url: page.url.clone(),
            title: page
                .title
                .clone()
                .filter(|title| !title.is_empty())
                .or_else(|| page.url.clone()),
            keywords: page.keywords.clone(),
            lang: page.lang.clone(),
            ..RequestPage::default()
        }),
        user_agent_string: web.user_agent_string.clone(),
        browser: web.browser.as_ref().and_then(request_browser),
        device: web.device.as_ref().and_then(request_device),
        search_query: web.search_query.clone(),
        ip_address: web.ip_address.clone(),
        referrer_url: web
            .referrer
            .as_ref()
            .and_then(|referrer| referrer.url.clone()),
        attributes: web.attributes.clone(),
        traits: web.traits.clone(),
        external_id,
        created_date: event.created_date,
        ..WebEventRequest::default()
    };
    request.validate(now)?;
    Ok(request)
}

/// Maps a request to an event, to be completed by [`crate::derive::complete`].
///
/// # Errors
///
/// Every rule of [`WebEventRequest::validate`] at the time `now`.
pub fn from_web_event_request(
    request: &WebEventRequest,
    new: NewEvent<'_>,
    now: Timestamp,
) -> Result<Event, ValidationError> {
    request.validate(now)?;
    let mut extra = request.extra.clone();
    if let Some(id) = &request.external_id {
        extra.insert(EXTERNAL_ID.to_owned(), Value::String(id.clone()));
    }
    let web = WebEvent {
        event_name: request.event_name.clone(),
        page: request.page.as_ref().map(|page| JourneyPage {
            url: page.url.clone(),
            title: page.title.clone(),
            keywords: page.keywords.clone(),
            lang: page.lang.clone(),
            extra: page.extra.clone(),
            ..JourneyPage::default()
        }),
        user_agent_string: request.user_agent_string.clone(),
        browser: request.browser.as_ref().map(|browser| Browser {
            family: browser.family.clone(),
            version: browser.version.clone(),
            lang: browser.lang.clone(),
            extra: browser.extra.clone(),
            ..Browser::default()
        }),
        device: request.device.as_ref().map(journey_device),
        search_query: request.search_query.clone(),
        ip_address: request.ip_address.clone(),
        referrer: request.referrer_url.as_ref().map(|url| Referrer {
            url: Some(url.clone()),
            ..Referrer::default()
        }),
        attributes: request.attributes.clone(),
        traits: request.traits.clone(),
        extra,
        ..WebEvent::default()
    };
    Ok(Event {
        customer_id: request.customer_cookie_id.clone(),
        customer_id_type: Some(CUSTOMER_ID_TYPE_COOKIE.to_owned()),
        event_type: Some(event_type::WEB.to_owned()),
        web_event: Some(web),
        created_date: request.created_date,
        ..new_event(new)
    })
}

/// Maps a web action event to the request that reports its state.
///
/// # Errors
///
/// [`ErrorCode::Unmappable`] for an event that is no web action event, and every rule of
/// [`ActionEventRequest::validate`].
pub fn to_action_event_request(event: &Event) -> Result<ActionEventRequest, ValidationError> {
    let (Some(EventKind::WebAction), Some(web)) = (event.kind(), &event.web_action_event) else {
        return Err(unmappable("is no web action event"));
    };
    let action = web.action.as_ref();
    let request = ActionEventRequest {
        session_id: event
            .session
            .as_ref()
            .and_then(|session| session.id.clone()),
        action_id: action.and_then(|action| action.id.clone()),
        action_state: action.and_then(|action| action.state.clone()),
        error_code: web.error_code.clone(),
        error_message: web.error_message.clone(),
        ..ActionEventRequest::default()
    };
    request.validate()?;
    Ok(request)
}

/// Maps a request to an event of the time `now`, since the request says none. The session is the
/// request's own.
///
/// # Errors
///
/// Every rule of [`ActionEventRequest::validate`].
pub fn from_action_event_request(
    request: &ActionEventRequest,
    id: Uuid,
    now: Timestamp,
) -> Result<Event, ValidationError> {
    request.validate()?;
    let web = WebActionEvent {
        action: Some(EventAction {
            id: request.action_id.clone(),
            state: request.action_state.clone(),
            ..EventAction::default()
        }),
        error_code: request.error_code.clone(),
        error_message: request.error_message.clone(),
        extra: request.extra.clone(),
        ..WebActionEvent::default()
    };
    let session_id = request.session_id.as_deref().unwrap_or_default();
    Ok(Event {
        event_type: Some(event_type::WEB_ACTION.to_owned()),
        web_action_event: Some(web),
        created_date: Some(now),
        ..new_event(NewEvent { id, session_id })
    })
}

fn new_event(new: NewEvent<'_>) -> Event {
    let id = new.id.to_string();
    Event {
        id: Some(id.clone()),
        correlation_id: Some(id),
        session: Some(EventSession {
            id: Some(new.session_id.to_owned()),
            session_type: Some(SessionType::Web),
            ..EventSession::default()
        }),
        ..Event::default()
    }
}

fn unmappable(rule: &str) -> ValidationError {
    ValidationError::new(ErrorCode::Unmappable, "eventType", rule)
}

fn customer_cookie_id(event: &Event) -> Option<String> {
    const UUID_CHARS: usize = 36;
    let session_id = event
        .session
        .as_ref()
        .and_then(|session| session.id.as_ref());
    let (id, may_stand) = match &event.customer_id {
        Some(id) => (id, event.is_known_by_cookie()),
        None => (session_id?, true),
    };
    if may_stand && id.len() == UUID_CHARS && Uuid::try_parse(id).is_ok() {
        return Some(id.clone());
    }
    let kind = event.customer_id_type.as_deref().unwrap_or_default();
    Some(Uuid::new_v5(&CUSTOMER_NAMESPACE, format!("{kind}\n{id}").as_bytes()).to_string())
}

fn event_name(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '_' {
                c
            } else {
                '_'
            }
        })
        .collect()
}

/// The request's browser; `None` where what it requires is not known.
pub(super) fn request_browser(browser: &Browser) -> Option<WebEventBrowser> {
    Some(WebEventBrowser {
        family: Some(browser.family.clone()?),
        version: Some(browser.version.clone()?),
        lang: browser.lang.clone(),
        ..WebEventBrowser::default()
    })
}

/// The request's device; `None` where what it requires is not known.
pub(super) fn request_device(device: &Device) -> Option<WebEventDevice> {
    Some(WebEventDevice {
        category: Some(device.category.clone()?),
        device_type: Some(device.device_type.clone()?),
        os_family: Some(device.os_family.clone()?),
        os_version: Some(device.os_version.clone()?),
        is_mobile: device.is_mobile,
        screen_height: device.screen_height,
        screen_width: device.screen_width,
        screen_density: device.screen_density,
        manufacturer: device.manufacturer.clone(),
        ..WebEventDevice::default()
    })
}

fn journey_device(device: &WebEventDevice) -> Device {
    Device {
        category: device.category.clone(),
        device_type: device.device_type.clone(),
        is_mobile: device.is_mobile,
        screen_height: device.screen_height,
        screen_width: device.screen_width,
        screen_density: device.screen_density,
        os_family: device.os_family.clone(),
        os_version: device.os_version.clone(),
        manufacturer: device.manufacturer.clone(),
        extra: device.extra.clone(),
        ..Device::default()
    }
}
