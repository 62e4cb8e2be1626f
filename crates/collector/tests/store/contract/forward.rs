//! Cursors and dead letters of destinations.

use sillage_collector::store::{
    DeadEvent, DeadLetter, DeadLetterChoice, DeadLetterQuery, Expiry, ForwardProgress, Store,
    VisitorDeletion,
};
use sillage_protocol::Timestamp;

use crate::place::Place;
use crate::rows::{NOW, all, batch, pageview, stored_ids};

async fn cursor(store: &dyn Store, destination: &str) -> i64 {
    let destination = destination.to_owned();
    store.forward_cursor(destination, NOW).await.unwrap()
}

fn progress(destination: &str) -> ForwardProgress {
    ForwardProgress {
        destination: destination.to_owned(),
        now: NOW,
        ..ForwardProgress::default()
    }
}

async fn move_to(store: &dyn Store, destination: &str, sequence: i64) {
    let progress = ForwardProgress {
        cursor: Some(sequence),
        ..progress(destination)
    };
    store.record_forward(progress).await.unwrap();
}

async fn bury(store: &dyn Store, destination: &str, sequence: i64, code: &str) {
    let dead = DeadEvent {
        sequence,
        code: code.to_owned(),
        message: format!("it is {code}"),
    };
    let progress = ForwardProgress {
        dead: vec![dead],
        ..progress(destination)
    };
    store.record_forward(progress).await.unwrap();
}

async fn read(store: &dyn Store, destination: &str, only_replayed: bool) -> Vec<DeadLetter> {
    let query = DeadLetterQuery {
        destination: destination.to_owned(),
        only_replayed,
        after: 0,
        limit: 100,
    };
    store.dead_letters(query).await.unwrap()
}

async fn sequences(store: &dyn Store, destination: &str, only_replayed: bool) -> Vec<i64> {
    let letters = read(store, destination, only_replayed).await;
    letters.iter().map(|letter| letter.event.sequence).collect()
}

fn choice(destination: &str) -> DeadLetterChoice {
    DeadLetterChoice {
        destination: destination.to_owned(),
        ..DeadLetterChoice::default()
    }
}

async fn with_events(place: &Place, count: u64) -> std::sync::Arc<dyn Store> {
    let store = place.open();
    let events = (1..=count).map(pageview).collect();
    store.append(batch(1, events)).await.unwrap();
    store
}

pub(crate) async fn a_destination_begins_after_what_is_stored_and_goes_on_from_its_cursor(
    place: Place,
) {
    let store = with_events(&place, 3).await;
    let last = all(&*store).await[2].sequence;
    assert_eq!(cursor(&*store, "a").await, last);
    store.append(batch(2, vec![pageview(4)])).await.unwrap();
    let store = place.reopen(store).await;
    assert_eq!(cursor(&*store, "a").await, last);
    assert_eq!(cursor(&*store, "b").await, last + 1);
}

pub(crate) async fn a_cursor_never_goes_back_and_is_each_destinations_own(place: Place) {
    let store = place.open();
    assert_eq!(cursor(&*store, "a").await, 0);
    assert_eq!(cursor(&*store, "b").await, 0);
    move_to(&*store, "a", 7).await;
    move_to(&*store, "a", 5).await;
    let store = place.reopen(store).await;
    assert_eq!(cursor(&*store, "a").await, 7);
    assert_eq!(cursor(&*store, "b").await, 0);
}

pub(crate) async fn dead_letters_are_read_in_the_order_of_their_events(place: Place) {
    let store = with_events(&place, 4).await;
    for sequence in [3, 1, 2] {
        bury(&*store, "a", sequence, "refused").await;
    }
    bury(&*store, "b", 4, "too_old").await;
    let store = place.reopen(store).await;
    assert_eq!(sequences(&*store, "a", false).await, [1, 2, 3]);
    let letters = read(&*store, "b", false).await;
    let expected = DeadLetter {
        event: all(&*store).await[3].clone(),
        code: "too_old".to_owned(),
        message: "it is too_old".to_owned(),
        tried_at: NOW,
        is_replayed: false,
    };
    assert_eq!(letters, [expected]);
    let page = DeadLetterQuery {
        destination: "a".to_owned(),
        only_replayed: false,
        after: 1,
        limit: 1,
    };
    let page = store.dead_letters(page).await.unwrap();
    assert_eq!((page.len(), page[0].event.sequence), (1, 2));
}

