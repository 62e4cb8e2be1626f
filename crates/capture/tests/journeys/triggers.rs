//! What a site declares: elements in view, time, depths, clicks and forms.

use sillage_capture::{Fact, On};

use crate::support::{nothing, open};

#[test]
fn an_element_is_viewed_when_enough_of_it_was_in_view_for_long_enough() {
    let mut tab = open(nothing());
    let offer = tab.waits_for(On::View, 50, 2_000, false);
    tab.sees(offer, 1, 49).after(5_000);
    tab.sees(offer, 1, 50).after(1_999);
    assert!(tab.captured().is_empty());
    tab.after(1);
    assert_eq!(tab.captured(), ["Triggered 0 1"]);
    assert!(!tab.is_waiting(), "nothing is left to wait for");
}

#[test]
fn an_element_that_only_passes_is_not_viewed() {
    let mut tab = open(nothing());
    let offer = tab.waits_for(On::View, 50, 2_000, false);
    for _ in 0..5 {
        tab.sees(offer, 1, 80).after(1_500);
        tab.sees(offer, 1, 10).after(1_500);
    }
    assert!(tab.captured().is_empty());
    assert!(!tab.is_waiting());
}

#[test]
fn a_hidden_tab_stops_the_clock_of_what_is_in_view_and_runs_no_timer() {
    let mut tab = open(nothing());
    let offer = tab.waits_for(On::View, 50, 3_000, false);
    tab.waits_for(On::Idle, 50, 60_000, false);
    tab.sees(offer, 1, 100).after(2_000).hears(Fact::Hidden);
    assert!(!tab.is_waiting());
    tab.after(60_000);
    assert!(tab.captured().is_empty());
    tab.hears(Fact::Shown).after(999);
    assert!(tab.captured().is_empty());
    tab.after(1);
    assert_eq!(tab.captured(), ["Triggered 0 1"]);
}

#[test]
fn an_element_is_told_once_a_page_view_or_each_time_that_it_comes() {
    let mut tab = open(nothing());
    let once = tab.waits_for(On::View, 50, 0, false);
    let again = tab.waits_for(On::View, 50, 0, true);
    for _ in 0..2 {
        for trigger in [once, again] {
            tab.sees(trigger, 1, 100).after(100);
            tab.sees(trigger, 1, 0).after(100);
        }
    }
    let told = tab.captured();
    assert_eq!(told.iter().filter(|it| *it == "Triggered 0 1").count(), 1);
    assert_eq!(told.iter().filter(|it| *it == "Triggered 1 1").count(), 2);
    tab.sees(once, 2, 100);
    assert_eq!(tab.captured().len(), 1, "another element");
}

#[test]
fn what_stays_in_view_belongs_to_the_next_page_of_an_application_too() {
    let mut tab = open(nothing());
    let offer = tab.waits_for(On::View, 50, 1_000, false);
    tab.sees(offer, 1, 100).after(1_500);
    tab.goes_on().after(1_000);
    assert_eq!(tab.captured(), ["Triggered 0 1", "Triggered 0 1"]);
}

#[test]
fn what_was_in_view_of_a_page_is_so_when_the_back_forward_cache_gives_it_back() {
    let mut tab = open(nothing());
    let offer = tab.waits_for(On::View, 50, 1_000, false);
    tab.sees(offer, 1, 100).after(1_000);
    tab.hears(Fact::Left).hears(Fact::Hidden).after(60_000);
    assert_eq!(tab.captured().len(), 1);
    tab.goes_on().hears(Fact::Shown);
    tab.after(1_000);
    assert_eq!(tab.captured().len(), 1);
}

#[test]
fn idle_is_told_once_until_the_visitor_does_something_again() {
    let mut tab = open(nothing());
    tab.waits_for(On::Idle, 50, 10_000, false);
    tab.after(8_000).hears(Fact::Active).after(9_999);
    assert!(tab.captured().is_empty());
    tab.after(60_000);
    assert_eq!(tab.captured(), ["Triggered 0 0"]);
    tab.hears(Fact::Active).after(10_000);
    assert_eq!(tab.captured(), ["Triggered 0 0"]);
    tab.hears(Fact::Hidden).after(60_000);
    assert!(tab.captured().is_empty());
    tab.hears(Fact::Shown).after(10_000);
    assert_eq!(tab.captured().len(), 1);
}

#[test]
fn time_in_view_and_depths_have_events_of_the_sites_own_once_a_page_view() {
    let mut tab = open(nothing());
    tab.waits_for(On::Time, 50, 30_000, false);
    tab.waits_for(On::Scroll, 60, 0, false);
    tab.hears(Fact::DepthSeen {
        percent: 70,
        by_scrolling: false,
    });
    tab.after(20_000).hears(Fact::Hidden).after(60_000);
    tab.hears(Fact::Shown).after(9_999);
    assert!(tab.captured().is_empty());
    tab.after(1);
    assert_eq!(tab.captured(), ["Triggered 0 0"]);
    tab.scrolls_to(10).scrolls_to(80);
    assert_eq!(tab.captured(), ["Triggered 1 0 +"]);
    tab.goes_on().after(30_000);
    assert_eq!(tab.captured(), ["Triggered 0 0"]);
}
