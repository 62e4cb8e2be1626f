//! What was stored is given back whole, in order, page by page.

use serde_json::json;
use sillage_collector::store::{SequenceQuery, SequenceStart, SessionQuery};
use sillage_protocol::EventKind;

use crate::place::Place;
use crate::rows::{
    NOW, all, batch, document, event, event_id, id_of, ids, on_site, pageview, session,
};

pub(crate) async fn a_session_is_read_by_time_then_by_sequence(place: Place) {
    let store = place.open();
    let mut simultaneous = pageview(4);
    simultaneous.created_at = pageview(2).created_at;
    let elsewhere = event(9, &json!({"session": {"id": "s2"}}));
    let events = vec![
        pageview(3),
        pageview(2),
        elsewhere,
        simultaneous,
        pageview(1),
    ];
    store.append(batch(1, events)).await.unwrap();
    let found = store.session_events(session("s1")).await.unwrap();
    let found: Vec<_> = found.iter().map(id_of).collect();
    assert_eq!(found, ids(&[1, 2, 4, 3]));
    let nobody = store.session_events(session("unknown")).await.unwrap();
    assert_eq!(nobody, []);
}

pub(crate) async fn a_session_is_read_page_by_page_without_gap_or_repetition(place: Place) {
    let store = place.open();
    // All at one moment: only the sequence tells them apart.
    let events = (1..=10).map(|n| {
        let mut event = pageview(n);
        event.created_at = NOW;
        event
    });
    store.append(batch(1, events.collect())).await.unwrap();
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let query = SessionQuery {
            after,
            limit: 3,
            ..session("s1")
        };
        let page = store.session_events(query).await.unwrap();
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        after = Some((last.created_at, last.sequence));
        found.extend(page.iter().map(id_of));
    }
    assert_eq!(found, (1..=10).map(event_id).collect::<Vec<_>>());
}

pub(crate) async fn a_session_is_filtered_by_site_and_kind(place: Place) {
    let store = place.open();
    let click = event(
        2,
        &json!({
            "eventType": "com.genesys.journey.WebActionEvent", "webEvent": null, "webActionEvent": {}
        }),
    );
    store
        .append(batch(1, vec![pageview(1), click]))
        .await
        .unwrap();
    let blog = on_site("blog", batch(1, vec![pageview(3)]));
    store.append(blog).await.unwrap();
    let found = async |site_id: Option<&str>, kinds: &[EventKind]| {
        let query = SessionQuery {
            site_id: site_id.map(str::to_owned),
            kinds: kinds.to_vec(),
            ..session("s1")
        };
        let found = store.session_events(query).await.unwrap();
        found.iter().map(id_of).collect::<Vec<_>>()
    };
    assert_eq!(found(None, &[]).await, ids(&[1, 2, 3]));
    assert_eq!(found(Some("shop"), &[]).await, ids(&[1, 2]));
    assert_eq!(found(None, &[EventKind::WebAction]).await, ids(&[2]));
    let both = [EventKind::WebAction, EventKind::Web];
    assert_eq!(found(Some("shop"), &both).await, ids(&[1, 2]));
    assert_eq!(found(Some("no'site"), &[]).await, ids(&[]));
}

pub(crate) async fn events_are_read_in_the_order_of_their_sequence(place: Place) {
    let store = place.open();
    let events = vec![pageview(3), pageview(1), pageview(2)];
    store.append(batch(1, events)).await.unwrap();
    let blog = on_site("blog", batch(1, vec![pageview(4)]));
    store.append(blog).await.unwrap();
    let everything = all(&*store).await;
    let sequences: Vec<_> = everything.iter().map(|event| event.sequence).collect();
    assert!(sequences.windows(2).all(|pair| pair[0] < pair[1]));
    let query = SequenceQuery {
        site_id: None,
        start: SequenceStart::After(sequences[0]),
        limit: 2,
    };
    let page = store.events_by_sequence(query).await.unwrap();
    assert_eq!(page.iter().map(id_of).collect::<Vec<_>>(), ids(&[1, 2]));
    let query = SequenceQuery {
        site_id: Some("blog".to_owned()),
        start: SequenceStart::After(-1),
        limit: 100,
    };
    let page = store.events_by_sequence(query).await.unwrap();
    assert_eq!(page.iter().map(id_of).collect::<Vec<_>>(), ids(&[4]));
}

pub(crate) async fn the_most_recent_events_end_with_the_last(place: Place) {
    let store = place.open();
    let events = (1..=5).map(pageview).collect();
    store.append(batch(1, events)).await.unwrap();
    let query = SequenceQuery {
        site_id: Some("shop".to_owned()),
        start: SequenceStart::MostRecent,
        limit: 2,
    };
    let found = store.events_by_sequence(query).await.unwrap();
    assert_eq!(found.iter().map(id_of).collect::<Vec<_>>(), ids(&[4, 5]));
}

pub(crate) async fn what_was_given_comes_back_whole(place: Place) {
    let store = place.open();
    let attributes =
        json!({"quote": "'; DROP TABLE events; --", "nul": "a\u{0}b", "emoji": "🛶", "n": 1e300});
    let given = event(
        1,
        &json!({
            "webEvent": {"eventName": "search_performed", "attributes": attributes},
            "unknownMember": {"deep": [1, null, {"x": "\u{2028}"}]},
        }),
    );
    let mut expected = serde_json::to_value(&given.event).unwrap();
    expected["webEvent"]["totalEventCount"] = json!(1);
    expected["webEvent"]["totalPageviewCount"] = json!(0);
    let created_at = given.created_at;
    store.append(batch(1, vec![given])).await.unwrap();
    let store = place.reopen(store).await;
    let found = all(&*store).await.remove(0);
    assert_eq!(document(&found), expected);
    assert_eq!(
        (found.site_id.as_str(), found.created_at, found.received_at),
        ("shop", created_at, NOW)
    );
}
