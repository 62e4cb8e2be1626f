//! `PutEvents` of Amazon Personalize: what no SDK can be brought to send, and the recorded requests.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use sillage_protocol::Event;
use sillage_protocol::validate::validate_strict;

use crate::recorded::Recorded;
use crate::support::{NOW, Reply, TestCollector, batch, id, join_all, pageview};

const RECORDED: [&str; 4] = [
    "boto3-01-POST",
    "aws-js-01-POST",
    "aws-rust-01-POST",
    "sigv4-crate-01-POST",
];

fn sent_at() -> u64 {
    NOW.0 / 1_000 - 60
}

fn put_events(events: &Value) -> Value {
    json!({"trackingId": "shop", "userId": "u1", "sessionId": "s1", "eventList": events})
}

fn request(invocation_id: &str, body: &Value) -> Request<Body> {
    Request::post("/events")
        .header("content-type", "application/json")
        .header("user-agent", "Boto3/1.44.5 md/Botocore#1.44.5")
        .header("amz-sdk-invocation-id", invocation_id)
        .body(Body::from(body.to_string()))
        .unwrap()
}

async fn call(collector: &TestCollector, invocation_id: &str, body: &Value) -> Reply {
    collector.send(request(invocation_id, body)).await
}

#[track_caller]
fn assert_refused(reply: &Reply, status: u16, kind: &str, message: &str) {
    let said = reply.json()["message"].as_str().unwrap().to_owned();
    assert_eq!(
        (reply.status, reply.header("x-amzn-errortype"), &*said),
        (status, kind, message)
    );
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("x-amzn-requestid").len(), 36);
}

#[tokio::test]
async fn what_each_recorded_sdk_sent_is_stored_with_all_it_said() {
    for name in RECORDED {
        let collector = TestCollector::start();
        let recorded = Recorded::read(name);
        let reply = collector.send(recorded.request()).await;
        assert_eq!((reply.status, reply.body.len()), (200, 0), "{name}");
        let sent: Value = serde_json::from_slice(&recorded.body).unwrap();
        let sent_events = sent["eventList"].as_array().unwrap();
        let stored = collector.sql("SELECT event FROM events ORDER BY sequence");
        assert_eq!(stored.len(), sent_events.len(), "{name}");
        for (stored, sent_event) in stored.iter().zip(sent_events) {
            let event: Event = serde_json::from_str(stored.as_str().unwrap()).unwrap();
            validate_strict(&event).unwrap();
            let event = serde_json::to_value(event).unwrap();
            assert_eq!(event["customerId"], "u-1", "{name}");
            assert_eq!(event["customerIdType"], "userId");
            assert_eq!(event["session"]["id"], "s-1");
            assert_eq!(event["webEvent"]["eventName"], sent_event["eventType"]);
            assert_eq!(event["webEvent"].get("browser"), None, "no visitor's");
            for member in ["itemId", "eventValue", "properties", "impression"] {
                assert_eq!(event["personalize"].get(member), sent_event.get(member));
            }
        }
        assert_eq!(
            collector.sql("SELECT DISTINCT site_id FROM events"),
            [json!("track-1")]
        );
    }
}

#[tokio::test]
async fn when_it_happened_is_kept_to_the_millisecond_and_never_corrected() {
    let collector = TestCollector::start();
    let a_year_ago = json!([{"eventType": "click", "sentAt": 1_763_726_400.123}]);
    assert_eq!(
        call(&collector, "i", &put_events(&a_year_ago)).await.status,
        200
    );
    assert_eq!(
        collector.sql("SELECT created_at_ms FROM events"),
        [json!(1_763_726_400_123_u64)]
    );
}

#[tokio::test]
async fn an_event_with_an_id_is_stored_once_whatever_call_brings_it() {
    let collector = TestCollector::start();
    let uuid = "01978F5E-7000-7000-8000-00000000ABCD";
    let events = json!([
        {"eventType": "click", "eventId": "order-7", "sentAt": sent_at()},
        {"eventType": "click", "eventId": uuid, "sentAt": sent_at()},
        {"eventType": "click", "eventId": "order-7", "sentAt": sent_at()},
    ]);
    for invocation_id in ["first", "second"] {
        let reply = call(&collector, invocation_id, &put_events(&events)).await;
        assert_eq!(reply.status, 200);
    }
    let ids = collector.sql("SELECT id FROM events ORDER BY sequence");
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[1], uuid.to_lowercase());
    let mut elsewhere = put_events(&events);
    elsewhere["trackingId"] = json!("blog");
    call(&collector, "third", &elsewhere).await;
    assert_eq!(collector.sql("SELECT count(*) FROM events"), [json!(4)]);
}

