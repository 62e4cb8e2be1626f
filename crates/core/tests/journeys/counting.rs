//! Honest accounting: what the collector learns of what was recorded and dropped.

use crate::paper::Outcome;

use crate::support::visit;

#[test]
fn a_batch_tells_what_its_page_has_recorded_and_dropped_so_far() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.track("").track("x").settle();
    let counters = visit.counters();
    assert_eq!(counters.len(), 1);
    assert_eq!(counters[0]["tracked"], 3);
    assert_eq!(counters[0]["dropped"], serde_json::json!({ "invalid": 1 }));
}

#[test]
fn counters_of_a_page_that_has_died_travel_with_another_pages_batch() {
    let visit = visit();
    let mut dead = visit.open("/a");
    dead.track("x").track("");
    drop(dead);
    let mut next = visit.open("/b");
    next.settle();
    next.track("y").settle();
    let mut tracked: Vec<_> = visit
        .counters()
        .iter()
        .map(|it| (it["tracked"].as_u64(), it["dropped"]["invalid"].as_u64()))
        .collect();
    tracked.sort_unstable();
    assert_eq!(tracked, [(Some(2), None), (Some(3), Some(1))]);
    assert!(visit.keys_of('c').is_empty());
}

#[test]
fn what_is_dropped_at_a_turn_is_told_with_the_next_batch() {
    let visit = visit();
    let mut old = visit.open("/");
    old.track("x").wake().request();
    drop(old);
    visit.after(31 * 86_400_000);
    visit.open("/b").settle();
    visit.after(1_000);
    visit.open("/c").settle();
    let expired = visit
        .counters()
        .iter()
        .filter_map(|it| it["dropped"]["expired"].as_u64())
        .sum::<u64>();
    assert_eq!(expired, 2);
}

#[test]
fn splitting_a_batch_takes_no_counts_back() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.settle();
    tab.track("x").track("y");
    let request = tab.wake().request();
    tab.track("z");
    tab.finish(&request, Outcome::TooLarge);
    tab.leave();
    let beacon = tab.request();
    tab.store(&beacon);
    visit.open("/b").settle();
    let counters = visit.counters();
    assert_eq!(
        counters.iter().filter(|it| it["tracked"] == 4).count(),
        1,
        "{counters:?}"
    );
    assert_eq!(visit.stored().len(), 5);
}
