//! The write calls of the Genesys SDKs, and the session that they and trackers share.

mod reads;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use sillage_protocol::genesys::{Session, WebEventResponse};
use sillage_protocol::validate::{RequiredSet, missing_fields};
use sillage_protocol::{Event, Timestamp};

use crate::recorded::Recorded;
use crate::support::{
    CHROME, NOW, Reply, TestCollector, batch, click, id, join_all, pageview, web_event,
};

const WEB_EVENTS: &str = "/api/v2/journey/deployments/shop/webevents";
const ACTION_EVENT: &str = "/api/v2/journey/deployments/shop/actionevent";
const COOKIE: &str = "0f0e0d0c-0b0a-4908-8706-050403020100";

fn minutes_ago(minutes: u64) -> Timestamp {
    Timestamp(NOW.0 - minutes * 60_000)
}

fn viewed(at: Timestamp) -> Value {
    json!({
        "customerCookieId": COOKIE,
        "eventName": "product_viewed",
        "page": {"url": "https://www.shop.example/tea?q=1&utm_source=news#top", "title": "Tea"},
        "createdDate": at,
    })
}

async fn send(collector: &TestCollector, path: &str, body: &Value) -> Reply {
    let request = Request::post(path)
        .header("content-type", "application/json")
        .header("user-agent", CHROME)
        .body(Body::from(body.to_string()))
        .unwrap();
    collector.send(request).await
}

async fn session_of(collector: &TestCollector, body: &Value) -> String {
    let reply = send(collector, WEB_EVENTS, body).await;
    assert_eq!(reply.status, 202, "{:?}", reply.body);
    reply.json()["session"]["id"].as_str().unwrap().to_owned()
}

async fn read_session(collector: &TestCollector, session_id: &str) -> Value {
    let path = format!("/api/v2/journey/sessions/{session_id}");
    let reply = collector.get(&path).await;
    assert_eq!(reply.status, 200, "{:?}", reply.body);
    reply.json()
}

async fn read_events(collector: &TestCollector, session_id: &str) -> Vec<Event> {
    let path = format!("/api/v2/journey/sessions/{session_id}/events?pageSize=200");
    serde_json::from_value(collector.get(&path).await.json()["entities"].take()).unwrap()
}

#[track_caller]
fn assert_refused(reply: &Reply, status: u16, code: &str, message: &str) {
    let body = reply.json();
    assert_eq!(reply.status, status, "{body}");
    assert_eq!(
        (&body["code"], &body["message"]),
        (&json!(code), &json!(message))
    );
    assert_eq!(body["status"], status);
    assert_eq!(body["contextId"], reply.header("inin-correlation-id"));
    for member in ["messageParams", "details", "errors"] {
        assert!(!body[member].is_null(), "{member}: {body}");
    }
}

#[tokio::test]
async fn a_web_event_is_answered_with_all_that_was_understood() {
    let collector = TestCollector::start();
    let mut sent = viewed(minutes_ago(1));
    sent["referrerUrl"] = json!("https://www.google.com/");
    sent["searchQuery"] = json!("green tea");
    sent["externalId"] = json!("crm-7");
    sent["attributes"] = json!({"seats": {"dataType": "integer", "value": "3"}});
    sent["traits"] = json!({"email": {"dataType": "string", "value": "a@example.com"}});
    let reply = send(&collector, WEB_EVENTS, &sent).await;
    assert_eq!(reply.status, 202);
    let answer: WebEventResponse = serde_json::from_slice(&reply.body).unwrap();
    let session = answer.session.clone().unwrap();
    let page = answer.page.clone().unwrap();
    assert_eq!(answer.customer_id.as_deref(), Some(COOKIE));
    assert_eq!(answer.customer_id_type.as_deref(), Some("cookie"));
    assert_eq!(answer.external_id.as_deref(), Some("crm-7"));
    assert_eq!(answer.search_query.as_deref(), Some("green tea"));
    assert_eq!(answer.created_date, Some(minutes_ago(1)));
    assert_eq!(answer.authenticated, Some(false));
    assert_eq!(page.hostname.as_deref(), Some("www.shop.example"));
    assert_eq!(page.pathname.as_deref(), Some("/tea"));
    assert_eq!(answer.browser.unwrap().family.as_deref(), Some("Chrome"));
    assert_eq!(answer.device.unwrap().os_family.as_deref(), Some("Windows"));
    assert_eq!(answer.mkt_campaign.unwrap().source.as_deref(), Some("news"));
    assert_eq!(answer.attributes.unwrap()["seats"].value, "3");
    assert_eq!(answer.traits.unwrap()["email"].value, "a@example.com");
    assert_eq!(
        (session.event_count, session.pageview_count),
        (Some(1), Some(0))
    );
    assert_eq!(session.duration_in_seconds, Some(0));
    assert_eq!(session.created_date, Some(minutes_ago(1)));
    assert_eq!(session.referrer, answer.referrer);
    let id = session.id.unwrap();
    assert_eq!(
        session.self_uri,
        Some(format!("/api/v2/journey/sessions/{id}"))
    );
    for event in read_events(&collector, &id).await {
        assert_eq!(missing_fields(&event, RequiredSet::Latest), [""; 0]);
    }
}