pub(crate) async fn a_dead_letter_is_replayed_until_it_is_taken_or_dies_again(place: Place) {
    let store = with_events(&place, 4).await;
    for (sequence, code) in [(1, "refused"), (2, "refused"), (3, "too_old")] {
        bury(&*store, "a", sequence, code).await;
    }
    let refused = DeadLetterChoice {
        code: Some("refused".to_owned()),
        ..choice("a")
    };
    assert_eq!(store.replay_dead_letters(refused.clone()).await.unwrap(), 2);
    assert_eq!(store.replay_dead_letters(refused).await.unwrap(), 0);
    let store = place.reopen(store).await;
    assert_eq!(sequences(&*store, "a", true).await, [1, 2]);
    let taken = ForwardProgress {
        revived: vec![1],
        ..progress("a")
    };
    store.record_forward(taken).await.unwrap();
    bury(&*store, "a", 2, "gave_up").await;
    assert_eq!(sequences(&*store, "a", true).await, Vec::<i64>::new());
    assert_eq!(sequences(&*store, "a", false).await, [2, 3]);
    assert_eq!(read(&*store, "a", false).await[0].code, "gave_up");
}

pub(crate) async fn dead_letters_are_deleted_without_their_events(place: Place) {
    let store = with_events(&place, 3).await;
    for sequence in [1, 2, 3] {
        bury(&*store, "a", sequence, "refused").await;
        bury(&*store, "b", sequence, "refused").await;
    }
    let one = DeadLetterChoice {
        sequence: Some(2),
        ..choice("a")
    };
    assert_eq!(store.delete_dead_letters(one).await.unwrap(), 1);
    assert_eq!(sequences(&*store, "a", false).await, [1, 3]);
    assert_eq!(store.delete_dead_letters(choice("a")).await.unwrap(), 2);
    assert_eq!(sequences(&*store, "b", false).await, [1, 2, 3]);
    assert_eq!(stored_ids(&*store).await.len(), 3);
}

pub(crate) async fn a_deleted_event_leaves_no_dead_letter_and_gets_none(place: Place) {
    let store = with_events(&place, 2).await;
    bury(&*store, "a", 1, "refused").await;
    let deletion = VisitorDeletion {
        visitor: "cookie:v1".to_owned(),
        site_id: None,
        now: NOW,
    };
    store.delete_visitor(deletion).await.unwrap();
    // It was being sent while it was deleted.
    bury(&*store, "a", 2, "refused").await;
    assert_eq!(
        store
            .forward_state("a".to_owned())
            .await
            .unwrap()
            .dead_letters,
        0
    );
    store.append(batch(2, vec![pageview(3)])).await.unwrap();
    bury(&*store, "a", 3, "refused").await;
    assert_eq!(sequences(&*store, "a", false).await, [3]);
    let expiry = Expiry {
        now: Timestamp(NOW.0 + 2_000),
        retention_ms: Some(1_000),
    };
    assert_eq!(store.expire(expiry).await.unwrap().events, 1);
    assert_eq!(
        store
            .forward_state("a".to_owned())
            .await
            .unwrap()
            .dead_letters,
        0
    );
}

pub(crate) async fn the_backlog_is_what_came_after_the_cursor(place: Place) {
    let store = place.open();
    let state = async || store.forward_state("a".to_owned()).await.unwrap();
    assert_eq!(state().await.cursor, None);
    cursor(&*store, "a").await;
    let events = (1..=4).map(pageview).collect();
    store.append(batch(1, events)).await.unwrap();
    assert_eq!(
        (state().await.events_after, state().await.oldest_after),
        (4, Some(NOW))
    );
    move_to(&*store, "a", 3).await;
    assert_eq!(
        (state().await.cursor, state().await.events_after),
        (Some(3), 1)
    );
    move_to(&*store, "a", 4).await;
    assert_eq!(
        (state().await.events_after, state().await.oldest_after),
        (0, None)
    );
}
