//! What our events become at Amazon Personalize and at Genesys Cloud.

#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a document of the test's own that is unfit fails it"
    )
)]

use serde_json::{Value, json};
use sillage_protocol::genesys::{ActionEventRequest, WebEventResponse};
use sillage_protocol::mapping::{
    from_action_event_request, from_put_events, to_action_event_request, to_put_events,
    to_web_event_request,
};
use sillage_protocol::personalize::PutEventsRequest;
use sillage_protocol::validate::validate_event;
use sillage_protocol::{Event, EventListing, Timestamp};
use uuid::Uuid;

/// 2026-11-21T12:00:00.000Z
const NOW: Timestamp = Timestamp(1_795_262_400_000);
const ID: &str = "01978f5e-6c00-7a11-8b22-0123456789ab";
const VISITOR: &str = "01978f5d-0000-7000-8000-00000000000b";

/// An event of a visitor known by a cookie, with `changes` merged in.
fn event(changes: &Value) -> Event {
    let mut event = json!({
        "id": ID,
        "customerId": VISITOR,
        "customerIdType": "cookie",
        "session": {"id": "session-1", "type": "web"},
        "eventType": "com.genesys.journey.WebEvent",
        "webEvent": {"eventName": "product_viewed", "page": {"url": "https://shop.example/p/1"}},
        "createdDate": "2026-11-21T11:59:30.042Z",
    });
    json_patch::merge(&mut event, changes);
    Event::read(event).unwrap()
}

fn action(action: &Value) -> Event {
    event(&json!({
        "eventType": "com.genesys.journey.WebActionEvent",
        "webEvent": null,
        "webActionEvent": {"action": action},
    }))
}

fn put_events(event: &Event) -> Value {
    serde_json::to_value(to_put_events(event, "t-1").unwrap()).unwrap()
}

#[test]
fn a_web_event_becomes_an_interaction() {
    let event = event(&json!({"webEvent": {"attributes": {
        "itemId": "shoe-7", "eventValue": 4.5, "recommendationId": "rec-1",
        "size": 42, "userId": "reserved", "Timestamp": "reserved",
    }}}));
    assert_eq!(
        put_events(&event),
        json!({
            "trackingId": "t-1",
            "sessionId": "session-1",
            "eventList": [{
                "eventId": ID,
                "eventType": "product_viewed",
                "sentAt": 1_795_262_370.042,
                "itemId": "shoe-7",
                "eventValue": 4.5,
                "recommendationId": "rec-1",
                "properties": r#"{"size":"42"}"#,
            }],
        })
    );
}

#[test]
fn the_personalize_part_goes_before_what_is_derived() {
    let event = event(&json!({
        "customerId": "customer-1",
        "customerIdType": "crm",
        "webEvent": {"attributes": {"itemId": "shoe-7", "size": 42}},
        "personalize": {
            "eventType": "view", "itemId": "shoe-8", "eventValue": 1, "impression": ["shoe-8", "shoe-9"],
            "metricAttribution": {"eventAttributionSource": "home"}, "properties": {"colour": "red"},
        },
        "createdDate": "2026-11-21T11:59:30.000Z",
    }));
    assert_eq!(
        put_events(&event),
        json!({
            "trackingId": "t-1",
            "userId": "customer-1",
            "sessionId": "session-1",
            "eventList": [{
                "eventId": ID,
                "eventType": "view",
                "sentAt": 1_795_262_370,
                "itemId": "shoe-8",
                "eventValue": 1.0,
                "impression": ["shoe-8", "shoe-9"],
                "metricAttribution": {"eventAttributionSource": "home"},
                "properties": r#"{"colour":"red"}"#,
            }],
        })
    );
}

#[test]
fn a_web_action_is_a_click_or_the_state_of_an_offer() {
    for (of, expected) in [
        (
            json!({"state": "engaged", "mediaType": "openAction"}),
            "click",
        ),
        (json!({}), "click"),
        (
            json!({"state": "engaged", "mediaType": "contentOffer"}),
            "offer_engaged",
        ),
        (
            json!({"state": "offered", "mediaType": "contentOffer"}),
            "offer_offered",
        ),
        (json!({"state": "accepted"}), "offer_accepted"),
        (
            json!({"state": "Errored", "mediaType": "webchat"}),
            "offer_errored",
        ),
    ] {
        assert_eq!(
            put_events(&action(&of))["eventList"][0]["eventType"],
            expected,
            "{of}"
        );
    }
}

