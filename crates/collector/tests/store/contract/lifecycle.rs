//! Opening, closing, and what is left of a store in between.

use std::sync::Arc;

use sillage_collector::store::{Store, StoreError};
use sillage_protocol::batch::Receipt;

use crate::place::Place;
use crate::rows::{all, batch, ids, pageview, receipt, stored_ids, verdicts};

pub(crate) async fn what_was_acknowledged_is_there_after_the_next_opening(place: Place) {
    let store = place.open();
    store
        .append(batch(1, vec![pageview(1), pageview(2)]))
        .await
        .unwrap();
    let before = all(&*store).await;
    let store = place.reopen(store).await;
    assert_eq!(all(&*store).await, before);
    let known = Receipt::Stored(verdicts(2, 0, 0));
    assert_eq!(receipt(&*store, 1).await, known);
    let again = store.append(batch(1, vec![pageview(1)])).await.unwrap();
    assert_eq!(again.verdicts, verdicts(0, 1, 0));
}

pub(crate) async fn sequences_are_never_used_again(place: Place) {
    let store = place.open();
    store.append(batch(1, vec![pageview(1)])).await.unwrap();
    let first = all(&*store).await[0].sequence;
    let store = place.reopen(store).await;
    store.append(batch(2, vec![pageview(2)])).await.unwrap();
    assert!(all(&*store).await[1].sequence > first);
}

pub(crate) async fn a_closed_store_takes_nothing_and_says_so(place: Place) {
    let store = place.open();
    store.close().await.unwrap();
    let refused = store.append(batch(1, vec![pageview(1)])).await;
    assert!(matches!(refused, Err(StoreError::Closed)), "{refused:?}");
    let refused = store.check().await;
    assert!(matches!(refused, Err(StoreError::Closed)), "{refused:?}");
    let refused = store.close().await;
    assert!(matches!(refused, Err(StoreError::Closed)), "{refused:?}");
}

pub(crate) async fn closing_keeps_what_was_taken(place: Place) {
    let store = place.open();
    let appends: Vec<_> = (1..=50)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.append(batch(n, vec![pageview(n)])).await.is_ok() })
        })
        .collect();
    tokio::task::yield_now().await;
    let store = place.reopen(store).await;
    let mut acknowledged = 0;
    for append in appends {
        acknowledged += usize::from(append.await.unwrap());
    }
    assert_eq!(all(&*store).await.len(), acknowledged);
}

pub(crate) async fn a_check_leaves_no_trace(place: Place) {
    let store = place.open();
    let mut feed = store.feed();
    store.append(batch(1, vec![pageview(1)])).await.unwrap();
    store.check().await.unwrap();
    store.append(batch(2, vec![pageview(2)])).await.unwrap();
    assert_eq!(stored_ids(&*store).await, ids(&[1, 2]));
    for _ in 0..2 {
        feed.recv().await.unwrap();
    }
    assert!(feed.is_empty());
}

pub(crate) async fn a_full_queue_refuses_and_loses_nothing(place: Place) {
    let store = place.open_with_room(64 * 1024);
    // Longer than the queue: it is taken alone, and what comes meanwhile is refused.
    let large = append(&store, 1, 1_000);
    let others: Vec<_> = (2..=20).map(|n| append(&store, n, 1)).collect();
    let (mut stored, mut refused) = (0, 0);
    for appending in std::iter::once(large).chain(others) {
        match appending.await.unwrap() {
            Ok(count) => stored += count,
            Err(StoreError::Busy) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(refused > 0, "nothing was refused");
    assert!(stored >= 1_000, "{stored}");
    assert_eq!(all(&*store).await.len(), stored);
    // It takes more as soon as there is room.
    append(&store, 99, 1).await.unwrap().unwrap();
}

/// Appends so many events of ids of their own, in a task.
fn append(
    store: &Arc<dyn Store>,
    n: u64,
    events: u64,
) -> tokio::task::JoinHandle<Result<usize, StoreError>> {
    let store = Arc::clone(store);
    let sent = batch(
        n,
        (0..events)
            .map(|place| pageview(n * 10_000 + place))
            .collect(),
    );
    tokio::spawn(async move {
        let appended = store.append(sent).await?;
        Ok(usize::try_from(appended.verdicts.stored).unwrap())
    })
}
