//! Reports count what happened in their range on their site, and follow every deletion.

use serde_json::json;
use sillage_collector::store::report::{
    Counts, DeliveryQuery, NamedQuery, RangeQuery, SiteQuery, TrafficQuery, VisitorQuery,
};
use sillage_collector::store::{IncomingEvent, Store, VisitorDeletion};
use sillage_protocol::Timestamp;
use sillage_protocol::batch::Counters;

use crate::place::Place;
use crate::rows::{NOW, batch, event, event_id, id_of, ids, on_site, pageview};

const HOUR_MS: u64 = 3_600_000;

/// The whole of the day on which everything happens, of the site `shop`.
fn range() -> RangeQuery {
    RangeQuery {
        site_id: "shop".to_owned(),
        from: Timestamp(NOW.0 - 12 * HOUR_MS),
        to: Timestamp(NOW.0 + 12 * HOUR_MS),
        with_bots: false,
        limit: 10,
    }
}

fn by_hour(from: Timestamp, to: Timestamp) -> TrafficQuery {
    TrafficQuery {
        site_id: "shop".to_owned(),
        from,
        to,
        with_bots: false,
        bucket_ms: HOUR_MS,
    }
}

fn at(mut event: IncomingEvent, created_at: Timestamp) -> IncomingEvent {
    event.created_at = created_at;
    event
}

/// A page view with an address, of visitor `v` in session `s`.
fn seen(n: u64, visitor: &str, page: &str, more: &serde_json::Value) -> IncomingEvent {
    let mut web_event = json!({
        "eventName": "page_viewed",
        "page": {"url": format!("https://shop.example{page}"), "hostname": "shop.example",
                 "pathname": page, "title": format!("Title of {page}")},
    });
    for (member, value) in more.as_object().cloned().unwrap_or_default() {
        web_event[member] = value;
    }
    let session = format!("s-{visitor}");
    event(
        n,
        &json!({"customerId": visitor, "session": {"id": session}, "webEvent": web_event}),
    )
}

fn click(n: u64, visitor: &str, state: &str) -> IncomingEvent {
    event(
        n,
        &json!({
            "customerId": visitor, "session": {"id": format!("s-{visitor}")}, "webEvent": null,
            "eventType": "com.genesys.journey.WebActionEvent",
            "webActionEvent": {"action": {"state": state}},
        }),
    )
}

/// Of `v1`: two pages, a click and an offer; of `v2`: one page and an order.
async fn two_visits(store: &dyn Store) {
    let search = json!({"referrer": {"hostname": "google.com", "medium": "search", "name": "Google"},
                        "mktCampaign": {"source": "g", "medium": "cpc", "name": "spring"}});
    let events = vec![
        seen(1, "v1", "/tea", &search),
        click(2, "v1", "engaged"),
        seen(
            3,
            "v1",
            "/cups",
            &json!({"referrer": {"hostname": "shop.example", "medium": "internal"}}),
        ),
        click(4, "v1", "offered"),
        seen(5, "v2", "/tea", &json!({})),
        event(
            6,
            &json!({"customerId": "v2", "session": {"id": "s-v2"},
                    "webEvent": {"eventName": "order_completed", "attributes": {"total": 9}}}),
        ),
    ];
    store.append(batch(1, events)).await.unwrap();
    let blog = on_site("blog", batch(2, vec![pageview(7)]));
    store.append(blog).await.unwrap();
}

pub(crate) async fn sites_are_listed_by_id_page_by_page(place: Place) {
    let store = place.open();
    two_visits(&*store).await;
    let first = SiteQuery {
        after: None,
        limit: 1,
    };
    let page = store.sites(first).await.unwrap();
    assert_eq!((page.len(), &*page[0].site_id), (1, "blog"));
    let next = SiteQuery {
        after: Some("blog".to_owned()),
        limit: 10,
    };
    let page = store.sites(next).await.unwrap();
    assert_eq!(
        (page.len(), &*page[0].site_id, page[0].stored),
        (1, "shop", 6)
    );
    assert_eq!(
        (&*page[0].first_day, &*page[0].last_day),
        ("2026-11-21", "2026-11-21")
    );
}