#[test]
fn what_personalize_would_refuse_is_not_mapped() {
    let too_long = "x".repeat(1_100);
    for (changes, code, field) in [
        (json!({"session": null}), "missing_field", "sessionId"),
        (
            json!({"createdDate": null}),
            "missing_field",
            "eventList[0].sentAt",
        ),
        (
            json!({"webEvent": {"attributes": {"essay": too_long}}}),
            "too_long",
            "eventList[0].properties",
        ),
        (
            json!({"webEvent": null, "eventType": "OutcomeAchievedEvent"}),
            "unmappable",
            "eventType",
        ),
    ] {
        let error = to_put_events(&event(&changes), "t-1").unwrap_err();
        assert_eq!(
            (error.code.as_str(), error.field.as_str()),
            (code, field),
            "{changes}"
        );
    }
}

#[test]
fn the_same_foreign_event_is_known_again_in_another_request() {
    let request = |tracking_id: &str, event_id: Value| {
        PutEventsRequest::read(
            json!({
                "trackingId": tracking_id,
                "sessionId": "s",
                "eventList": [{"eventId": event_id, "eventType": "click", "sentAt": 1_795_262_370}],
            })
            .to_string()
            .as_bytes(),
        )
        .unwrap()
    };
    let id_of = |tracking_id: &str, event_id: Value, request_id: u128| {
        let request = request(tracking_id, event_id);
        let events = from_put_events(&request, Uuid::from_u128(request_id)).unwrap();
        validate_event(&events[0], NOW).unwrap();
        events[0].id.clone().unwrap()
    };
    assert_eq!(id_of("t", json!("ev-1"), 1), id_of("t", json!("ev-1"), 2));
    assert_ne!(id_of("t", json!("ev-1"), 1), id_of("u", json!("ev-1"), 1));
    assert_eq!(id_of("t", json!(ID), 1), ID);
    assert_eq!(id_of("t", Value::Null, 1), id_of("t", Value::Null, 1));
    assert_ne!(id_of("t", Value::Null, 1), id_of("t", Value::Null, 2));
}

#[test]
fn a_web_event_fits_what_genesys_requires() {
    let event = event(&json!({"webEvent": {
        "eventName": "Produit consulté!",
        "browser": {"lang": "fr"},
        "referrer": {"url": "https://a.example/"},
        "attributes": {"size": 42},
    }}));
    assert_eq!(
        serde_json::to_value(to_web_event_request(&event, NOW).unwrap()).unwrap(),
        json!({
            "customerCookieId": VISITOR,
            "eventName": "Produit_consult__",
            "page": {"url": "https://shop.example/p/1", "title": "https://shop.example/p/1"},
            "referrerUrl": "https://a.example/",
            "attributes": {"size": {"dataType": "integer", "value": "42"}},
            "createdDate": "2026-11-21T11:59:30.042Z",
        })
    );
}

#[test]
fn an_identified_customer_is_an_external_id_and_a_stable_cookie() {
    let identified = event(&json!({"customerId": "crm-7", "customerIdType": "crm"}));
    let first = to_web_event_request(&identified, NOW).unwrap();
    let second = to_web_event_request(&identified, NOW).unwrap();
    assert_eq!(first.external_id.as_deref(), Some("crm-7"));
    assert_eq!(first.customer_cookie_id, second.customer_cookie_id);
    let anonymous = event(&json!({"customerId": null, "customerIdType": null}));
    let request = to_web_event_request(&anonymous, NOW).unwrap();
    assert_eq!(request.external_id, None);
    assert_ne!(request.customer_cookie_id, first.customer_cookie_id);
}

#[test]
fn what_genesys_would_refuse_is_not_mapped() {
    for (changes, code, field) in [
        (
            json!({"createdDate": "2026-11-21T10:59:59.999Z"}),
            "too_old",
            "createdDate",
        ),
        (json!({"webEvent": {"page": null}}), "missing_field", "page"),
        (
            json!({"eventType": "WebActionEvent", "webActionEvent": {}}),
            "unmappable",
            "eventType",
        ),
    ] {
        let error = to_web_event_request(&event(&changes), NOW).unwrap_err();
        assert_eq!(
            (error.code.as_str(), error.field.as_str()),
            (code, field),
            "{changes}"
        );
    }
}

