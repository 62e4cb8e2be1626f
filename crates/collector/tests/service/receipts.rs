//! What a sender learns about its batches: receipts, and asks, which bring no events.

use serde_json::{Value, json};
use sillage_protocol::Timestamp;

use crate::support::{NOW, TestCollector, batch, id, join_all, pageview};

/// What is no event, with an id of its own.
fn unfit(n: usize) -> Value {
    json!({"id": id("event", n), "createdDate": "yesterday"})
}

fn ask(batches: &[usize]) -> Value {
    let mut ask = batch(999, &[]);
    let ids: Vec<_> = batches.iter().map(|n| id("batch", *n)).collect();
    ask["receipts"] = json!(ids);
    ask
}

async fn receipt(collector: &TestCollector, n: usize) -> Value {
    let reply = collector.post_json(&ask(&[n])).await;
    assert_eq!(reply.status, 200);
    reply.json()["receipts"][id("batch", n)].clone()
}

fn verdicts(stored: u64, duplicates: u64, rejected: u64) -> Value {
    json!({"stored": stored, "duplicates": duplicates, "rejected": rejected})
}

#[tokio::test]
async fn an_ask_is_answered_and_is_no_batch() {
    let collector = TestCollector::start();
    collector.post_json(&batch(1, &[pageview(1)])).await;
    let mut asking = ask(&[1, 2]);
    asking["counters"] = json!({"outboxId": "o1", "tracked": 3, "dropped": {"queue_full": 1}});
    // Again and again under one id, as a tracker that is waiting does.
    for _ in 0..2 {
        let reply = collector.post_json(&asking).await;
        assert_eq!(reply.status, 200);
        assert_eq!(
            reply.json(),
            json!({
                "id": id("batch", 999), "stored": 0, "duplicates": 0, "rejected": [],
                "receipts": {id("batch", 1): verdicts(1, 0, 0), id("batch", 2): "unknown"},
            })
        );
    }
    assert_eq!(
        collector.sql("SELECT id FROM batches"),
        [json!(id("batch", 1))]
    );
    assert_eq!(receipt(&collector, 999).await, "unknown");
    assert_eq!(collector.sql("SELECT tracked FROM outboxes"), [json!(3)]);
    assert_eq!(collector.sql("SELECT dropped FROM drops"), [json!(1)]);
}

#[tokio::test]
async fn a_batch_that_asks_about_itself_learns_what_became_of_it() {
    let collector = TestCollector::start();
    let mut sent = batch(1, &[pageview(1), unfit(2)]);
    sent["receipts"] = json!([id("batch", 1)]);
    let answer = collector.post_json(&sent).await.json();
    assert_eq!(answer["receipts"][id("batch", 1)], verdicts(1, 0, 1));
}

#[tokio::test]
async fn a_batch_delivered_again_keeps_its_receipt() {
    let collector = TestCollector::start();
    collector.post_json(&batch(1, &[pageview(9)])).await;
    let sent = batch(2, &[pageview(1), pageview(9), unfit(2), pageview(3)]);
    for _ in 0..3 {
        collector.post_json(&sent).await;
        assert_eq!(receipt(&collector, 2).await, verdicts(2, 1, 1));
    }
}

#[tokio::test]
async fn a_part_of_a_batch_has_a_smaller_receipt_until_the_whole_arrives() {
    let collector = TestCollector::start();
    let events = [pageview(1), pageview(2), pageview(3), unfit(4), pageview(5)];
    collector.post_json(&batch(9, &[pageview(5)])).await;
    collector.post_json(&batch(1, &events[..2])).await;
    assert_eq!(receipt(&collector, 1).await, verdicts(2, 0, 0));
    collector.post_json(&batch(1, &events)).await;
    assert_eq!(receipt(&collector, 1).await, verdicts(3, 1, 1));
    collector.post_json(&batch(1, &events[1..4])).await;
    assert_eq!(receipt(&collector, 1).await, verdicts(3, 1, 1));
}

#[tokio::test]
async fn a_receipt_counts_an_event_once_however_often_its_batch_repeats_it() {
    let collector = TestCollector::start();
    let mut upper = pageview(1);
    upper["id"] = json!(id("event", 1).to_uppercase());
    let mut unfit_again = unfit(2);
    unfit_again["createdDate"] = json!("tomorrow");
    let mut spoiled = pageview(1);
    spoiled["createdDate"] = json!("yesterday");
    let sent = batch(1, &[pageview(1), upper, unfit(2), unfit_again, spoiled]);
    let answer = collector.post_json(&sent).await.json();
    assert_eq!(answer["rejected"].as_array().unwrap().len(), 3);
    assert_eq!(receipt(&collector, 1).await, verdicts(1, 0, 1));
}

#[tokio::test]
async fn an_event_that_is_taken_after_it_was_rejected_is_stored() {
    let collector = TestCollector::start();
    let mut ahead = pageview(1);
    ahead["createdDate"] = json!(Timestamp(NOW.0 + 48 * 3_600_000));
    let mut sent = batch(1, &[ahead, pageview(2)]);
    collector.post_json(&sent).await;
    assert_eq!(receipt(&collector, 1).await, verdicts(1, 0, 1));
    // The same events: now that `sentAt` tells how wrong the clock is, the date can be corrected.
    sent["sentAt"] = json!(Timestamp(NOW.0 + 48 * 3_600_000));
    collector.post_json(&sent).await;
    assert_eq!(receipt(&collector, 1).await, verdicts(2, 0, 0));
}

#[tokio::test]
async fn deliveries_of_one_batch_at_once_leave_the_receipt_of_one() {
    let collector = TestCollector::start();
    collector.post_json(&batch(99, &[pageview(4)])).await;
    let whole = [pageview(1), pageview(2), unfit(3), pageview(4)];
    let deliveries: Vec<_> = (0..30)
        .map(|n| match n % 3 {
            0 => batch(1, &whole[..2]),
            _ => batch(1, &whole),
        })
        .collect();
    // All are waiting for the writer when it takes its first group.
    let replies = join_all(deliveries.iter().map(|sent| collector.post_json(sent))).await;
    let stored: u64 = replies
        .iter()
        .map(|reply| reply.json()["stored"].as_u64().unwrap())
        .sum();
    assert_eq!(stored, 2);
    assert_eq!(receipt(&collector, 1).await, verdicts(2, 1, 1));
}
