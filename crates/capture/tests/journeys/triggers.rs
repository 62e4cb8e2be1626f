//! What a site declares: elements in view, time, depths, clicks and forms.

use sillage_capture::{Fact, PageChange};

use crate::support::{Tab, open};

const HOME: &str = "https://a.test/";

/// So much of the element of that number is in view.
fn sees(tab: &mut Tab, trigger: usize, element: u64, percent: u64) -> &mut Tab {
    tab.hears(Fact::ElementSeen {
        trigger,
        element,
        name: "#offer",
        percent,
    })
}

#[test]
fn an_element_is_viewed_when_enough_of_it_was_in_view_for_long_enough() {
    let mut tab = open("triggers", HOME);
    let offer = tab.waits_for("view 50 2000 - offer_seen -").unwrap();
    sees(&mut tab, offer, 1, 49).after(5_000);
    sees(&mut tab, offer, 1, 50).after(1_999);
    assert!(tab.captured().is_empty());
    tab.after(1);
    assert_eq!(tab.captured(), [r##"offer_seen {"element":"#offer"}"##]);
    assert!(!tab.is_waiting(), "nothing is left to wait for");
}

#[test]
fn an_element_that_only_passes_is_not_viewed() {
    let mut tab = open("triggers", HOME);
    let offer = tab.waits_for("view 50 2000 - offer_seen -").unwrap();
    for _ in 0..5 {
        sees(&mut tab, offer, 1, 80).after(1_500);
        sees(&mut tab, offer, 1, 10).after(1_500);
    }
    assert!(tab.captured().is_empty());
    assert!(!tab.is_waiting());
}

#[test]
fn a_hidden_tab_stops_the_clock_of_what_is_in_view_and_runs_no_timer() {
    let mut tab = open("triggers idle=60", HOME);
    let offer = tab.waits_for("view - 3000 - offer_seen -").unwrap();
    sees(&mut tab, offer, 1, 100)
        .after(2_000)
        .hears(Fact::Hidden);
    assert!(!tab.is_waiting());
    tab.after(60_000);
    assert!(tab.captured().is_empty());
    tab.hears(Fact::Shown).after(999);
    assert!(tab.captured().is_empty());
    tab.after(1);
    assert_eq!(tab.captured(), [r##"offer_seen {"element":"#offer"}"##]);
}

#[test]
fn an_element_is_told_once_a_page_view_or_each_time_that_it_comes() {
    let mut tab = open("triggers", HOME);
    let once = tab.waits_for("view - 0 - seen -").unwrap();
    let again = tab.waits_for("view - 0 1 seen_again -").unwrap();
    for _ in 0..2 {
        for trigger in [once, again] {
            sees(&mut tab, trigger, 1, 100).after(100);
            sees(&mut tab, trigger, 1, 0).after(100);
        }
    }
    let told = tab.captured();
    assert_eq!(told.iter().filter(|it| it.starts_with("seen ")).count(), 1);
    assert_eq!(
        told.iter()
            .filter(|it| it.starts_with("seen_again "))
            .count(),
        2
    );
    sees(&mut tab, once, 2, 100);
    assert_eq!(tab.captured().len(), 1, "another element");
}

#[test]
fn what_stays_in_view_belongs_to_the_next_page_of_an_application_too() {
    let mut tab = open("triggers", HOME);
    let offer = tab.waits_for("view - 1000 - - -").unwrap();
    sees(&mut tab, offer, 1, 100).after(1_500);
    tab.routes_to("https://a.test/next").after(1_000);
    assert_eq!(
        tab.captured(),
        [
            r##"element_viewed {"element":"#offer"}"##,
            r##"element_viewed {"element":"#offer"}"##
        ]
    );
}

#[test]
fn what_was_in_view_of_a_page_is_so_when_the_back_forward_cache_gives_it_back() {
    let mut tab = open("triggers", HOME);
    let offer = tab.waits_for("view - 1000 - - -").unwrap();
    sees(&mut tab, offer, 1, 100).after(1_000);
    tab.hears(Fact::Left).hears(Fact::Hidden).after(60_000);
    assert_eq!(tab.captured().len(), 1);
    tab.goes_to(HOME, PageChange::Loaded).hears(Fact::Shown);
    tab.after(1_000);
    assert_eq!(tab.captured().len(), 1);
}

#[test]
fn idle_is_told_once_until_the_visitor_does_something_again() {
    let mut tab = open("idle=10", HOME);
    tab.after(8_000).hears(Fact::Active).after(9_999);
    assert!(tab.captured().is_empty());
    tab.after(60_000);
    assert_eq!(tab.captured(), [r#"visitor_idled {"idleSeconds":10}"#]);
    tab.hears(Fact::Active).after(10_000);
    assert_eq!(tab.captured(), [r#"visitor_idled {"idleSeconds":10}"#]);
    tab.hears(Fact::Hidden).after(60_000);
    assert!(tab.captured().is_empty());
    tab.hears(Fact::Shown).after(10_000);
    assert_eq!(tab.captured().len(), 1);
}

#[test]
fn time_in_view_and_depths_have_events_of_the_sites_own_once_a_page_view() {
    let mut tab = open("triggers", HOME);
    tab.waits_for(r#"time - 30000 - page_read "by":"time""#)
        .unwrap();
    tab.waits_for("scroll 60 - - page_read -").unwrap();
    tab.hears(Fact::DepthSeen {
        percent: 70,
        by_scrolling: false,
    });
    tab.after(20_000).hears(Fact::Hidden).after(60_000);
    tab.hears(Fact::Shown).after(9_999);
    assert!(tab.captured().is_empty());
    tab.after(1);
    assert_eq!(tab.captured(), [r#"page_read {"by":"time"}"#]);
    tab.scrolls_to(10).scrolls_to(80);
    assert_eq!(tab.captured(), ["page_read {} +"]);
    tab.routes_to("https://a.test/next").after(30_000);
    assert_eq!(tab.captured(), [r#"page_read {"by":"time"}"#]);
}

#[test]
fn clicks_and_forms_that_a_site_waits_for_are_the_visitors_activity() {
    let mut tab = open("triggers", HOME);
    let trigger = tab
        .waits_for(r#"click - - - plan_chosen "plan":"m""#)
        .unwrap();
    tab.hears(Fact::Triggered {
        trigger,
        name: "#plan-m",
        follows_click: true,
    });
    assert_eq!(
        tab.captured(),
        [r##"plan_chosen {"element":"#plan-m","plan":"m"} + ^"##]
    );
}

#[test]
fn what_is_wrong_with_a_trigger_is_named() {
    let mut tab = open("triggers", HOME);
    for (words, wrong) in [
        (
            "hover - - - x -",
            "on must be view, click, submit, scroll, idle or time",
        ),
        (
            "view 0 - - x -",
            "percentage must be a whole number from 1 to 100",
        ),
        (
            "scroll - - - x -",
            "percentage must be a whole number from 1 to 100",
        ),
        (
            "view - 600001 - x -",
            "seconds must be a number from 0 to 600",
        ),
        ("idle - - - x -", "seconds must be a number from 5 to 1200"),
        (
            "time - NaN - x -",
            "seconds must be a number from 1 to 3600",
        ),
        ("click - - - - -", "event must be the name of an event"),
    ] {
        assert_eq!(tab.waits_for(words), Err(wrong), "{words}");
    }
    assert_eq!(
        tab.waits_for("view - - - - -"),
        Ok(0),
        "what is wrong takes no number"
    );
}
