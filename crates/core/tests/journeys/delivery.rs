//! How events leave, and what becomes of them.

use sillage_core::{Consent, Dropped, Input, Outcome, PageCause, Urgency};

use crate::support::{name_of, visit};

#[test]
fn the_first_events_leave_at_once_and_later_ones_wait_for_company() {
    let visit = visit();
    let mut tab = visit.open("/");
    let start = visit.now();
    assert_eq!(tab.wake_at(), Some(start));
    assert!(
        tab.requests().is_empty(),
        "nothing is sent inside a call of the page"
    );
    tab.wake();
    let first = tab.requests();
    assert_eq!(first.len(), 1);
    tab.answer(&first[0]);
    visit.after(100);
    for _ in 0..50 {
        tab.track("x");
    }
    assert_eq!(tab.wake_at(), Some(start + 2_100));
    tab.wake();
    let second = tab.requests();
    assert_eq!(second.len(), 1);
    tab.answer(&second[0]);
    assert_eq!(visit.stored().len(), 51);
    assert_eq!(tab.tracker.stats().pending, 0);
}

#[test]
fn a_full_batch_does_not_wait() {
    let visit = visit();
    let mut tab = visit.open_with("/", |config| config.max_batch_events = 10, false);
    tab.settle();
    for _ in 0..10 {
        tab.track("x");
    }
    assert_eq!(tab.wake_at(), Some(visit.now()));
}

#[test]
fn an_unconfirmed_batch_is_sent_again_unchanged_but_for_its_time() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.wake();
    let first = tab.requests().remove(0);
    tab.store(&first);
    let retry_after_ms = 30_000;
    tab.finish(&first, Outcome::Unconfirmed { retry_after_ms });
    assert!(tab.wake_at().unwrap() >= visit.now() + retry_after_ms);
    tab.wake();
    let second = tab.requests().remove(0);
    assert_eq!(first.batch, second.batch);
    assert_ne!(first.body, second.body);
    assert_eq!(first.body[35..], second.body[35..], "only sentAt is new");
    tab.answer(&second);
    assert_eq!(visit.stored().len(), 1, "the collector knows its event");
    assert_eq!(tab.tracker.stats().sent, 1);
}

#[test]
fn coming_back_online_ends_the_wait() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.wake();
    let request = tab.requests().remove(0);
    tab.finish(
        &request,
        Outcome::Unconfirmed {
            retry_after_ms: 3_000_000,
        },
    );
    visit.after(1_000);
    tab.hear(Input::Resumed);
    assert_eq!(tab.wake_at(), Some(visit.now()));
}

#[test]
fn what_a_left_page_could_not_send_is_sent_by_the_next() {
    let visit = visit();
    let mut lost = visit.open("/a");
    lost.track("x").leave();
    assert!(
        lost.requests()
            .iter()
            .all(|it| it.urgency == Urgency::Leaving),
        "and none arrives"
    );
    assert_eq!(visit.spills(), 1);
    let mut next = visit.open("/b");
    next.settle();
    assert_eq!(visit.stored_names(), ["page_viewed", "x", "page_viewed"]);
    assert_eq!(visit.spills(), 0);
}

#[test]
fn a_beacon_that_did_arrive_is_not_stored_twice() {
    let visit = visit();
    visit.open("/a").leave().settle();
    assert_eq!(visit.stored().len(), 1);
    visit.open("/b").settle();
    assert_eq!(visit.stored().len(), 2);
}

#[test]
fn a_tab_that_is_left_and_then_hidden_sends_once() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.track("x").leave().hide();
    assert_eq!(tab.requests().len(), 1);
    tab.see("/", "", PageCause::Loaded).hide();
    assert_eq!(
        tab.requests().len(),
        1,
        "back out of the cache it is hidden anew"
    );
}

#[test]
fn a_batch_in_flight_goes_again_by_beacon_unless_its_request_outlives_the_page() {
    let visit = visit();
    let mut open = visit.open("/");
    open.wake().leave();
    let urgencies: Vec<_> = open.requests().iter().map(|it| it.urgency).collect();
    assert_eq!(urgencies, [Urgency::Open, Urgency::Leaving]);

    let mut hidden = visit.open("/");
    hidden.consent(Consent::Granted).settle();
    hidden.track("x").hide().leave();
    let urgencies: Vec<_> = hidden.requests().iter().map(|it| it.urgency).collect();
    assert_eq!(urgencies, [Urgency::Hidden]);
}

#[test]
fn a_hidden_page_sends_what_it_has_and_cleans_up_after_the_answer() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.hide();
    let requests = tab.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].urgency, Urgency::Hidden);
    assert_eq!(visit.spills(), 1);
    tab.answer(&requests[0]);
    assert_eq!(visit.spills(), 0);
}

#[test]
fn what_does_not_fit_goes_oldest_first_and_is_counted() {
    let visit = visit();
    let mut tab = visit.open("/");
    let now = visit.now();
    let props = format!("{{\"x\":\"{}\"}}", "y".repeat(8_000));
    for number in 0..200 {
        tab.track_idle(&format!("n{number}"), &props, now);
    }
    let stats = tab.tracker.stats();
    assert_eq!(stats.tracked, stats.pending + stats.dropped);
    assert!(stats.dropped > 0);
    tab.settle();
    assert_eq!(name_of(visit.stored().last().unwrap()), "n199");
    let stats = tab.tracker.stats();
    assert_eq!(stats.tracked, stats.sent + stats.dropped);
}

#[test]
fn a_rejected_event_is_counted_and_not_sent_again() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.track("x").wake();
    let request = tab.requests().remove(0);
    tab.finish(&request, Outcome::Acknowledged { rejected: 1 });
    assert_eq!(tab.dropped(), [(Dropped::Rejected, 1)]);
    assert_eq!(tab.tracker.stats().sent, 1);
    assert!(tab.wake().requests().is_empty());
}

#[test]
fn an_answer_to_another_batch_settles_nothing() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.wake();
    tab.requests();
    tab.hear(Input::SendFinished {
        batch: "somebody-elses",
        outcome: Outcome::Acknowledged { rejected: 0 },
    });
    assert_eq!(tab.tracker.stats().pending, 1);
}
