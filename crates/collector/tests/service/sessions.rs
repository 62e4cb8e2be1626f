//! Reading a session in the shape of Genesys Cloud.

use serde_json::{Value, json};
use sillage_protocol::validate::validate_strict;
use sillage_protocol::{Event, EventListing};

use crate::support::{TestCollector, batch, click, id, pageview, web_event};

const PATH: &str = "/api/v2/journey/sessions/s1/events";

fn ids(listing: &Value) -> Vec<String> {
    let events = listing["entities"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn events_come_by_time_then_by_storing_whatever_the_order_of_arrival() {
    let collector = TestCollector::start();
    let mut same_time = click(9);
    same_time["createdDate"] = pageview(2)["createdDate"].clone();
    collector
        .post_json(&batch(1, &[pageview(3), pageview(2)]))
        .await;
    collector
        .post_json(&batch(2, &[same_time, pageview(1)]))
        .await;
    let listing = collector.get(PATH).await.json();
    assert_eq!(ids(&listing), [1, 2, 9, 3].map(|n| id("event", n)));
    assert_eq!(listing["selfUri"], PATH);
    assert_eq!(listing.get("nextUri"), None);
}

#[tokio::test]
async fn every_event_reads_as_the_strictest_sdk_wants_it() {
    let collector = TestCollector::start();
    collector
        .post_json(&batch(1, &[pageview(1), click(2)]))
        .await;
    let listing: EventListing = serde_json::from_slice(&collector.get(PATH).await.body).unwrap();
    let events: Vec<Event> = listing.entities.unwrap();
    assert_eq!(events.len(), 2);
    for event in events {
        validate_strict(&event).unwrap();
    }
}

#[tokio::test]
async fn following_next_uri_visits_every_event_once() {
    let collector = TestCollector::start();
    let events: Vec<Value> = (0..60)
        .map(|n| {
            let mut event = pageview(n);
            // Pages end in the middle of events of the same millisecond.
            event["createdDate"] = pageview(n / 7)["createdDate"].clone();
            event
        })
        .collect();
    collector.post_json(&batch(1, &events)).await;
    let mut seen = Vec::new();
    let mut next = Some(PATH.to_owned());
    let mut sizes = Vec::new();
    while let Some(uri) = next {
        let listing = collector.get(&uri).await.json();
        assert_eq!(listing["selfUri"], uri);
        sizes.push(ids(&listing).len());
        seen.extend(ids(&listing));
        next = listing["nextUri"].as_str().map(str::to_owned);
    }
    assert_eq!(sizes, [25, 25, 10]);
    assert_eq!(seen, (0..60).map(|n| id("event", n)).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_page_that_ends_with_the_last_event_has_no_next() {
    let collector = TestCollector::start();
    collector
        .post_json(&batch(1, &[pageview(1), pageview(2)]))
        .await;
    let listing = collector.get(&format!("{PATH}?pageSize=2")).await.json();
    assert_eq!(ids(&listing).len(), 2);
    assert_eq!(listing.get("nextUri"), None);
}

#[tokio::test]
async fn filters_take_full_and_short_names_and_a_site() {
    let collector = TestCollector::start();
    collector
        .post_json(&batch(
            1,
            &[pageview(1), click(2), web_event(3, "search_performed")],
        ))
        .await;
    let mut elsewhere = batch(1, &[pageview(4)]);
    elsewhere["siteId"] = json!("other");
    collector.post_json(&elsewhere).await;
    for (query, expected) in [
        ("eventType=WebActionEvent", vec![2]),
        (
            "eventType=com.genesys.journey.WebActionEvent&site=shop",
            vec![2],
        ),
        ("eventType=WebEvent,WebActionEvent&site=shop", vec![1, 2, 3]),
        ("eventType=WebEvent&site=other", vec![4]),
        ("eventType=OutcomeAchievedEvent", vec![]),
        ("site=nowhere", vec![]),
    ] {
        let listing = collector.get(&format!("{PATH}?{query}")).await.json();
        let expected: Vec<String> = expected.into_iter().map(|n| id("event", n)).collect();
        assert_eq!(ids(&listing), expected, "{query}");
    }
    let filtered = collector
        .get(&format!("{PATH}?eventType=WebEvent&site=shop&pageSize=1"))
        .await
        .json();
    let next = collector
        .get(filtered["nextUri"].as_str().unwrap())
        .await
        .json();
    assert_eq!(
        ids(&next),
        [id("event", 3)],
        "the next page keeps the filters"
    );
}

#[tokio::test]
async fn a_session_id_of_any_characters_can_be_read() {
    let collector = TestCollector::start();
    let mut events = [pageview(1), pageview(2)];
    for event in &mut events {
        event["session"]["id"] = json!("a b/+ü?");
    }
    collector.post_json(&batch(1, &events)).await;
    let path = "/api/v2/journey/sessions/a%20b%2F%2B%C3%BC%3F/events?pageSize=1";
    let first = collector.get(path).await.json();
    assert_eq!(ids(&first), [id("event", 1)]);
    let second = collector
        .get(first["nextUri"].as_str().unwrap())
        .await
        .json();
    assert_eq!(ids(&second), [id("event", 2)]);
}

#[tokio::test]
async fn a_wrong_parameter_is_named_with_its_rule() {
    let collector = TestCollector::start();
    for (query, parameter) in [
        ("pageSize=0", "pageSize"),
        ("pageSize=201", "pageSize"),
        ("pageSize=many", "pageSize"),
        ("pageSize=-1", "pageSize"),
        ("after=x", "after"),
        ("after=", "after"),
        ("after=fffffffffffffffff-1", "after"),
        ("eventType=", "eventType"),
        ("eventType=WebEvent,Nonsense", "eventType"),
    ] {
        let reply = collector.get(&format!("{PATH}?{query}")).await;
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (400, &json!("bad.request")),
            "{query}"
        );
        let message = reply.json()["message"].as_str().unwrap().to_owned();
        assert!(
            message.starts_with(&format!("{parameter}: must be ")),
            "{query}: {message}"
        );
    }
}

#[tokio::test]
async fn an_unknown_session_has_no_events() {
    let collector = TestCollector::start();
    let reply = collector.get(PATH).await;
    assert_eq!((reply.status, &reply.json()["entities"]), (200, &json!([])));
}