#[tokio::test]
async fn the_collector_owns_the_session_of_who_names_none() {
    let collector = TestCollector::start();
    let first = session_of(&collector, &viewed(minutes_ago(55))).await;
    let second = session_of(&collector, &viewed(minutes_ago(30))).await;
    assert_eq!(first, second, "25 minutes later");
    let late = session_of(&collector, &viewed(minutes_ago(40))).await;
    assert_eq!(first, late, "reported late");
    let mut other = viewed(minutes_ago(30));
    other["customerCookieId"] = json!("11111111-2222-4333-8444-555555555555");
    assert_ne!(session_of(&collector, &other).await, first);
    let fresh = TestCollector::start();
    let before = session_of(&fresh, &viewed(minutes_ago(50))).await;
    let after = session_of(&fresh, &viewed(minutes_ago(19))).await;
    assert_ne!(before, after, "31 minutes without activity");
    assert_eq!(after, session_of(&fresh, &viewed(minutes_ago(1))).await);
}

#[tokio::test]
async fn events_that_begin_a_session_at_once_begin_one() {
    let collector = TestCollector::start();
    let event = viewed(minutes_ago(1));
    let sent = (0..8).map(|_| session_of(&collector, &event));
    let mut sessions = join_all(sent).await;
    sessions.dedup();
    assert_eq!(sessions.len(), 1);
    assert_eq!(read_events(&collector, &sessions[0]).await.len(), 8);
}

#[tokio::test]
async fn what_a_server_reports_joins_the_session_that_the_browser_is_in() {
    let collector = TestCollector::start();
    let mut seen = pageview(1);
    seen["customerId"] = json!(COOKIE);
    collector.post_json(&batch(1, &[seen])).await;
    let reported = viewed(minutes_ago(0));
    assert_eq!(session_of(&collector, &reported).await, "s1");
    let session = read_session(&collector, "s1").await;
    assert_eq!(
        (&session["eventCount"], &session["pageviewCount"]),
        (&json!(2), &json!(1))
    );
    let events = read_events(&collector, "s1").await;
    let total = |n: usize| events[n].web_event.as_ref().unwrap().total_event_count;
    assert_eq!((total(0), total(1)), (Some(1), Some(2)), "one visitor");
    let elsewhere = "/api/v2/journey/deployments/blog/webevents";
    let reply = send(&collector, elsewhere, &reported).await;
    assert_ne!(reply.json()["session"]["id"], "s1", "another site");
}

#[tokio::test]
async fn what_the_recorded_sdks_sent_is_held_to_the_rules_and_taken_within_them() {
    for name in ["genesys-py-01-POST", "genesys-js-01-POST"] {
        let collector = TestCollector::start();
        let mut recorded = Recorded::read(name);
        let reply = collector.send(recorded.request()).await;
        let message = "customerCookieId: must be a UUID";
        assert_refused(&reply, 422, "unprocessable.entity", message);
        assert_eq!(
            reply.json()["details"],
            json!([{"errorCode": "bad_format", "fieldName": "customerCookieId"}])
        );
        recorded.replace("cookie-1", COOKIE);
        let message = "createdDate: must not be older than one hour";
        let reply = collector.send(recorded.request()).await;
        assert_refused(&reply, 422, "unprocessable.entity", message);
        recorded.replace("2026-01-02T03:04:05", "2026-11-21T11:59:30");
        let reply = collector.send(recorded.request()).await;
        assert_eq!(reply.status, 202, "{name}");
        assert_eq!(reply.json()["eventName"], "product_viewed");
        let mut read = Recorded::read(&name.replace("01-POST", "02-GET"));
        read.path = read.path.replace("after=xyz&", "");
        let reply = collector.send(read.request()).await;
        assert_eq!((reply.status, &reply.json()["entities"]), (200, &json!([])));
        assert_eq!(
            collector.sql("SELECT site_id FROM events"),
            [json!("dep-1")]
        );
    }
}

