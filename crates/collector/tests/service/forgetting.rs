//! Deleting visitors and old events, and exporting everything, as operators ask for it.

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sillage_collector::store::{REMEMBERED_MS, Store};

use crate::support::{TestCollector, batch, get, id, pageview};

fn delete(path: &str) -> Request<Body> {
    Request::delete(path)
        .header("host", "127.0.0.1:8787")
        .body(Body::empty())
        .unwrap()
}

fn lines(body: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(body).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn a_deleted_visitor_is_named_nowhere_in_the_files_of_the_store() {
    let collector = TestCollector::start();
    let mut event = pageview(1);
    event["customerId"] = json!("visitor-to-forget");
    event["webEvent"]["page"]["title"] = json!("title-to-forget");
    let mut kept = pageview(2);
    kept["customerId"] = json!("visitor-to-keep");
    collector.post_json(&batch(1, &[event, kept])).await;
    let found = |text: &str| -> usize {
        let files = std::fs::read_dir(collector.folder.path()).unwrap();
        files
            .map(|file| std::fs::read(file.unwrap().path()).unwrap())
            .map(|bytes| {
                bytes
                    .windows(text.len())
                    .filter(|window| *window == text.as_bytes())
                    .count()
            })
            .sum()
    };
    assert!(found("visitor-to-forget") > 0 && found("title-to-forget") > 0);
    let reply = collector
        .send(delete("/v1/visitors/visitor-to-forget"))
        .await;
    assert_eq!(
        (reply.status, reply.json()),
        (
            200,
            json!({"visitor": "cookie:visitor-to-forget", "events": 1, "totals": 1})
        )
    );
    assert_eq!(found("visitor-to-forget"), 0);
    assert_eq!(found("title-to-forget"), 0);
    assert!(found("visitor-to-keep") > 0);
    let reply = collector
        .send(delete("/v1/visitors/visitor-to-forget"))
        .await;
    assert_eq!((reply.status, &reply.json()["events"]), (200, &json!(0)));
}

#[tokio::test]
async fn a_visitor_is_deleted_by_type_and_site() {
    let collector = TestCollector::start();
    let mut known = pageview(1);
    known["customerId"] = json!("ada@shop.example");
    known["customerIdType"] = json!("email");
    let mut anonymous = pageview(2);
    anonymous["customerId"] = Value::Null;
    anonymous["customerIdType"] = Value::Null;
    collector.post_json(&batch(1, &[known, anonymous])).await;
    for (path, events) in [
        ("/v1/visitors/ada%40shop.example", 0),
        ("/v1/visitors/ada%40shop.example?type=email&site=blog", 0),
        ("/v1/visitors/ada%40shop.example?type=email&site=shop", 1),
        ("/v1/visitors/s1?type=session", 1),
    ] {
        let reply = collector.send(delete(path)).await;
        assert_eq!(reply.json()["events"], events, "{path}");
    }
    assert_eq!(collector.sql("SELECT count(*) FROM visitors"), [json!(0)]);
}

#[tokio::test]
async fn deleting_and_exporting_need_what_reads_need() {
    let collector = TestCollector::start_with(&["--read-token", "secret"]);
    for request in [delete("/v1/visitors/v1"), get("/v1/export")] {
        assert_eq!(collector.send(request).await.status, 401);
    }
    let mut cross_site = delete("/v1/visitors/v1?token=secret");
    let site = "cross-site".parse().unwrap();
    cross_site.headers_mut().insert("sec-fetch-site", site);
    assert_eq!(collector.send(cross_site).await.status, 403);
    let allowed = collector.send(delete("/v1/visitors/v1?token=secret")).await;
    assert_eq!(allowed.status, 200);
    assert_eq!(collector.get("/v1/export?token=secret").await.status, 200);
    // Who is let in by `*` for batches is not let in here.
    assert_eq!(allowed.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn what_is_asked_wrongly_names_the_parameter() {
    let collector = TestCollector::start();
    let long = "x".repeat(257);
    for (request, named) in [
        (delete(&format!("/v1/visitors/{long}")), "id"),
        (delete("/v1/visitors/v1?type="), "type"),
        (get("/v1/export?after=x"), "after"),
        (get("/v1/export?after=-2"), "after"),
    ] {
        let reply = collector.send(request).await;
        assert_eq!(reply.status, 400);
        let message = reply.json()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with(named), "{message}");
    }
}

#[tokio::test]
async fn an_export_has_a_line_for_each_event_and_goes_on_where_the_last_one_ended() {
    let collector = TestCollector::start();
    let events: Vec<_> = (1..=450).map(pageview).collect();
    collector.post_json(&batch(1, &events)).await;
    let mut elsewhere = batch(2, &[pageview(451)]);
    elsewhere["siteId"] = json!("blog");
    collector.post_json(&elsewhere).await;
    let reply = collector.get("/v1/export").await;
    assert_eq!(reply.header("content-type"), "application/x-ndjson");
    let exported = lines(&reply.body);
    assert_eq!(exported.len(), 451);
    assert_eq!(exported[449]["event"]["id"], id("event", 450));
    assert_eq!(exported[450]["siteId"], "blog");
    let stored = collector.sql("SELECT event FROM events WHERE sequence = 7");
    let stored: Value = serde_json::from_str(stored[0].as_str().unwrap()).unwrap();
    assert_eq!(
        exported[6],
        json!({"sequence": 7, "siteId": "shop", "receivedAt": "2026-11-21T12:00:00.000Z", "event": stored})
    );
    let of_a_site = collector.get("/v1/export?site=blog").await;
    assert_eq!(lines(&of_a_site.body), exported[450..]);
    let later = collector.get("/v1/export?after=449").await;
    assert_eq!(lines(&later.body), exported[449..]);
    let nothing = collector.get("/v1/export?after=451").await;
    assert_eq!((nothing.status, nothing.body.len()), (200, 0));
}

#[tokio::test]
async fn an_export_that_breaks_off_does_not_look_whole() {
    let collector = TestCollector::start();
    let events: Vec<_> = (1..=900).map(pageview).collect();
    collector.post_json(&batch(1, &events)).await;
    let response = collector.open(get("/v1/export")).await;
    assert_eq!(response.status(), 200);
    // The store goes on, the streams do not.
    collector.state.stop_streams();
    assert!(response.into_body().collect().await.is_err());
    collector.store.check().await.unwrap();
}

#[tokio::test]
async fn more_exports_than_there_are_places_for_are_told_to_come_later() {
    let collector = TestCollector::start();
    let events: Vec<_> = (1..=900).map(pageview).collect();
    collector.post_json(&batch(1, &events)).await;
    let open = [
        collector.open(get("/v1/export")).await,
        collector.open(get("/v1/export")).await,
    ];
    let refused = collector.get("/v1/export").await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "1"));
    for response in open {
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(lines(&body).len(), 900);
    }
}

#[test]
fn ids_are_remembered_for_longer_than_the_tracker_sends_events_again() {
    let tracker = include_str!("../../../core/src/tracker/turn.rs");
    assert!(tracker.contains("const MAX_AGE_MS: u64 = 30 * 86_400_000;"));
    const { assert!(REMEMBERED_MS >= 31 * 86_400_000) };
}
