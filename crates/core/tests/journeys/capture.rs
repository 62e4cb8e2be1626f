//! What is recorded of pages, clicks and calls.

use crate::paper::{Dropped, PageCause};
use serde_json::json;

use crate::support::visit;

#[test]
fn a_visit_through_two_pages_is_recorded_as_it_happened() {
    let visit = visit();
    let mut home = visit.open("/");
    visit.after(1_000);
    home.click("Shop now", "Shop now", "https://shop.test/list?q=abc");
    home.leave().settle();
    visit.after(200);
    let mut list = visit.open("/list");
    visit.after(500);
    list.track("product_viewed");
    list.settle();

    assert_eq!(
        visit.stored_names(),
        [
            "page_viewed",
            "click Shop now",
            "page_viewed",
            "product_viewed"
        ]
    );
    let stored: Vec<_> = visit
        .stored()
        .iter()
        .map(|it| serde_json::to_value(it).unwrap())
        .collect();
    assert_eq!(stored[0]["correlationId"], stored[0]["id"]);
    assert_eq!(stored[1]["correlationId"], stored[0]["id"]);
    assert_eq!(stored[2]["correlationId"], stored[2]["id"]);
    assert_eq!(stored[3]["correlationId"], stored[2]["id"]);
    assert_eq!(stored[0]["createdDate"], "2026-11-21T09:00:00.000Z");
    assert_eq!(stored[1]["createdDate"], "2026-11-21T09:00:01.000Z");
    for event in &stored {
        assert_eq!(event["session"], stored[0]["session"]);
        assert_eq!(event["session"]["type"], "web");
        assert_eq!(event["customerId"], stored[0]["customerId"]);
        assert_eq!(event["customerIdType"], "cookie");
    }
    assert_eq!(stored[1]["eventType"], "com.genesys.journey.WebActionEvent");
    assert_eq!(stored[1]["webEvent"], json!(null));
    let action = &stored[1]["webActionEvent"];
    assert_eq!(action["action"]["state"], "engaged");
    assert_eq!(action["action"]["mediaType"], "openAction");
    assert_eq!(action["action"]["prompt"], "Shop now");
    assert_eq!(
        action["actionTarget"]["selfUri"],
        "https://shop.test/list?q=abc"
    );
    assert_eq!(action["browser"]["viewWidth"], 800);
    assert_eq!(
        stored[3]["webEvent"]["page"]["url"],
        "https://shop.test/list"
    );
    assert_eq!(
        stored[3]["webEvent"]["attributes"],
        json!({"plan": {"dataType": "string", "value": "pro"}, "seats": {"dataType": "integer", "value": "3"}})
    );
}

#[test]
fn a_soft_navigation_counts_once_and_names_the_page_before() {
    let visit = visit();
    let mut tab = visit.open("/app/hull");
    tab.navigate("/app/hull")
        .navigate("/app/hull#wood")
        .navigate("/app/rig?sail=red");
    tab.track("sail_chosen").settle();

    assert_eq!(
        visit.stored_names(),
        ["page_viewed", "page_viewed", "sail_chosen"]
    );
    let rig = serde_json::to_value(&visit.stored()[1]).unwrap();
    assert_eq!(
        rig["webEvent"]["page"]["url"],
        "https://shop.test/app/rig?sail=red"
    );
    assert_eq!(
        rig["webEvent"]["referrer"]["url"],
        "https://shop.test/app/hull"
    );
}

#[test]
fn hash_routes_count_where_the_site_asks_for_it() {
    let visit = visit();
    let mut tab = visit.open_with("/#/a", |config| config.hash_routing = true, false);
    tab.navigate("/#/b").navigate("/#/b").settle();
    assert_eq!(visit.stored().len(), 2);
}

#[test]
fn bad_names_and_huge_events_are_dropped_by_reason_and_nothing_else_is() {
    let visit = visit();
    let mut tab = visit.open("/");
    let now = visit.now();
    tab.track("").track(&"n".repeat(257));
    tab.track_idle(
        "huge",
        &format!("{{\"x\":\"{}\"}}", "y".repeat(60_000)),
        now,
    );
    tab.track(&"ü".repeat(256)).settle();
    assert_eq!(
        tab.dropped(),
        [
            (Dropped::Invalid, 1),
            (Dropped::Invalid, 1),
            (Dropped::TooLarge, 1)
        ]
    );
    assert_eq!(visit.stored().len(), 2);
    let stats = tab.tracker.stats();
    assert_eq!(
        (stats.tracked, stats.sent, stats.pending, stats.dropped),
        (5, 2, 0, 3)
    );
}

#[test]
fn a_manual_pageview_counts_whether_or_not_the_address_changed() {
    let visit = visit();
    let mut tab = visit.open_with("/", |config| config.pageviews = false, false);
    tab.navigate("/b");
    tab.see("/b", "", PageCause::Called)
        .see("/b", "", PageCause::Called);
    tab.settle();
    assert_eq!(visit.stored_names(), ["page_viewed", "page_viewed"]);
}

#[test]
fn clicks_are_left_alone_where_the_site_says_so() {
    let visit = visit();
    let mut tab = visit.open_with("/", |config| config.clicks = false, false);
    tab.click("x", "x", "").settle();
    assert_eq!(visit.stored_names(), ["page_viewed"]);
}

#[test]
fn what_follows_from_a_click_is_correlated_with_it_and_nothing_after() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.click("first", "First", "https://shop.test/a");
    tab.click("price list", "Prices", "https://shop.test/prices.pdf");
    tab.track_of_click("file_downloaded").track("later");
    tab.settle();

    let stored: Vec<_> = visit
        .stored()
        .iter()
        .map(|it| serde_json::to_value(it).unwrap())
        .collect();
    assert_eq!(stored[3]["webEvent"]["eventName"], "file_downloaded");
    assert_eq!(stored[3]["correlationId"], stored[2]["id"]);
    assert_eq!(stored[3]["session"], stored[0]["session"]);
    assert_eq!(stored[4]["correlationId"], stored[0]["id"]);
}
