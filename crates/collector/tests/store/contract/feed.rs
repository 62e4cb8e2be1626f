//! The feed: what is stored, as it is stored.

use tokio::sync::broadcast::error::TryRecvError;

use crate::place::Place;
use crate::rows::{all, batch, id_of, ids, pageview};

pub(crate) async fn the_feed_shows_what_is_stored_in_the_order_of_its_sequence(place: Place) {
    let store = place.open();
    let mut feed = store.feed();
    store
        .append(batch(1, vec![pageview(2), pageview(1)]))
        .await
        .unwrap();
    store
        .append(batch(2, vec![pageview(1), pageview(3)]))
        .await
        .unwrap();
    let mut shown = Vec::new();
    for _ in 0..3 {
        shown.push((*feed.recv().await.unwrap()).clone());
    }
    assert_eq!(shown, all(&*store).await);
    assert_eq!(shown.iter().map(id_of).collect::<Vec<_>>(), ids(&[2, 1, 3]));
    // The event that came again is not shown again.
    assert_eq!(feed.try_recv().unwrap_err(), TryRecvError::Empty);
}

pub(crate) async fn the_feed_shows_events_only_after_they_can_be_read(place: Place) {
    let store = place.open();
    let mut feed = store.feed();
    for n in 1..=20 {
        let appending = store.append(batch(n, vec![pageview(n)]));
        let (shown, appended) = tokio::join!(
            async {
                let shown = feed.recv().await.unwrap();
                let found = all(&*store).await;
                assert!(found.contains(&*shown), "{shown:?}");
                shown
            },
            appending
        );
        appended.unwrap();
        assert_eq!(id_of(&shown), ids(&[n])[0]);
    }
}

pub(crate) async fn the_feed_does_not_show_what_was_there_before(place: Place) {
    let store = place.open();
    store.append(batch(1, vec![pageview(1)])).await.unwrap();
    let mut feed = store.feed();
    store.append(batch(2, vec![pageview(2)])).await.unwrap();
    assert_eq!(id_of(&feed.recv().await.unwrap()), ids(&[2])[0]);
}
