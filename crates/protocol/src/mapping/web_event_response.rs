//! From a stored event to what Genesys Cloud answers to who handed it in.

use serde_json::Value;

use super::genesys::{EXTERNAL_ID, request_browser, request_device};
use crate::Event;
use crate::genesys::{ResponsePage, WebEventResponse, WebEventResponseSession};

/// The answer to a web event, with the session that it has become part of.
pub fn to_web_event_response(event: &Event, session: WebEventResponseSession) -> WebEventResponse {
    let web = event.web_event.clone().unwrap_or_default();
    WebEventResponse {
        customer_id: event.customer_id.clone(),
        event_name: web.event_name,
        customer_id_type: event.customer_id_type.clone(),
        page: web.page.map(|page| ResponsePage {
            url: page.url,
            title: page.title,
            domain: page.domain,
            fragment: page.fragment,
            hostname: page.hostname,
            keywords: page.keywords,
            lang: page.lang,
            pathname: page.pathname,
            query_string: page.query_string,
            extra: page.extra,
        }),
        user_agent_string: web.user_agent_string,
        browser: web.browser.as_ref().and_then(request_browser),
        device: web.device.as_ref().and_then(request_device),
        search_query: web.search_query,
        ip_organization: web.ip_organization,
        geolocation: web.geolocation,
        mkt_campaign: web.mkt_campaign,
        session: Some(session),
        referrer: web.referrer,
        attributes: web.attributes,
        traits: web.traits,
        authenticated: web.authenticated,
        external_id: match web.extra.get(EXTERNAL_ID) {
            Some(Value::String(id)) => Some(id.clone()),
            _ => None,
        },
        created_date: event.created_date,
        ..WebEventResponse::default()
    }
}
