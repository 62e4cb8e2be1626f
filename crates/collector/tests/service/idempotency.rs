//! What comes twice is stored once, and what became of a batch can be asked.

use serde_json::json;
use sillage_collector::store::Store;

use crate::support::{TestCollector, batch, id, join_all, pageview};

#[tokio::test]
async fn the_same_batch_again_is_answered_and_changes_nothing() {
    let collector = TestCollector::start();
    let sent = batch(1, &[pageview(1), pageview(2)]);
    collector.post_json(&sent).await;
    let before = collector.sql("SELECT group_concat(event) FROM events");
    let again = collector.post_json(&sent).await;
    assert_eq!(again.status, 200);
    assert_eq!(
        (&again.json()["stored"], &again.json()["duplicates"]),
        (&json!(0), &json!(2))
    );
    assert_eq!(
        collector.sql("SELECT group_concat(event) FROM events"),
        before
    );
    assert_eq!(
        collector.sql("SELECT event_count FROM visitors"),
        [json!(2)]
    );
}

#[tokio::test]
async fn an_event_of_another_batch_is_known_by_its_id_in_either_case() {
    let collector = TestCollector::start();
    collector.post_json(&batch(1, &[pageview(1)])).await;
    let mut upper = pageview(1);
    upper["id"] = json!(id("event", 1).to_uppercase());
    let reply = collector
        .post_json(&batch(2, &[upper, pageview(2), pageview(2)]))
        .await;
    assert_eq!(
        (&reply.json()["stored"], &reply.json()["duplicates"]),
        (&json!(1), &json!(2))
    );
}

#[tokio::test]
async fn sites_do_not_share_events() {
    let collector = TestCollector::start();
    collector.post_json(&batch(1, &[pageview(1)])).await;
    let mut elsewhere = batch(1, &[pageview(1)]);
    elsewhere["siteId"] = json!("other");
    assert_eq!(collector.post_json(&elsewhere).await.json()["stored"], 1);
}

#[tokio::test]
async fn other_content_under_a_known_id_is_a_duplicate_and_counted_as_a_conflict() {
    let collector = TestCollector::start();
    collector.post_json(&batch(1, &[pageview(1)])).await;
    let mut changed = pageview(1);
    changed["webEvent"]["page"]["title"] = json!("Coffee");
    let reply = collector
        .post_json(&batch(2, &[changed, pageview(1)]))
        .await;
    assert_eq!(reply.json()["duplicates"], 2);
    assert_eq!(
        collector.sql("SELECT conflicts FROM batches ORDER BY id"),
        [json!(0), json!(1)]
    );
    assert_eq!(
        collector.sql("SELECT json_extract(event, '$.webEvent.page.title') FROM events"),
        [json!("Tea")]
    );
}

#[tokio::test]
async fn a_receipt_tells_what_became_of_a_batch_of_the_same_site() {
    let collector = TestCollector::start();
    let bad = json!({"id": "no uuid"});
    collector.post_json(&batch(1, &[pageview(1), bad])).await;
    // Its answer got lost; it is sent again, which must not change the receipt.
    collector
        .post_json(&batch(1, &[pageview(1), json!({"id": "no uuid"})]))
        .await;
    let mut asking = batch(2, &[pageview(1)]);
    asking["receipts"] = json!([id("batch", 1), id("batch", 9)]);
    assert_eq!(
        collector.post_json(&asking).await.json()["receipts"],
        json!({id("batch", 1): {"stored": 1, "duplicates": 0, "rejected": 1}, id("batch", 9): "unknown"})
    );
    asking["siteId"] = json!("other");
    asking["receipts"] = json!([id("batch", 1)]);
    assert_eq!(
        collector.post_json(&asking).await.json()["receipts"],
        json!({id("batch", 1): "unknown"})
    );
}

#[tokio::test]
async fn batches_sent_at_once_are_each_stored_once() {
    let collector = TestCollector::start();
    let bodies: Vec<_> = (0..40)
        .map(|n| batch(n % 20, &[pageview(n % 20), pageview(100 + n % 20)]))
        .collect();
    let replies = bodies.iter().map(|body| collector.post_json(body));
    let stored: u64 = {
        let mut sum = 0;
        for reply in join_all(replies).await {
            assert_eq!(reply.status, 200);
            sum += reply.json()["stored"].as_u64().unwrap();
        }
        sum
    };
    assert_eq!(stored, 40);
    assert_eq!(collector.sql("SELECT count(*) FROM events"), [json!(40)]);
}

#[tokio::test]
async fn a_closed_store_has_committed_what_it_took_and_takes_no_more() {
    let collector = TestCollector::start();
    collector.post_json(&batch(1, &[pageview(1)])).await;
    collector.store.close().await.unwrap();
    let reply = collector.post_json(&batch(2, &[pageview(2)])).await;
    assert_eq!((reply.status, reply.header("retry-after")), (503, "1"));
    assert_eq!(reply.json()["code"], "unavailable");
    assert_eq!(collector.sql("SELECT count(*) FROM events"), [json!(1)]);
}
