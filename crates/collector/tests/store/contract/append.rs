//! Once and only once: verdicts, receipts, totals.

use serde_json::json;
use sillage_collector::store::IncomingBatch;
use sillage_protocol::batch::Receipt;
use tokio::task::JoinSet;

use crate::place::Place;
use crate::rows::{
    all, batch, batch_id, document, event, event_id, ids, on_site, pageview, receipt, stored_ids,
    verdicts,
};

pub(crate) async fn an_event_is_kept_once_for_each_site_and_id(place: Place) {
    let store = place.open();
    let first = store.append(batch(1, vec![pageview(1), pageview(2)])).await;
    assert_eq!(first.unwrap().verdicts, verdicts(2, 0, 0));
    let again = store.append(batch(2, vec![pageview(2), pageview(3)])).await;
    assert_eq!(again.unwrap().verdicts, verdicts(1, 1, 0));
    let elsewhere = on_site("blog", batch(1, vec![pageview(1)]));
    let elsewhere = store.append(elsewhere).await.unwrap();
    assert_eq!(elsewhere.verdicts, verdicts(1, 0, 0));
    assert_eq!(stored_ids(&*store).await, ids(&[1, 2, 3, 1]));
}

pub(crate) async fn other_content_under_a_known_id_is_a_conflict_and_changes_nothing(place: Place) {
    let store = place.open();
    store.append(batch(1, vec![pageview(1)])).await.unwrap();
    let before = all(&*store).await;
    let mut other = event(1, &json!({"customerId": "v2"}));
    other.fingerprint = 77;
    let appended = store.append(batch(2, vec![other])).await.unwrap();
    assert_eq!(
        (appended.verdicts, appended.conflicts),
        (verdicts(0, 1, 0), 1)
    );
    let same = store.append(batch(3, vec![pageview(1)])).await.unwrap();
    assert_eq!(same.conflicts, 0);
    assert_eq!(all(&*store).await, before);
}

pub(crate) async fn an_event_that_a_batch_repeats_is_stored_once(place: Place) {
    let store = place.open();
    let repeated = batch(1, vec![pageview(1), pageview(1), pageview(2)]);
    let appended = store.append(repeated).await.unwrap();
    assert_eq!(appended.verdicts, verdicts(2, 1, 0));
    assert_eq!(stored_ids(&*store).await, ids(&[1, 2]));
    // The receipt is about distinct events.
    assert_eq!(
        receipt(&*store, 1).await,
        Receipt::Stored(verdicts(2, 0, 0))
    );
}

pub(crate) async fn the_receipt_sums_up_to_the_most_complete_delivery(place: Place) {
    let store = place.open();
    let part = batch(1, vec![pageview(1)]);
    store.append(part.clone()).await.unwrap();
    let whole = IncomingBatch {
        rejected: 1,
        ..batch(1, vec![pageview(1), pageview(2)])
    };
    for _ in 0..2 {
        store.append(whole.clone()).await.unwrap();
        let known = Receipt::Stored(verdicts(2, 0, 1));
        assert_eq!(receipt(&*store, 1).await, known);
    }
    store.append(part).await.unwrap();
    let known = Receipt::Stored(verdicts(2, 0, 1));
    assert_eq!(receipt(&*store, 1).await, known);
}

pub(crate) async fn a_batch_without_events_leaves_no_receipt(place: Place) {
    let store = place.open();
    let appended = store.append(batch(1, Vec::new())).await.unwrap();
    assert_eq!(appended.verdicts, verdicts(0, 0, 0));
    assert_eq!(receipt(&*store, 1).await, Receipt::Unknown);
    let refused = IncomingBatch {
        rejected: 2,
        ..batch(2, Vec::new())
    };
    store.append(refused).await.unwrap();
    let known = Receipt::Stored(verdicts(0, 0, 2));
    assert_eq!(receipt(&*store, 2).await, known);
}

pub(crate) async fn receipts_are_answered_in_the_order_asked_and_by_site(place: Place) {
    let store = place.open();
    let blog = on_site("blog", batch(2, vec![pageview(9)]));
    store.append(blog).await.unwrap();
    store.append(batch(1, vec![pageview(1)])).await.unwrap();
    let asked = vec![batch_id(2), batch_id(1).to_uppercase(), batch_id(3)];
    let ask = IncomingBatch {
        receipts: asked.clone(),
        ..batch(3, vec![pageview(2), pageview(3)])
    };
    let appended = store.append(ask).await.unwrap();
    let answers = [
        Receipt::Unknown,
        Receipt::Stored(verdicts(1, 0, 0)),
        // A batch may ask about itself.
        Receipt::Stored(verdicts(2, 0, 0)),
    ];
    let expected: Vec<_> = asked.into_iter().zip(answers).collect();
    assert_eq!(appended.receipts, expected);
}

pub(crate) async fn totals_count_each_event_of_a_visitor_once(place: Place) {
    let store = place.open();
    let order = event(2, &json!({"webEvent": {"eventName": "order_completed"}}));
    let sent = batch(1, vec![pageview(1), order, pageview(3)]);
    store.append(sent.clone()).await.unwrap();
    store.append(sent).await.unwrap();
    store.append(batch(2, vec![pageview(4)])).await.unwrap();
    let totals: Vec<_> = all(&*store)
        .await
        .iter()
        .map(|event| {
            let web_event = &document(event)["webEvent"];
            json!([
                web_event["totalEventCount"],
                web_event["totalPageviewCount"]
            ])
        })
        .collect();
    let expected = [json!([1, 1]), json!([2, 1]), json!([3, 2]), json!([4, 3])];
    assert_eq!(totals, expected);
}

pub(crate) async fn totals_are_of_one_visitor_on_one_site(place: Place) {
    let store = place.open();
    let nobody = json!({"customerId": null, "customerIdType": null});
    let events = vec![
        pageview(1),
        event(2, &json!({"customerId": "v2"})),
        event(3, &json!({"customerIdType": "email"})),
        event(4, &nobody),
        event(5, &json!({"customerId": null, "session": {"id": "s2"}})),
    ];
    store.append(batch(1, events)).await.unwrap();
    let blog = on_site("blog", batch(1, vec![pageview(1)]));
    store.append(blog).await.unwrap();
    for event in all(&*store).await {
        let web_event = &document(&event)["webEvent"];
        assert_eq!(web_event["totalEventCount"], 1, "{event:?}");
    }
}

pub(crate) async fn batches_at_once_are_each_stored_whole(place: Place) {
    let store = place.open();
    let mut deliveries = JoinSet::new();
    for n in 0..200 {
        let store = store.clone();
        // Each batch comes twice at once.
        let events = (0..5).map(|place| pageview(n / 2 * 5 + place)).collect();
        let sent = batch(n / 2, events);
        deliveries.spawn(async move { store.append(sent).await.unwrap().verdicts });
    }
    let verdicts = deliveries.join_all().await;
    let stored: u64 = verdicts.iter().map(|verdicts| verdicts.stored).sum();
    let duplicates: u64 = verdicts.iter().map(|verdicts| verdicts.duplicates).sum();
    assert_eq!((stored, duplicates), (500, 500));
    let mut found = stored_ids(&*store).await;
    found.sort();
    assert_eq!(found, (0..500).map(event_id).collect::<Vec<_>>());
}