#[tokio::test]
async fn a_rule_that_a_web_event_breaks_is_named() {
    let collector = TestCollector::start();
    for (member, value, message) in [
        (
            "customerCookieId",
            json!(null),
            "customerCookieId: is required",
        ),
        ("eventName", json!(null), "eventName: is required"),
        (
            "eventName",
            json!("a b"),
            "eventName: must consist of letters, digits and underscores",
        ),
        ("page", json!(null), "page: is required"),
        (
            "page",
            json!({"url": "https://a.example/"}),
            "page.title: is required",
        ),
        (
            "page",
            json!({"url": "/a", "title": "A"}),
            "page.url: must be an absolute URL",
        ),
        ("createdDate", json!(null), "createdDate: is required"),
        (
            "browser",
            json!({"family": "F"}),
            "browser.version: is required",
        ),
        ("device", json!({}), "device.category: is required"),
        (
            "device",
            json!({"category": "", "type": "", "osFamily": "", "osVersion": ""}),
            "device.category: must not be empty",
        ),
        (
            "referrerUrl",
            json!("x"),
            "referrerUrl: must be an absolute URL",
        ),
    ] {
        let mut body = viewed(minutes_ago(1));
        body[member] = value;
        let reply = send(&collector, WEB_EVENTS, &body).await;
        assert_refused(&reply, 422, "unprocessable.entity", message);
    }
    for body in [json!([]), json!({"eventName": 7})] {
        let reply = send(&collector, WEB_EVENTS, &body).await;
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (400, &json!("bad.request"))
        );
    }
    assert_eq!(collector.sql("SELECT count(*) FROM events"), [json!(0)]);
}

#[tokio::test]
async fn a_deployment_that_no_site_can_be_is_not_found() {
    let collector = TestCollector::start();
    for call in ["webevents", "actionevent"] {
        let path = format!("/api/v2/journey/deployments/a%20b/{call}");
        let reply = send(&collector, &path, &viewed(minutes_ago(1))).await;
        let rule = "deploymentId: must consist of letters, digits, '.', '_' and '-'; \
                    a deployment id is the id of a site here";
        assert_refused(&reply, 404, "not.found", rule);
    }
}

#[tokio::test]
async fn an_actions_new_state_keeps_what_is_known_of_action_and_visitor() {
    let collector = TestCollector::start();
    collector
        .post_json(&batch(1, &[pageview(1), click(2)]))
        .await;
    let events = read_events(&collector, "s1").await;
    let before = events[1].web_action_event.clone().unwrap();
    let action_id = before.action.as_ref().unwrap().id.clone().unwrap();
    let sent = json!({
        "sessionId": "s1", "actionId": action_id, "actionState": "errored",
        "errorCode": "E1", "errorMessage": "no agent",
    });
    let reply = send(&collector, ACTION_EVENT, &sent).await;
    assert_eq!((reply.status, reply.body.len()), (202, 0));
    let event = read_events(&collector, "s1").await.pop().unwrap();
    assert_eq!(event.customer_id.as_deref(), Some("v1"));
    assert_eq!(event.correlation_id, events[1].correlation_id);
    assert_eq!(event.created_date, Some(NOW));
    assert_eq!(missing_fields(&event, RequiredSet::Latest), [""; 0]);
    let part = event.web_action_event.unwrap();
    let action = part.action.unwrap();
    assert_eq!(action.state.unwrap().as_str(), "errored");
    assert_eq!(action.prompt.as_deref(), Some("Buy"));
    assert_eq!(action.created_date, before.action.unwrap().created_date);
    assert_eq!(part.action_map, before.action_map);
    assert_eq!(part.browser, before.browser);
    assert_eq!(part.error_code.as_deref(), Some("E1"));
}

#[tokio::test]
async fn an_action_that_nothing_is_known_of_is_stored_complete() {
    let collector = TestCollector::start();
    let sent = json!({"sessionId": "unknown", "actionId": "a1", "actionState": "OFFERED"});
    assert_eq!(send(&collector, ACTION_EVENT, &sent).await.status, 202);
    let event = read_events(&collector, "unknown").await.pop().unwrap();
    assert_eq!(missing_fields(&event, RequiredSet::Latest), [""; 0]);
    let part = event.web_action_event.unwrap();
    assert_eq!(part.action.unwrap().state.unwrap().as_str(), "offered");
    assert_eq!(part.action_map.unwrap().display_name.as_deref(), Some("a1"));
    for (member, message) in [
        ("sessionId", "sessionId: is required"),
        ("actionId", "actionId: is required"),
        ("actionState", "actionState: is required"),
    ] {
        let mut body = sent.clone();
        body[member] = Value::Null;
        let reply = send(&collector, ACTION_EVENT, &body).await;
        assert_refused(&reply, 422, "unprocessable.entity", message);
    }
    let odd = json!({"sessionId": "s", "actionId": "a", "actionState": "danced"});
    let reply = send(&collector, ACTION_EVENT, &odd).await;
    let message = "actionState: must be a known state of an action";
    assert_refused(&reply, 422, "unprocessable.entity", message);
}
