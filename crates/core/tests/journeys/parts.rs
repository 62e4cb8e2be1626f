//! Events that are no web events, and what the site's own rules keep out.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::paper::{Dropped, Fields, Input};
use serde_json::Value;

use crate::support::visit;

fn last_of(visit: &crate::support::Visit) -> Value {
    serde_json::to_value(visit.stored().last().unwrap()).unwrap()
}

#[test]
fn a_part_goes_under_its_type_with_the_browser_where_it_belongs() {
    let visit = visit();
    let mut tab = visit.open("/");
    visit.after(10);
    let members = "\"outcomeAchievedEvent\":{\"outcome\":{\"displayName\":\"Bought\"}\u{1c}},\
                   \"personalize\":{\"eventType\":\"bought\"}";
    tab.record("OutcomeAchievedEvent", members).settle();
    let event = last_of(&visit);
    assert_eq!(
        event["eventType"],
        "com.genesys.journey.OutcomeAchievedEvent"
    );
    let part = &event["outcomeAchievedEvent"];
    assert_eq!(part["outcome"]["displayName"], "Bought");
    assert_eq!(part["browser"]["viewWidth"], 800);
    assert_eq!(part["device"]["screenWidth"], 1600);
    assert_eq!(event["personalize"]["eventType"], "bought");
    assert_eq!(event.get("webEvent"), None);
    assert_eq!(
        visit.stored()[0].id.as_deref(),
        event["correlationId"].as_str(),
        "under its page view"
    );
}

#[test]
fn a_part_without_surroundings_has_none() {
    let visit = visit();
    let mut tab = visit.open("/");
    visit.after(10);
    let members = "\"segmentAssignmentEvent\":{\"segment\":{\"id\":\"s\"}}";
    tab.record("SegmentAssignmentEvent", members).settle();
    let part = &last_of(&visit)["segmentAssignmentEvent"];
    assert_eq!(part, &serde_json::json!({"segment": {"id": "s"}}));
}

#[test]
fn what_follows_a_click_follows_the_click_though_an_offer_came_between() {
    let visit = visit();
    let mut tab = visit.open("/");
    visit.after(10);
    tab.click("Take it", "Take it", "");
    visit.after(10);
    let offer = "\"webActionEvent\":{\"action\":{\"id\":\"o\",\"state\":\"accepted\"}\u{1c}}";
    tab.record("WebActionEvent", offer);
    visit.after(10);
    tab.track_of_click("outbound_link_clicked").settle();
    let stored = visit.stored();
    assert_eq!(stored[3].correlation_id, stored[1].id);
    assert_eq!(stored[2].correlation_id, stored[0].id);
}

#[test]
fn a_click_takes_further_members_along() {
    let visit = visit();
    let mut tab = visit.open("/");
    visit.after(10);
    let words = "buy\u{1f}a\u{1f}Buy\u{1f}\u{1f}\u{1f},\"personalize\":{\"itemId\":\"42\"}";
    tab.hear(Input::Clicked(Fields(words))).settle();
    let event = last_of(&visit);
    assert_eq!(event["personalize"]["itemId"], "42");
    assert_eq!(event["webActionEvent"]["browser"]["viewWidth"], 800);
}

#[test]
fn an_event_that_the_sites_rules_keep_out_is_counted_and_the_next_one_arrives() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.settle();
    tab.keep_events_out().track("secret").settle();
    assert_eq!(visit.stored_names(), ["page_viewed"]);
    assert_eq!(tab.dropped(), [(Dropped::Filtered, 1)]);
    let stats = tab.tracker.stats();
    assert_eq!((stats.tracked, stats.dropped, stats.pending), (2, 1, 0));
    visit.after(10);
    let mut next = visit.open("/next");
    next.settle();
    assert_eq!(visit.counters()[0]["dropped"]["filtered"], 1);
}
