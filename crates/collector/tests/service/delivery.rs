//! The view `delivery`: what was tracked, stored, dropped and is missing, per site and day.

use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;
use serde_json::{Value, json};
use sillage_collector::store::sqlite::DATABASE_FILE;
use sillage_protocol::Timestamp;

use crate::support::{NOW, TestCollector, batch, id, pageview};

const DAY_MS: u64 = 86_400_000;

/// What `docs/delivery-sql.md` tells people to ask.
const DOCUMENT: &str = include_str!("../../../../docs/delivery-sql.md");

fn with_counters(mut batch: Value, outbox: &str, tracked: u64, dropped: &Value) -> Value {
    batch["counters"] = json!({"outboxId": outbox, "tracked": tracked, "dropped": dropped});
    batch
}

/// The view's rows as objects, by site and day.
fn rows(collector: &TestCollector, columns: &str) -> Vec<Value> {
    let members: Vec<_> = columns
        .split(' ')
        .map(|column| format!("'{column}', {column}"))
        .collect();
    let query = format!(
        "SELECT json_object({}) FROM delivery ORDER BY site_id, day",
        members.join(", ")
    );
    let texts = collector.sql(&query);
    texts
        .iter()
        .map(|text| serde_json::from_str(text.as_str().unwrap()).unwrap())
        .collect()
}

#[tokio::test]
async fn what_was_tracked_and_neither_stored_nor_dropped_is_missing() {
    let collector = TestCollector::start();
    let first = batch(1, &[pageview(1), pageview(2)]);
    collector
        .post_json(&with_counters(first, "o1", 2, &json!({})))
        .await;
    let second = batch(2, &[pageview(3)]);
    let dropped = json!({"queue_full": 1, "too_large": 2, "invalid": 3, "no_consent": 4, "expired": 5, "filtered": 8, "moon": 6, "sun": 1});
    collector
        .post_json(&with_counters(second, "o1", 35, &dropped))
        .await;
    assert_eq!(
        rows(
            &collector,
            "site_id day requests tracked stored duplicates conflicts rejected dropped dropped_queue_full dropped_too_large dropped_invalid dropped_no_consent dropped_rejected dropped_expired dropped_filtered dropped_other missing"
        ),
        [json!({
            "site_id": "shop", "day": "2026-11-21", "requests": 2, "tracked": 35, "stored": 3,
            "duplicates": 0, "conflicts": 0, "rejected": 0, "dropped": 30, "dropped_queue_full": 1,
            "dropped_too_large": 2, "dropped_invalid": 3, "dropped_no_consent": 4,
            "dropped_rejected": 0, "dropped_expired": 5, "dropped_filtered": 8, "dropped_other": 7, "missing": 2,
        })]
    );
}

#[tokio::test]
async fn what_is_delivered_again_is_counted_and_changes_nothing_else() {
    let collector = TestCollector::start();
    let sent = with_counters(
        batch(1, &[pageview(1), pageview(2), json!({"id": "unfit"})]),
        "o1",
        3,
        &json!({}),
    );
    for _ in 0..3 {
        collector.post_json(&sent).await;
    }
    let mut changed = pageview(1);
    changed["webEvent"]["page"]["title"] = json!("Coffee");
    collector.post_json(&batch(2, &[changed])).await;
    assert_eq!(
        rows(
            &collector,
            "requests tracked stored duplicates conflicts rejected missing"
        ),
        [
            json!({"requests": 4, "tracked": 3, "stored": 2, "duplicates": 5, "conflicts": 1, "rejected": 1, "missing": 0})
        ]
    );
}

#[tokio::test]
async fn a_rejected_event_is_not_missing_and_not_subtracted_twice() {
    let collector = TestCollector::start();
    let sent = batch(1, &[pageview(1), json!({"id": id("event", 2)})]);
    collector
        .post_json(&with_counters(sent, "o1", 2, &json!({})))
        .await;
    let told = [json!({"rejected": 1, "dropped_rejected": 0, "dropped": 0, "missing": 0})];
    assert_eq!(
        rows(&collector, "rejected dropped_rejected dropped missing"),
        told
    );
    // The tracker has read the answer, and counts the event among those it dropped.
    collector
        .post_json(&with_counters(
            batch(2, &[]),
            "o1",
            2,
            &json!({"rejected": 1}),
        ))
        .await;
    let told = [json!({"rejected": 1, "dropped_rejected": 1, "dropped": 1, "missing": 0})];
    assert_eq!(
        rows(&collector, "rejected dropped_rejected dropped missing"),
        told
    );
}