pub(crate) async fn traffic_counts_each_visitor_once_and_leaves_no_gap(place: Place) {
    let store = place.open();
    let hour = |n: u64| Timestamp(NOW.0 + n * HOUR_MS);
    let events = vec![
        at(pageview(1), hour(0)),
        at(seen(2, "v2", "/", &json!({})), hour(0)),
        at(pageview(3), Timestamp(hour(3).0 - 1)),
        at(click(4, "v1", "engaged"), hour(3)),
        // The end is not in the range.
        at(pageview(5), hour(4)),
    ];
    store.append(batch(1, events)).await.unwrap();
    let traffic = store.traffic(by_hour(hour(0), hour(4))).await.unwrap();
    let buckets: Vec<_> = traffic
        .buckets
        .iter()
        .map(|bucket| {
            let counts = bucket.counts;
            (
                bucket.at,
                counts.pageviews,
                counts.clicks,
                counts.visitors,
                counts.sessions,
            )
        })
        .collect();
    assert_eq!(
        buckets,
        [
            (hour(0), 2, 0, 2, 2),
            (hour(1), 0, 0, 0, 0),
            (hour(2), 1, 0, 1, 1),
            (hour(3), 0, 1, 1, 1),
        ]
    );
    let whole = Counts {
        events: 4,
        pageviews: 3,
        clicks: 1,
        visitors: 2,
        sessions: 3,
    };
    assert_eq!(traffic.totals, whole);
    let within = by_hour(Timestamp(hour(0).0 + 1), Timestamp(hour(3).0 - 1));
    let traffic = store.traffic(within).await.unwrap();
    assert_eq!((traffic.buckets.len(), traffic.totals.events), (3, 0));
}

pub(crate) async fn pages_sources_and_campaigns_are_counted_most_first(place: Place) {
    let store = place.open();
    two_visits(&*store).await;
    let pages = store.top_pages(range()).await.unwrap();
    let pages: Vec<_> = pages
        .iter()
        .map(|row| {
            (
                &*row.page,
                row.title.as_deref(),
                row.pageviews,
                row.visitors,
            )
        })
        .collect();
    assert_eq!(
        pages,
        [
            ("shop.example/tea", Some("Title of /tea"), 2, 2),
            ("shop.example/cups", Some("Title of /cups"), 1, 1),
        ]
    );
    let sources = store.top_sources(range()).await.unwrap();
    let sources: Vec<_> = sources
        .iter()
        .map(|row| (row.hostname.as_deref(), row.medium.as_deref(), row.sessions))
        .collect();
    // What a session saw later did not lead to it.
    assert_eq!(
        sources,
        [(None, None, 1), (Some("google.com"), Some("search"), 1)]
    );
    let campaigns = store.top_campaigns(range()).await.unwrap();
    let campaigns: Vec<_> = campaigns
        .iter()
        .map(|row| {
            (
                row.name.as_deref(),
                row.sessions,
                row.visitors,
                row.pageviews,
            )
        })
        .collect();
    assert_eq!(campaigns, [(Some("spring"), 1, 1, 1)]);
    let one = RangeQuery {
        limit: 1,
        ..range()
    };
    assert_eq!(store.top_pages(one).await.unwrap().len(), 1);
}

pub(crate) async fn events_are_counted_by_name_and_read_by_name(place: Place) {
    let store = place.open();
    two_visits(&*store).await;
    let names = store.event_names(range()).await.unwrap();
    let names: Vec<_> = names
        .iter()
        .map(|row| (&*row.name, row.events, row.visitors))
        .collect();
    assert_eq!(
        names,
        [
            ("page_viewed", 3, 2),
            ("click", 1, 1),
            ("offered", 1, 1),
            ("order_completed", 1, 1),
        ]
    );
    let of_name = |name: &str, limit| NamedQuery {
        range: RangeQuery { limit, ..range() },
        name: name.to_owned(),
    };
    let found = store.last_named(of_name("page_viewed", 2)).await.unwrap();
    let found: Vec<_> = found.iter().map(id_of).collect();
    assert_eq!(found, [event_id(5), event_id(3)]);
    let nothing = store.last_named(of_name("' OR 1=1 --", 9)).await.unwrap();
    assert_eq!(nothing, []);
}

