//! What becomes of good batches: columns, clock, enrichment, totals, receipts.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sillage_protocol::validate::{RequiredSet, missing_fields};
use sillage_protocol::{Event, Timestamp};

use crate::support::{CHROME, NOW, TestCollector, batch, click, id, pageview, post, web_event};

fn stored_event(collector: &TestCollector, n: usize) -> Value {
    let rows = collector.sql(&format!(
        "SELECT event FROM events WHERE id = '{}'",
        id("event", n)
    ));
    serde_json::from_str(rows[0].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_batch_is_stored_when_it_is_acknowledged() {
    let collector = TestCollector::start();
    let reply = collector
        .post_json(&batch(1, &[pageview(1), click(2)]))
        .await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.json(),
        json!({"id": id("batch", 1), "stored": 2, "duplicates": 0, "rejected": [], "receipts": {}})
    );
    let rows = collector.sql(
        "SELECT json_array(site_id, id, batch_id, session_id, customer_id, event_type, event_name, page_url,
             created_at_ms, original_created_at_ms, received_at_ms) FROM events ORDER BY sequence",
    );
    let row = |n: usize| serde_json::from_str::<Value>(rows[n].as_str().unwrap()).unwrap();
    assert_eq!(
        row(0),
        json!([
            "shop",
            id("event", 1),
            id("batch", 1),
            "s1",
            "v1",
            "com.genesys.journey.WebEvent",
            "page_viewed",
            "https://shop.example/tea?q=1#top",
            NOW.0 - 59_000,
            NOW.0 - 59_000,
            NOW.0
        ])
    );
    assert_eq!(
        row(1),
        json!([
            "shop",
            id("event", 2),
            id("batch", 1),
            "s1",
            "v1",
            "com.genesys.journey.WebActionEvent",
            null,
            null,
            NOW.0 - 58_000,
            NOW.0 - 58_000,
            NOW.0
        ])
    );
}

#[tokio::test]
async fn stored_events_have_every_member_that_the_strictest_published_sdk_requires() {
    let collector = TestCollector::start();
    collector
        .post_json(&batch(1, &[pageview(1), click(2)]))
        .await;
    for n in [1, 2] {
        let event = Event::read(stored_event(&collector, n)).unwrap();
        assert_eq!(
            missing_fields(&event, RequiredSet::Latest),
            Vec::<String>::new()
        );
    }
}