#[tokio::test]
async fn counts_that_come_late_or_out_of_order_never_go_back() {
    let collector = TestCollector::start();
    for tracked in [5, 3, 5, 8, 1] {
        let ask = with_counters(
            batch(1, &[]),
            "o1",
            tracked,
            &json!({"queue_full": tracked / 2}),
        );
        collector.post_json(&ask).await;
    }
    collector
        .post_json(&with_counters(
            batch(1, &[]),
            "o2",
            2,
            &json!({"queue_full": 1}),
        ))
        .await;
    assert_eq!(
        rows(&collector, "tracked dropped_queue_full"),
        [json!({"tracked": 10, "dropped_queue_full": 5})]
    );
}

#[tokio::test]
async fn a_visit_over_midnight_counts_on_each_day_what_arrived_on_it() {
    static AT_MS: AtomicU64 = AtomicU64::new(NOW.0);
    let collector = TestCollector::start_on("127.0.0.1:8787", &[], || {
        Timestamp(AT_MS.load(Ordering::Relaxed))
    });
    let evening = batch(1, &[pageview(1), pageview(2)]);
    collector
        .post_json(&with_counters(evening, "o1", 3, &json!({})))
        .await;
    AT_MS.fetch_add(DAY_MS, Ordering::Relaxed);
    // The third event was under way at midnight; a fourth has come.
    let morning = batch(2, &[pageview(3), pageview(4)]);
    collector
        .post_json(&with_counters(morning, "o1", 4, &json!({})))
        .await;
    assert_eq!(
        rows(&collector, "day tracked stored missing"),
        [
            json!({"day": "2026-11-21", "tracked": 3, "stored": 2, "missing": 1}),
            json!({"day": "2026-11-22", "tracked": 1, "stored": 2, "missing": -1}),
        ]
    );
}

#[tokio::test]
async fn sites_are_counted_apart_and_a_sender_without_counters_shows() {
    let collector = TestCollector::start();
    collector.post_json(&batch(1, &[pageview(1)])).await;
    let mut elsewhere = with_counters(batch(1, &[pageview(1)]), "o1", 1, &json!({}));
    elsewhere["siteId"] = json!("blog");
    collector.post_json(&elsewhere).await;
    assert_eq!(
        rows(&collector, "site_id tracked stored missing"),
        [
            json!({"site_id": "blog", "tracked": 1, "stored": 1, "missing": 0}),
            json!({"site_id": "shop", "tracked": 0, "stored": 1, "missing": -1}),
        ]
    );
}

#[tokio::test]
async fn absurd_claims_spoil_their_own_counts_only() {
    let collector = TestCollector::start();
    for outbox in ["o1", "o2", "o3"] {
        let most = u64::MAX;
        let dropped = json!({"queue_full": most, "a": most, "b": most});
        let sent = with_counters(batch(1, &[]), outbox, most, &dropped);
        assert_eq!(collector.post_json(&sent).await.status, 200);
    }
    let reply = collector.post_json(&batch(1, &[pageview(1)])).await;
    assert_eq!(reply.json()["stored"], 1);
    let most = 1_u64 << 53;
    assert_eq!(
        rows(
            &collector,
            "tracked stored dropped_queue_full dropped_other dropped"
        ),
        [
            json!({"tracked": most, "stored": 1, "dropped_queue_full": most, "dropped_other": most, "dropped": 2 * most})
        ]
    );
}

#[tokio::test]
async fn every_query_of_the_document_is_answered() {
    let collector = TestCollector::start();
    let sent = with_counters(
        batch(1, &[pageview(1), pageview(2)]),
        "o1",
        3,
        &json!({"queue_full": 1}),
    );
    collector.post_json(&sent).await;
    collector.post_json(&sent).await;
    let connection = Connection::open(collector.folder.path().join(DATABASE_FILE)).unwrap();
    let queries: Vec<_> = DOCUMENT
        .split("```sql\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(queries.len() >= 5, "{queries:?}");
    for query in queries {
        let mut statement = connection.prepare(query).unwrap();
        let rows = statement.query_map([], |_| Ok(())).unwrap().count();
        assert!(rows > 0, "no row: {query}");
    }
}