pub(crate) async fn programs_are_left_out_unless_they_are_asked_for(place: Place) {
    let store = place.open();
    two_visits(&*store).await;
    let mut crawled = seen(8, "crawler", "/tea", &json!({}));
    crawled.is_bot = true;
    let mut clicked = click(9, "crawler", "engaged");
    clicked.is_bot = true;
    store
        .append(batch(3, vec![crawled, clicked]))
        .await
        .unwrap();
    for (with_bots, events, views_of_tea, sessions) in [(false, 6, 2, 2), (true, 8, 3, 3)] {
        let of = || RangeQuery {
            with_bots,
            ..range()
        };
        let traffic = TrafficQuery {
            with_bots,
            ..by_hour(of().from, of().to)
        };
        let counted = store.traffic(traffic).await.unwrap().totals;
        assert_eq!((counted.events, counted.sessions), (events, sessions));
        assert_eq!(
            store.top_pages(of()).await.unwrap()[0].pageviews,
            views_of_tea
        );
        let by_name = store.event_names(of()).await.unwrap();
        assert_eq!(by_name.iter().map(|row| row.events).sum::<u64>(), events);
        let sources = store.top_sources(of()).await.unwrap();
        assert_eq!(
            sources.iter().map(|row| row.sessions).sum::<u64>(),
            sessions
        );
        let last = store.last_sessions(of()).await.unwrap();
        assert_eq!(last.len() as u64, sessions);
        assert_eq!(
            last.iter().filter(|row| row.is_bot).count(),
            usize::from(with_bots)
        );
    }
}

pub(crate) async fn the_last_sessions_come_whole_and_a_journey_page_by_page(place: Place) {
    let store = place.open();
    two_visits(&*store).await;
    let late = RangeQuery {
        // Only the last event of `v1` is in the range, the offer.
        from: Timestamp(NOW.0 - 60_000 + 4_000),
        ..range()
    };
    let sessions = store.last_sessions(late).await.unwrap();
    let told: Vec<_> = sessions
        .iter()
        .map(|row| {
            (
                &*row.session_id,
                row.visitor.as_deref(),
                row.events,
                row.pageviews,
                row.clicks,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("s-v2", Some("cookie:v2"), 2, 1, 0),
            ("s-v1", Some("cookie:v1"), 4, 2, 1),
        ]
    );
    assert_eq!(
        sessions[1].entry_url.as_deref(),
        Some("https://shop.example/tea")
    );
    assert_eq!(sessions[1].ended_at, Timestamp(NOW.0 - 56_000));

    let mut found = Vec::new();
    let mut before = None;
    loop {
        let query = VisitorQuery {
            visitor: "cookie:v1".to_owned(),
            site_id: "shop".to_owned(),
            before,
            limit: 3,
        };
        let page = store.visitor_events(query).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some((last.created_at, last.sequence));
        found.extend(page.iter().map(id_of));
    }
    assert_eq!(found, ids(&[4, 3, 2, 1]));
}

pub(crate) async fn what_was_deleted_is_in_no_report(place: Place) {
    let store = place.open();
    two_visits(&*store).await;
    let deletion = VisitorDeletion {
        visitor: "cookie:v1".to_owned(),
        site_id: None,
        now: NOW,
    };
    store.delete_visitor(deletion).await.unwrap();
    let names = store.event_names(range()).await.unwrap();
    let names: Vec<_> = names.iter().map(|row| (&*row.name, row.events)).collect();
    assert_eq!(names, [("order_completed", 1), ("page_viewed", 1)]);
    assert_eq!(store.top_campaigns(range()).await.unwrap(), []);
    assert_eq!(store.last_sessions(range()).await.unwrap().len(), 1);
}

pub(crate) async fn the_delivery_is_told_by_day_and_so_are_wrong_clocks(place: Place) {
    let store = place.open();
    let mut first = batch(1, vec![pageview(1)]);
    first.sent_at = Timestamp(NOW.0 - 90_000);
    first.counters = Some(
        serde_json::from_value::<Counters>(json!({
            "outboxId": "o1", "tracked": 5, "dropped": {"queue_full": 2, "moon": 1},
        }))
        .unwrap(),
    );
    store.append(first).await.unwrap();
    let mut second = batch(2, vec![pageview(1), pageview(2)]);
    second.sent_at = Timestamp(NOW.0 + 10);
    store.append(second).await.unwrap();
    let query = DeliveryQuery {
        site_id: "shop".to_owned(),
        from: range().from,
        to: range().to,
        sample: 10,
    };
    let delivery = store.delivery(query.clone()).await.unwrap();
    assert_eq!(delivery.clock_offsets_ms, [-10, 90_000]);
    let [day] = &*delivery.days else {
        panic!("{delivery:?}")
    };
    assert_eq!(
        (
            &*day.day,
            day.requests,
            day.tracked,
            day.stored,
            day.duplicates,
            day.missing
        ),
        ("2026-11-21", 2, 5, 2, 1, 0)
    );
    assert_eq!((day.dropped["queue_full"], day.dropped["other"]), (2, 1));
    let elsewhere = DeliveryQuery {
        to: Timestamp(query.from.0 - 1),
        from: Timestamp(0),
        ..query
    };
    assert_eq!(store.delivery(elsewhere).await.unwrap().days, []);
}