#[tokio::test]
async fn browser_and_device_come_from_the_request_where_the_event_leaves_them_open() {
    let collector = TestCollector::start();
    let mut hinted = pageview(2);
    hinted["webEvent"]["device"] = json!({"osVersion": "11", "screenWidth": 1920});
    collector.post_json(&batch(1, &[pageview(1), hinted])).await;
    let event = stored_event(&collector, 1);
    assert_eq!(event["webEvent"]["userAgentString"], CHROME);
    assert_eq!(event["webEvent"]["browser"]["family"], "Chrome");
    assert_eq!(event["webEvent"]["browser"]["version"], "142.0.0.0");
    assert_eq!(event["webEvent"]["device"]["category"], "desktop");
    assert_eq!(event["webEvent"]["device"]["osFamily"], "Windows");
    assert_eq!(event["webEvent"]["device"]["osVersion"], "10");
    assert_eq!(event["webEvent"]["page"]["pathname"], "/tea");
    let hinted = stored_event(&collector, 2);
    assert_eq!(hinted["webEvent"]["device"]["osVersion"], "11");
    assert_eq!(hinted["webEvent"]["device"]["screenWidth"], 1920);
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_and_the_original_kept() {
    const HOUR_MS: u64 = 3_600_000;
    let collector = TestCollector::start();
    let mut ahead = batch(1, &[pageview(1)]);
    ahead["sentAt"] = json!(Timestamp(NOW.0 + HOUR_MS));
    ahead["events"][0]["createdDate"] = json!(Timestamp(NOW.0 + HOUR_MS - 5_000));
    let mut in_transit = batch(2, &[pageview(2)]);
    in_transit["sentAt"] = json!(Timestamp(NOW.0 - 60_000));
    in_transit["events"][0]["createdDate"] = json!(Timestamp(NOW.0 - 65_000));
    collector.post_json(&ahead).await;
    collector.post_json(&in_transit).await;
    assert_eq!(
        collector.sql("SELECT created_at_ms FROM events ORDER BY sequence"),
        [json!(NOW.0 - 5_000), json!(NOW.0 - 65_000)]
    );
    assert_eq!(
        collector.sql("SELECT original_created_at_ms FROM events ORDER BY sequence"),
        [json!(NOW.0 + HOUR_MS - 5_000), json!(NOW.0 - 65_000)]
    );
    assert_eq!(
        stored_event(&collector, 1)["createdDate"],
        json!(Timestamp(NOW.0 - 5_000))
    );
}

#[tokio::test]
async fn an_event_of_another_clock_than_its_batch_keeps_its_dates() {
    const HOUR_MS: u64 = 3_600_000;
    let collector = TestCollector::start();
    let made_at = NOW.0 - 90_000;
    let mut changed = pageview(1);
    changed["createdDate"] = json!(Timestamp(made_at));
    let mut same = pageview(2);
    same["createdDate"] = json!(Timestamp(made_at + HOUR_MS));
    let mut sent = batch(1, &[changed, same]);
    sent["events"][0]["clockChanged"] = json!(true);
    sent["events"][1]["clockChanged"] = json!(false);
    sent["sentAt"] = json!(Timestamp(NOW.0 + HOUR_MS));
    assert_eq!(collector.post_json(&sent).await.json()["stored"], 2);
    assert_eq!(
        collector.sql("SELECT created_at_ms FROM events ORDER BY sequence"),
        [json!(made_at), json!(made_at)]
    );
    assert_eq!(
        stored_event(&collector, 1)["createdDate"],
        json!(Timestamp(made_at))
    );
    for n in [1, 2] {
        assert_eq!(stored_event(&collector, n).get("clockChanged"), None);
    }
}

#[tokio::test]
async fn a_clock_that_changes_between_two_deliveries_makes_no_other_event() {
    let collector = TestCollector::start();
    let mut sent = batch(1, &[pageview(1)]);
    collector.post_json(&sent).await;
    sent["events"][0]["clockChanged"] = json!(true);
    let reply = collector.post_json(&sent).await;
    assert_eq!(reply.json()["duplicates"], 1);
    assert_eq!(collector.sql("SELECT conflicts FROM batches"), [json!(0)]);
}

#[tokio::test]
async fn what_does_not_say_whether_the_clock_changed_costs_its_event_only() {
    let collector = TestCollector::start();
    let mut unfit = pageview(1);
    unfit["clockChanged"] = json!("yes");
    let answer = collector
        .post_json(&batch(1, &[unfit, pageview(2)]))
        .await
        .json();
    assert_eq!(answer["stored"], 1);
    assert_eq!(
        answer["rejected"],
        json!([{"index": 0, "id": id("event", 1), "code": "wrong_type", "message": "clockChanged: must be true or false"}])
    );
}

#[tokio::test]
async fn totals_count_all_of_a_visitors_events_over_sessions_and_batches() {
    let collector = TestCollector::start();
    collector
        .post_json(&batch(
            1,
            &[pageview(1), click(2), web_event(3, "search_performed")],
        ))
        .await;
    let mut later = pageview(4);
    later["session"]["id"] = json!("s2");
    let mut other = pageview(5);
    other["customerId"] = json!("v2");
    let mut anonymous = pageview(6);
    anonymous["customerId"] = Value::Null;
    anonymous["customerIdType"] = Value::Null;
    collector
        .post_json(&batch(2, &[later, other, anonymous]))
        .await;
    for (n, events, pageviews) in [(1, 1, 1), (3, 3, 1), (4, 4, 2), (5, 1, 1), (6, 1, 1)] {
        let event = stored_event(&collector, n);
        assert_eq!(event["webEvent"]["totalEventCount"], events, "event {n}");
        assert_eq!(
            event["webEvent"]["totalPageviewCount"], pageviews,
            "event {n}"
        );
    }
}

#[tokio::test]
async fn gzip_is_told_by_its_first_bytes() {
    let collector = TestCollector::start();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(batch(1, &[pageview(1)]).to_string().as_bytes())
        .unwrap();
    let reply = collector.post(encoder.finish().unwrap()).await;
    assert_eq!((reply.status, &reply.json()["stored"]), (200, &json!(1)));
}

#[tokio::test]
async fn defaults_are_merged_under_each_event() {
    let collector = TestCollector::start();
    let mut with_defaults = batch(1, &[]);
    with_defaults["defaults"] = pageview(1);
    with_defaults["events"] = json!([
        {"id": id("event", 7)},
        {"id": id("event", 8), "webEvent": {"eventName": "cart_viewed", "page": {"title": null}}},
    ]);
    let reply = collector.post_json(&with_defaults).await;
    assert_eq!(reply.json()["stored"], 2, "{:?}", reply.json());
    assert_eq!(
        stored_event(&collector, 7)["webEvent"]["page"]["title"],
        "Tea"
    );
    assert_eq!(
        stored_event(&collector, 8)["webEvent"]["eventName"],
        "cart_viewed"
    );
    assert_eq!(
        stored_event(&collector, 8)["webEvent"]["page"].get("title"),
        None
    );
}

#[tokio::test]
async fn unknown_members_and_unknown_values_survive() {
    let collector = TestCollector::start();
    let mut event = pageview(1);
    event["newMember"] = json!({"deep": [1, null]});
    event["session"]["type"] = json!("kiosk");
    event["webEvent"]["browser"] = json!({"family": "Netscape", "newMember": true});
    collector.post_json(&batch(1, &[event])).await;
    let stored = stored_event(&collector, 1);
    assert_eq!(stored["newMember"], json!({"deep": [1, null]}));
    assert_eq!(stored["session"]["type"], "kiosk");
    assert_eq!(stored["webEvent"]["browser"]["newMember"], true);
}

#[tokio::test]
async fn a_batch_without_events_may_ask_and_count() {
    let collector = TestCollector::start();
    let mut asking = batch(1, &[]);
    asking["counters"] = json!({"outboxId": "o1", "tracked": 5, "dropped": {"queue_full": 2}});
    assert_eq!(collector.post_json(&asking).await.status, 200);
    assert_eq!(collector.sql("SELECT tracked FROM outboxes"), [json!(5)]);
}

#[tokio::test]
async fn counters_never_go_back() {
    let collector = TestCollector::start();
    for (n, tracked, full, consent) in [(1, 5, 2, 0), (2, 9, 1, 1), (3, 7, 0, 0)] {
        let mut counting = batch(n, &[]);
        counting["counters"] = json!({"outboxId": "o1", "tracked": tracked, "dropped": {"queue_full": full, "no_consent": consent}});
        collector.post_json(&counting).await;
    }
    assert_eq!(collector.sql("SELECT tracked FROM outboxes"), [json!(9)]);
    assert_eq!(
        collector.sql("SELECT dropped FROM drops ORDER BY reason"),
        [json!(1), json!(2)]
    );
}

#[tokio::test]
async fn health_means_that_the_store_commits() {
    let collector = TestCollector::start();
    let reply = collector.get("/healthz").await;
    assert_eq!((reply.status, reply.json()), (200, json!({"status": "ok"})));
    assert_eq!(collector.sql("SELECT count(*) FROM heartbeat"), [json!(1)]);
}

#[tokio::test]
async fn a_request_without_a_user_agent_is_taken() {
    let collector = TestCollector::start();
    let mut request = post(batch(1, &[pageview(1)]).to_string());
    request.headers_mut().remove("user-agent");
    assert_eq!(collector.send(request).await.json()["stored"], 1);
    assert_eq!(stored_event(&collector, 1)["webEvent"].get("browser"), None);
}
