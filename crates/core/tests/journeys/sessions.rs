//! When a session begins, goes on and ends, and by which clock.

use crate::paper::Input;

use crate::support::visit;

const MINUTE_MS: u64 = 60_000;

#[test]
fn a_session_ends_after_half_an_hour_without_activity() {
    let visit = visit();
    let mut tab = visit.open("/");
    visit.after(30 * MINUTE_MS);
    tab.click("in time", "", "");
    visit.after(30 * MINUTE_MS + 1);
    tab.click("too late", "", "").settle();

    let sessions: Vec<_> = visit
        .stored()
        .into_iter()
        .map(|it| it.session.unwrap().id)
        .collect();
    assert_eq!(sessions[0], sessions[1]);
    assert_ne!(sessions[1], sessions[2]);
    assert!(sessions[1] < sessions[2], "session ids sort by time");
}

#[test]
fn timers_of_the_site_do_not_keep_a_session_alive() {
    let visit = visit();
    let mut tab = visit.open("/");
    let active_at = visit.now();
    for _ in 0..4 {
        visit.after(10 * MINUTE_MS);
        tab.track_idle("video_progressed", "", active_at);
    }
    tab.settle();
    let sessions: Vec<_> = visit
        .stored()
        .into_iter()
        .map(|it| it.session.unwrap().id)
        .collect();
    assert_eq!(sessions[3], sessions[0]);
    assert_ne!(
        sessions[4], sessions[0],
        "40 minutes after the visitor's last activity"
    );
}

#[test]
fn a_session_lasts_a_day_at_most_however_active_the_visitor_is() {
    let visit = visit();
    let mut tab = visit.open("/");
    for _ in 0..=(24 * 4) {
        visit.after(15 * MINUTE_MS);
        tab.click("again", "", "");
    }
    tab.settle();
    let stored = visit.stored();
    let session = |at: usize| stored[at].session.clone().unwrap().id;
    assert_eq!(session(0), session(95));
    assert_ne!(session(0), session(96));
}

#[test]
fn a_clock_set_back_by_years_starts_a_session_and_time_goes_on() {
    let visit = visit();
    let mut tab = visit.open("/");
    let before = visit.now();
    visit.set_clock(before - 400 * 24 * 60 * MINUTE_MS);
    tab.track("clock_moved");
    visit.set_clock(before + 1);
    tab.settle();
    let dates: Vec<_> = visit
        .stored()
        .into_iter()
        .map(|it| it.created_date)
        .collect();
    assert!(dates.windows(2).all(|pair| pair[0] <= pair[1]));
}

#[test]
fn tabs_share_visitor_and_session() {
    let visit = visit();
    let mut first = visit.open("/a");
    let mut second = visit.open("/b");
    visit.after(29 * MINUTE_MS);
    second.click("still here", "", "");
    visit.after(29 * MINUTE_MS);
    first.click("here too", "", "");
    first.settle();
    second.settle();
    let stored = visit.stored();
    assert_eq!(stored.len(), 4);
    for event in &stored {
        assert_eq!(event.session, stored[0].session);
        assert_eq!(event.customer_id, stored[0].customer_id);
    }
}

#[test]
fn what_was_recorded_before_the_clock_was_set_says_so() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.track("before");
    visit.set_clock(visit.now() + 2 * 60 * MINUTE_MS);
    tab.hear(Input::ClockChanged).track("after");
    tab.settle();
    assert_eq!(
        visit.names_of_another_clock(),
        ["page_viewed", "before"],
        "the collector may not correct them by today's clock"
    );
    assert_eq!(visit.stored().len(), 3);
}

#[test]
fn a_clock_that_was_set_between_two_visits_is_noticed_by_the_second() {
    let visit = visit();
    let mut first = visit.open("/a");
    first.track("before");
    drop(first);
    visit.set_clock(visit.now() - 2 * 60 * MINUTE_MS);
    visit.open("/b").settle();
    assert_eq!(visit.names_of_another_clock(), ["page_viewed", "before"]);
    assert_eq!(visit.stored().len(), 3);
}
