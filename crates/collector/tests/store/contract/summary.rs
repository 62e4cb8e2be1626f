//! A session as a whole, and which session a visitor's last event belongs to.

use serde_json::json;
use sillage_collector::store::{SummaryQuery, Visit, VisitQuery};
use sillage_protocol::Timestamp;

use crate::place::Place;
use crate::rows::{NOW, batch, event, event_id, id_of, pageview};

fn summary(session_id: &str) -> SummaryQuery {
    SummaryQuery {
        session_id: session_id.to_owned(),
        site_id: None,
    }
}

fn visit(customer_id: &str, until: Timestamp) -> VisitQuery {
    VisitQuery {
        site_id: "shop".to_owned(),
        customer_id_type: "cookie".to_owned(),
        customer_id: customer_id.to_owned(),
        until,
    }
}

pub(crate) async fn a_session_is_summed_up_by_the_time_of_happening(place: Place) {
    let store = place.open();
    let search = |query: &str| json!({"webEvent": {"eventName": "searched", "searchQuery": query}});
    let events = vec![
        event(5, &search("tea")),
        event(4, &search("cups")),
        pageview(3),
        event(6, &search("cups")),
        event(
            1,
            &json!({"customerId": null, "webEvent": {"eventName": "began"}}),
        ),
        pageview(2),
    ];
    store.append(batch(1, events)).await.unwrap();
    let found = store.session_summary(summary("s1")).await.unwrap().unwrap();
    assert_eq!((found.events, found.pageviews), (6, 2));
    assert_eq!(id_of(&found.first), event_id(1));
    assert_eq!(id_of(&found.last), event_id(6));
    assert_eq!(found.entry.as_ref().map(id_of), Some(event_id(2)));
    assert_eq!(found.exit.as_ref().map(id_of), Some(event_id(3)));
    assert_eq!(found.identified.as_ref().map(id_of), Some(event_id(6)));
    assert_eq!(found.search_terms, ["cups", "tea"]);
    assert_eq!(store.session_summary(summary("s2")).await.unwrap(), None);
}

pub(crate) async fn a_session_is_summed_up_for_one_site(place: Place) {
    let store = place.open();
    store
        .append(batch(1, vec![pageview(1), pageview(2)]))
        .await
        .unwrap();
    let mut elsewhere = batch(2, vec![pageview(3)]);
    "blog".clone_into(&mut elsewhere.site_id);
    store.append(elsewhere).await.unwrap();
    for (site_id, site, events) in [(None, "blog", 1), (Some("shop"), "shop", 2)] {
        let query = SummaryQuery {
            site_id: site_id.map(str::to_owned),
            ..summary("s1")
        };
        let found = store.session_summary(query).await.unwrap().unwrap();
        assert_eq!((found.first.site_id.as_str(), found.events), (site, events));
    }
}

pub(crate) async fn the_last_visit_is_that_of_the_last_event_until_then(place: Place) {
    let store = place.open();
    let later = event(9, &json!({"session": {"id": "s2"}}));
    let other = event(8, &json!({"session": {"id": "s3"}, "customerId": "v2"}));
    store
        .append(batch(1, vec![later, pageview(2), other, pageview(1)]))
        .await
        .unwrap();
    let found = store.last_visit(visit("v1", NOW)).await.unwrap().unwrap();
    assert_eq!(found.session_id, "s2");
    let before = visit("v1", Timestamp(pageview(9).created_at.0 - 1));
    assert_eq!(
        store.last_visit(before).await.unwrap(),
        Some(Visit {
            session_id: "s1".to_owned(),
            started_at: pageview(1).created_at,
            last_at: pageview(2).created_at,
        })
    );
    assert_eq!(store.last_visit(visit("v3", NOW)).await.unwrap(), None);
    let of_another_kind = VisitQuery {
        customer_id_type: "email".to_owned(),
        ..visit("v1", NOW)
    };
    assert_eq!(store.last_visit(of_another_kind).await.unwrap(), None);
}