#[tokio::test]
async fn without_ids_an_attempt_of_the_same_call_stores_nothing_again() {
    let collector = TestCollector::start();
    let event = json!({"eventType": "click", "sentAt": sent_at()});
    let twins = put_events(&json!([event, event]));
    let attempts = (0..5).map(|_| call(&collector, "a7", &twins));
    for reply in join_all(attempts).await {
        assert_eq!(reply.status, 200);
    }
    let count = || collector.sql("SELECT count(*) FROM events").remove(0);
    assert_eq!(count(), 2, "two events of one call are two");
    call(&collector, "a8", &twins).await;
    assert_eq!(count(), 4, "another call is another fact");
    let mut changed = twins.clone();
    changed["sessionId"] = json!("s2");
    call(&collector, "a8", &changed).await;
    assert_eq!(count(), 6, "a name that is used twice loses nothing");
    for _ in 0..2 {
        call(&collector, "", &twins).await;
    }
    assert_eq!(count(), 10, "a call without a name is a new one");
}

#[tokio::test]
async fn an_event_that_came_as_a_batch_is_known_when_it_comes_as_a_call() {
    let collector = TestCollector::start();
    collector.post_json(&batch(1, &[pageview(1)])).await;
    let again = json!([
        {"eventType": "page_viewed", "eventId": id("event", 1), "sentAt": sent_at()},
        {"eventType": "click", "eventId": id("event", 2), "sentAt": sent_at()},
    ]);
    assert_eq!(call(&collector, "i", &put_events(&again)).await.status, 200);
    let listing = collector.get("/api/v2/journey/sessions/s1/events").await;
    let entities = listing.json()["entities"].as_array().unwrap().len();
    assert_eq!(entities, 2, "both doors, one store");
    assert_eq!(
        collector.sql("SELECT tracker_name || ' ' || tracker_version FROM batches"),
        [json!("sillage 0.1.0"), json!("Boto3 1.44.5")]
    );
}

#[tokio::test]
async fn every_limit_of_a_call_is_answered_with_its_name() {
    let long = "x".repeat(257);
    let event = json!({"eventType": "click", "sentAt": sent_at()});
    assert_limits(vec![
        (json!({"sessionId": null}), "sessionId: is required"),
        (json!({"sessionId": ""}), "sessionId: must not be empty"),
        (
            json!({"sessionId": long}),
            "sessionId: must have at most 256 characters",
        ),
        (
            json!({"userId": long}),
            "userId: must have at most 256 characters",
        ),
        (json!({"trackingId": null}), "trackingId: is required"),
        (
            json!({"trackingId": long}),
            "trackingId: must have at most 256 characters",
        ),
        (json!({"eventList": null}), "eventList: is required"),
        (
            json!({"eventList": []}),
            "eventList: must have at least 1 items",
        ),
        (
            json!({"eventList": vec![event; 11]}),
            "eventList: must have at most 10 items",
        ),
    ])
    .await;
}

#[tokio::test]
async fn every_limit_of_an_event_is_answered_with_its_name() {
    let long = "x".repeat(257);
    let long_properties = format!("{{\"a\":\"{}\"}}", "x".repeat(1_020));
    let cases = [
        (json!({"eventType": null}), ".eventType: is required"),
        (
            json!({"eventType": long}),
            ".eventType: must have at most 256 characters",
        ),
        (json!({"sentAt": null}), ".sentAt: is required"),
        (
            json!({"sentAt": -1}),
            ".sentAt: must be seconds since 1970, before the year 10000",
        ),
        (
            json!({"sentAt": 1}),
            ".sentAt: must not be before the year 2000",
        ),
        (
            json!({"sentAt": sent_at() + 90_000}),
            ".sentAt: must not be more than 24 hours ahead",
        ),
        (json!({"eventId": ""}), ".eventId: must not be empty"),
        (
            json!({"itemId": long}),
            ".itemId: must have at most 256 characters",
        ),
        (
            json!({"properties": "{"}),
            ".properties: must be the text of a JSON object",
        ),
        (json!({"properties": ""}), ".properties: must not be empty"),
        (
            json!({"properties": long_properties}),
            ".properties: must have at most 1024 characters",
        ),
        (
            json!({"properties": "{\"userId\":\"u\"}"}),
            ".properties.userId: 'userId' is reserved by Amazon Personalize",
        ),
        (
            json!({"properties": many_properties()}),
            ".properties: must have at most 100 items",
        ),
        (
            json!({"recommendationId": "x".repeat(41)}),
            ".recommendationId: must have at most 40 characters",
        ),
        (
            json!({"impression": []}),
            ".impression: must have at least 1 items",
        ),
        (
            json!({"impression": vec!["i"; 26]}),
            ".impression: must have at most 25 items",
        ),
        (
            json!({"impression": [""]}),
            ".impression[0]: must not be empty",
        ),
        (
            json!({"metricAttribution": {"eventAttributionSource": "ä"}}),
            ".metricAttribution.eventAttributionSource: must consist of printable ASCII characters",
        ),
        (
            json!({"x": "y".repeat(65_536)}),
            ": must have at most 65536 bytes",
        ),
    ];
    let in_a_list = |(changes, rule): (Value, &str)| {
        let mut event = json!({"eventType": "click", "sentAt": sent_at()});
        change(&mut event, changes);
        (json!({"eventList": [event]}), format!("eventList[0]{rule}"))
    };
    assert_limits(cases.map(in_a_list).to_vec()).await;
}

