//! What is deleted is gone, and does not come back.

use serde_json::json;
use sillage_collector::store::{
    Expired, Expiry, IncomingBatch, REMEMBERED_MS, Store, VisitorDeleted, VisitorDeletion,
};
use sillage_protocol::Timestamp;
use sillage_protocol::batch::Receipt;

use crate::place::Place;
use crate::rows::{
    NOW, all, batch, document, event, ids, on_site, pageview, receipt, stored_ids, verdicts,
};

const DAY_MS: u64 = 86_400_000;

async fn delete(store: &dyn Store, visitor: &str, site_id: Option<&str>) -> VisitorDeleted {
    let deletion = VisitorDeletion {
        visitor: visitor.to_owned(),
        site_id: site_id.map(str::to_owned),
        now: NOW,
    };
    store.delete_visitor(deletion).await.unwrap()
}

/// Expires to the end, so many milliseconds after `NOW`.
async fn expire(store: &dyn Store, after_ms: u64, retention_ms: Option<u64>) -> Expired {
    let expiry = Expiry {
        now: Timestamp(NOW.0 + after_ms),
        retention_ms,
    };
    let mut sum = Expired::default();
    while !sum.is_done {
        let portion = store.expire(expiry).await.unwrap();
        sum.events += portion.events;
        sum.receipts += portion.receipts;
        sum.ids += portion.ids;
        sum.is_done = portion.is_done;
    }
    sum
}

fn at(ms: u64, batch: IncomingBatch) -> IncomingBatch {
    IncomingBatch {
        received_at: Timestamp(NOW.0 + ms),
        ..batch
    }
}

pub(crate) async fn a_deleted_visitor_leaves_no_event_and_no_totals(place: Place) {
    let store = place.open();
    let events = vec![
        pageview(1),
        event(2, &json!({"customerId": "v2"})),
        event(3, &json!({"customerIdType": "email"})),
        event(4, &json!({"session": {"id": "s2"}})),
    ];
    store.append(batch(1, events)).await.unwrap();
    let blog = on_site("blog", batch(1, vec![pageview(5)]));
    store.append(blog).await.unwrap();
    let deleted = delete(&*store, "cookie:v1", None).await;
    assert_eq!((deleted.events, deleted.totals), (3, 2));
    assert_eq!(stored_ids(&*store).await, ids(&[2, 3]));
    // Whatever the visitor does later begins with nothing.
    store.append(batch(2, vec![pageview(6)])).await.unwrap();
    let later = &all(&*store).await[2];
    assert_eq!(document(later)["webEvent"]["totalEventCount"], 1);
}

pub(crate) async fn a_visitor_is_deleted_on_one_site_only_where_that_is_asked(place: Place) {
    let store = place.open();
    store.append(batch(1, vec![pageview(1)])).await.unwrap();
    let blog = on_site("blog", batch(1, vec![pageview(2)]));
    store.append(blog).await.unwrap();
    let deleted = delete(&*store, "cookie:v1", Some("shop")).await;
    assert_eq!((deleted.events, deleted.totals), (1, 1));
    assert_eq!(stored_ids(&*store).await, ids(&[2]));
}

pub(crate) async fn what_was_deleted_does_not_come_back(place: Place) {
    let store = place.open();
    let sent = batch(1, vec![pageview(1), pageview(2)]);
    store.append(sent.clone()).await.unwrap();
    delete(&*store, "cookie:v1", None).await;
    let store = place.reopen(store).await;
    let again = store.append(sent.clone()).await.unwrap();
    assert_eq!((again.verdicts, again.conflicts), (verdicts(0, 2, 0), 0));
    let mut other = batch(2, vec![pageview(2)]);
    other.events[0].fingerprint = 77;
    let again = store.append(other).await.unwrap();
    assert_eq!(again.verdicts, verdicts(0, 1, 0));
    assert_eq!(stored_ids(&*store).await, ids(&[]));
    // A sender that asks is told that it need not send again.
    let known = Receipt::Stored(verdicts(2, 0, 0));
    assert_eq!(receipt(&*store, 1).await, known);
    // The id is known on its own site only.
    let blog = store.append(on_site("blog", sent)).await.unwrap();
    assert_eq!(blog.verdicts, verdicts(2, 0, 0));
}

pub(crate) async fn deleting_again_finds_nothing(place: Place) {
    let store = place.open();
    store.append(batch(1, vec![pageview(1)])).await.unwrap();
    for events in [1, 0, 0] {
        let deleted = delete(&*store, "cookie:v1", None).await;
        assert_eq!((deleted.events, deleted.totals), (events, events));
    }
    let unknown = delete(&*store, "cookie:' OR 1=1", Some("%")).await;
    assert_eq!(unknown, VisitorDeleted::default());
}