#[test]
fn an_action_event_request_survives_the_way_through_our_event() {
    let document = json!({
        "sessionId": "session-1",
        "actionId": "action-1",
        "actionState": "errored",
        "errorCode": "E1",
        "errorMessage": "no agent",
    });
    let request = ActionEventRequest::read(document.to_string().as_bytes()).unwrap();
    let event = from_action_event_request(&request, Uuid::from_u128(7), NOW).unwrap();
    validate_event(&event, NOW).unwrap();
    let back = to_action_event_request(&event).unwrap();
    assert_eq!(serde_json::to_value(back).unwrap(), document);
}

#[test]
fn an_action_event_request_is_held_to_its_model() {
    for (document, code, field) in [
        (
            json!({"actionId": "a", "actionState": "started"}),
            "missing_field",
            "sessionId",
        ),
        (
            json!({"sessionId": "s", "actionState": "started"}),
            "missing_field",
            "actionId",
        ),
        (
            json!({"sessionId": "s", "actionId": "a"}),
            "missing_field",
            "actionState",
        ),
        (
            json!({"sessionId": "s", "actionId": "a", "actionState": "?"}),
            "out_of_range",
            "actionState",
        ),
    ] {
        let request = ActionEventRequest::read(document.to_string().as_bytes()).unwrap();
        let error = request.validate().unwrap_err();
        assert_eq!((error.code.as_str(), error.field.as_str()), (code, field));
    }
}

#[test]
fn what_reading_returns_is_written_as_the_sdks_read_it() {
    let listing = json!({
        "entities": [serde_json::to_value(event(&json!({}))).unwrap()],
        "nextUri": "/api/v2/journey/sessions/session-1/events?after=x",
        "selfUri": "/api/v2/journey/sessions/session-1/events",
        "previousUri": "/api/v2/journey/sessions/session-1/events?before=x",
    });
    let read: EventListing = serde_json::from_value(listing.clone()).unwrap();
    assert_eq!(read.entities.as_ref().map(Vec::len), Some(1));
    assert_eq!(serde_json::to_value(read).unwrap(), listing);
}

#[test]
fn a_web_event_response_has_every_member_of_its_model() {
    let text = json!({"dataType": "string", "value": "v"});
    let referrer = json!({
        "url": "https://a.example/?q#f", "domain": "a.example", "hostname": "a.example", "keywords": "k",
        "pathname": "/", "queryString": "q", "fragment": "f", "name": "A", "medium": "search",
    });
    let document = json!({
        "customerId": VISITOR, "customerIdType": "cookie", "eventName": "product_viewed",
        "page": {
            "url": "https://b.example/p?q#f", "title": "T", "domain": "b.example", "hostname": "b.example",
            "pathname": "/p", "queryString": "q", "fragment": "f", "keywords": "k", "lang": "fr",
        },
        "userAgentString": "UA",
        "browser": {"family": "Chrome", "version": "131", "lang": "fr"},
        "device": {
            "category": "mobile", "type": "iPhone", "isMobile": true, "screenHeight": 844,
            "screenWidth": 390, "screenDensity": 3, "osFamily": "iOS", "osVersion": "18",
            "manufacturer": "Apple",
        },
        "searchQuery": "q", "ipOrganization": "ISP",
        "geolocation": {
            "country": "CH", "countryName": "Switzerland", "latitude": 46.2, "longitude": 6.1,
            "locality": "Geneva", "postalCode": "1201", "region": "CH-GE", "regionName": "Geneva",
            "source": "mmdb", "timezone": "Europe/Zurich",
        },
        "mktCampaign": {
            "content": "c", "medium": "m", "name": "n", "source": "s", "term": "t", "clickId": "i",
            "network": "google",
        },
        "session": {
            "id": "session-1", "durationInSeconds": 12, "eventCount": 3, "pageviewCount": 1,
            "referrer": referrer, "selfUri": "/s", "createdDate": "2026-11-21T11:30:00.000Z",
        },
        "referrer": referrer, "attributes": {"a": text}, "traits": {"t": text},
        "authenticated": false, "externalId": "crm-7", "createdDate": "2026-11-21T11:59:30.042Z",
    });
    let response: WebEventResponse = serde_json::from_value(document.clone()).unwrap();
    let members = format!("{response:?}");
    assert!(!members.contains("None"), "{members}");
    assert_eq!(
        members.matches("extra: {").count(),
        members.matches("extra: {}").count()
    );
    assert_eq!(serde_json::to_value(response).unwrap(), document);
}