/// Makes each change to a good call, and expects to be told the rule that it breaks.
async fn assert_limits(cases: Vec<(Value, impl AsRef<str>)>) {
    let collector = TestCollector::start();
    for (changes, message) in cases {
        let mut body = put_events(&json!([{"eventType": "click", "sentAt": sent_at()}]));
        change(&mut body, changes);
        let reply = call(&collector, "i", &body).await;
        assert_refused(&reply, 400, "InvalidInputException", message.as_ref());
    }
    assert_eq!(collector.sql("SELECT count(*) FROM events"), [json!(0)]);
}

fn many_properties() -> String {
    let members: serde_json::Map<_, _> = (0..101).map(|n| (n.to_string(), json!(1))).collect();
    Value::Object(members).to_string()
}

fn change(target: &mut Value, changes: Value) {
    let Value::Object(changes) = changes else {
        panic!("changes are an object")
    };
    for (name, value) in changes {
        target[name] = value;
    }
}

#[tokio::test]
async fn one_bad_event_refuses_the_whole_call() {
    let collector = TestCollector::start();
    let events = json!([
        {"eventType": "click", "sentAt": sent_at()},
        {"eventType": "click", "sentAt": 1},
    ]);
    let reply = call(&collector, "i", &put_events(&events)).await;
    let message = "eventList[1].sentAt: must not be before the year 2000";
    assert_refused(&reply, 400, "InvalidInputException", message);
    assert_eq!(collector.sql("SELECT count(*) FROM events"), [json!(0)]);
}

#[tokio::test]
async fn a_tracking_id_that_no_site_can_have_is_a_resource_that_is_not_there() {
    let collector = TestCollector::start();
    let mut body = put_events(&json!([{"eventType": "click", "sentAt": sent_at()}]));
    for (tracking_id, rule) in [
        (
            "a/b".to_owned(),
            "must consist of letters, digits, '.', '_' and '-'",
        ),
        ("x".repeat(65), "must have at most 64 characters"),
    ] {
        body["trackingId"] = json!(tracking_id);
        let reply = call(&collector, "i", &body).await;
        let message = format!("trackingId: {rule}; a tracking id is the id of a site here");
        assert_refused(&reply, 404, "ResourceNotFoundException", &message);
    }
}

#[tokio::test]
async fn a_body_of_another_shape_is_a_serialization_error() {
    let collector = TestCollector::start();
    for body in ["", "{", "[]", "null", "{\"trackingId\": 7}", "\u{1f}\u{8b}"] {
        let reply = collector
            .send(Request::post("/events").body(Body::from(body)).unwrap())
            .await;
        assert_eq!(
            (reply.status, reply.header("x-amzn-errortype")),
            (400, "SerializationException"),
            "{body}"
        );
    }
    let long = collector
        .send(
            Request::post("/events")
                .body(Body::from(vec![b' '; 1024 * 1024]))
                .unwrap(),
        )
        .await;
    let message = "the body must have at most 524288 bytes";
    assert_refused(&long, 413, "RequestEntityTooLargeException", message);
}

#[tokio::test]
async fn while_the_store_cannot_take_it_the_sdk_is_asked_to_try_again() {
    use sillage_collector::store::Store;
    let collector = TestCollector::start();
    collector.store.close().await.unwrap();
    let body = put_events(&json!([{"eventType": "click", "sentAt": sent_at()}]));
    let reply = call(&collector, "i", &body).await;
    let message = "the store cannot take or give events now; try again";
    assert_refused(&reply, 503, "ServiceUnavailableException", message);
    assert_eq!(reply.header("retry-after"), "1");
}

#[tokio::test]
async fn an_sdk_in_a_browser_may_call_and_read_the_answer() {
    let collector = TestCollector::start();
    let question = Request::options("/events").header("origin", "https://shop.example");
    let reply = collector.send(question.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, 204);
    let allowed = reply.header("access-control-allow-headers").to_owned();
    for header in Recorded::read("aws-js-01-POST").headers {
        let is_browsers_own = ["host", "connection", "content-length", "user-agent"];
        if !is_browsers_own.contains(&&*header.0) {
            assert!(
                allowed.split(", ").any(|name| name == header.0),
                "{header:?}"
            );
        }
    }
    let reply = call(&collector, "i", &json!({})).await;
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    let exposed = reply.header("access-control-expose-headers");
    assert!(exposed.contains("x-amzn-errortype"), "{exposed}");
}