pub(crate) async fn a_visitor_with_many_events_is_deleted_whole_while_batches_arrive(place: Place) {
    let store = place.open();
    let sent = batch(1, (0..1_700).map(pageview).collect());
    store.append(sent.clone()).await.unwrap();
    let others = async {
        for n in 2..40 {
            let other = event(10_000 + n, &json!({"customerId": "v2"}));
            store.append(batch(n, vec![other])).await.unwrap();
        }
    };
    let (deleted, ()) = tokio::join!(delete(&*store, "cookie:v1", None), others);
    assert_eq!(deleted.events, 1_700);
    assert_eq!(all(&*store).await.len(), 38);
    let again = store.append(sent).await.unwrap();
    assert_eq!(again.verdicts, verdicts(0, 1_700, 0));
}

pub(crate) async fn events_that_arrived_too_long_ago_expire(place: Place) {
    let store = place.open();
    for day in 0..4 {
        let sent = batch(day, (0..400).map(|n| pageview(day * 400 + n)).collect());
        store.append(at(day * DAY_MS, sent)).await.unwrap();
    }
    let expired = expire(&*store, 4 * DAY_MS, Some(3 * DAY_MS)).await;
    assert_eq!(expired.events, 400);
    let expired = expire(&*store, 6 * DAY_MS, Some(3 * DAY_MS)).await;
    assert_eq!(expired.events, 800);
    assert_eq!(all(&*store).await.len(), 400);
    let expired = expire(&*store, 6 * DAY_MS, Some(3 * DAY_MS)).await;
    assert_eq!(expired.events, 0);
}

pub(crate) async fn without_a_retention_nothing_expires(place: Place) {
    let store = place.open();
    store.append(batch(1, vec![pageview(1)])).await.unwrap();
    let expired = expire(&*store, 10_000 * DAY_MS, None).await;
    assert_eq!((expired.events, expired.receipts, expired.ids), (0, 0, 0));
    let known = Receipt::Stored(verdicts(1, 0, 0));
    assert_eq!(receipt(&*store, 1).await, known);
}

pub(crate) async fn what_expired_does_not_come_back_while_a_sender_may_bring_it(place: Place) {
    let store = place.open();
    let sent = batch(1, vec![pageview(1)]);
    store.append(sent.clone()).await.unwrap();
    let expired = expire(&*store, 2 * DAY_MS, Some(DAY_MS)).await;
    assert_eq!(expired.events, 1);
    let last = REMEMBERED_MS - 1;
    assert_eq!(expire(&*store, last, Some(DAY_MS)).await.ids, 0);
    let again = store.append(at(last, sent)).await.unwrap();
    assert_eq!(again.verdicts, verdicts(0, 1, 0));
    assert_eq!(stored_ids(&*store).await, ids(&[]));
    assert_eq!(expire(&*store, REMEMBERED_MS, Some(DAY_MS)).await.ids, 1);
    // What arrived longer ago than that leaves no id behind.
    let old = batch(2, vec![pageview(2)]);
    store.append(old).await.unwrap();
    let expired = expire(&*store, REMEMBERED_MS, Some(REMEMBERED_MS - 1)).await;
    assert_eq!((expired.events, expired.ids), (1, 0));
    let forgotten = expire(&*store, 10 * REMEMBERED_MS, Some(DAY_MS)).await;
    assert_eq!(forgotten.ids, 0);
}

pub(crate) async fn receipts_outlive_events_as_long_as_a_sender_may_ask(place: Place) {
    let store = place.open();
    store.append(batch(1, vec![pageview(1)])).await.unwrap();
    assert_eq!(
        expire(&*store, REMEMBERED_MS, Some(DAY_MS)).await.receipts,
        0
    );
    let known = Receipt::Stored(verdicts(1, 0, 0));
    assert_eq!(receipt(&*store, 1).await, known);
    let expired = expire(&*store, REMEMBERED_MS + 1, Some(DAY_MS)).await;
    assert_eq!(expired.receipts, 1);
    assert_eq!(receipt(&*store, 1).await, Receipt::Unknown);
}

pub(crate) async fn a_visitor_whose_last_event_expired_has_no_totals(place: Place) {
    let store = place.open();
    let first = vec![pageview(1), event(2, &json!({"customerId": "v2"}))];
    store.append(batch(1, first)).await.unwrap();
    let second = batch(2, vec![pageview(3)]);
    store.append(at(5 * DAY_MS, second)).await.unwrap();
    expire(&*store, 6 * DAY_MS, Some(3 * DAY_MS)).await;
    let third = vec![pageview(4), event(5, &json!({"customerId": "v2"}))];
    store.append(at(6 * DAY_MS, batch(3, third))).await.unwrap();
    let totals: Vec<_> = all(&*store)
        .await
        .iter()
        .map(|event| document(event)["webEvent"]["totalEventCount"].clone())
        .collect();
    // `v1` was there all the time, `v2` is new.
    assert_eq!(totals, [json!(2), json!(3), json!(1)]);
}
