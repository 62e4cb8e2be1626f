//! How events leave, and what becomes of them.

use crate::paper::{Dropped, Fields, Input, Outcome, PageCause, Urgency};

use crate::support::visit;

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
    let first = tab.wake().request();
    tab.answer(&first);
    visit.after(100);
    for _ in 0..50 {
        tab.track("x");
    }
    assert_eq!(tab.wake_at(), Some(start + 2_100));
    let second = tab.wake().request();
    tab.answer(&second);
    assert_eq!(visit.stored().len(), 51);
    assert_eq!(tab.tracker.stats().pending, 0);
    assert_eq!(visit.waiting(), 0);
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
fn a_request_that_failed_is_repeated_no_sooner_than_the_collector_asks() {
    let visit = visit();
    let mut tab = visit.open("/");
    let request = tab.wake().request();
    let retry_after_ms = 30_000;
    tab.finish(&request, Outcome::Unconfirmed { retry_after_ms });
    assert!(tab.wake_at().unwrap() >= visit.now() + retry_after_ms);
}

#[test]
fn coming_back_online_ends_the_wait() {
    let visit = visit();
    let mut tab = visit.open("/");
    let request = tab.wake().request();
    let retry_after_ms = 3_000_000;
    tab.finish(&request, Outcome::Unconfirmed { retry_after_ms });
    visit.after(1_000);
    tab.hear(Input::Resumed);
    assert_eq!(tab.wake_at(), Some(visit.now()));
    assert_eq!(tab.wake().requests().len(), 1);
}

#[test]
fn what_a_left_page_could_not_send_is_sent_by_the_next() {
    let visit = visit();
    let mut lost = visit.open("/a");
    lost.track("x").leave();
    assert_eq!(
        lost.request().urgency,
        Urgency::Leaving,
        "and it does not arrive"
    );
    assert_eq!(visit.waiting(), 1);
    visit.after(100);
    visit.open("/b").settle();
    assert_eq!(visit.stored_names(), ["page_viewed", "x", "page_viewed"]);
    assert_eq!(visit.waiting(), 0);
}

#[test]
fn a_beacon_that_did_arrive_is_not_sent_again() {
    let visit = visit();
    let mut left = visit.open("/a");
    let beacon = left.leave().request();
    left.store(&beacon);
    let mut next = visit.open("/b");
    let request = next.wake().request();
    assert_eq!(request.names(), ["page_viewed"], "of the second page");
    assert_eq!(request.read().receipts, [&*beacon.batch]);
    next.answer(&request).settle();
    assert_eq!(visit.stored().len(), 2);
    assert_eq!(visit.waiting(), 0);
}

#[test]
fn a_tab_that_is_left_and_then_hidden_sends_once() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.track("x").leave().hide();
    assert_eq!(tab.requests().len(), 1);
    assert!(tab.wake().requests().is_empty());
    tab.see("/", "", PageCause::Loaded).hide();
    assert_eq!(
        tab.requests().len(),
        1,
        "back out of the cache it is hidden anew"
    );
}

#[test]
fn a_batch_in_flight_is_not_sent_again_when_the_page_is_left() {
    let visit = visit();
    let mut tab = visit.open("/");
    let in_flight = tab.wake().request();
    tab.leave();
    assert!(tab.requests().is_empty(), "its request outlives the page");
    let mut next = visit.open("/b");
    let request = next.wake().request();
    assert_eq!(request.read().receipts, [in_flight.batch]);
}

#[test]
fn what_is_new_since_the_batch_in_flight_goes_by_beacon() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.wake().request();
    let beacon = tab.track("last_words").leave().request();
    assert_eq!(beacon.urgency, Urgency::Leaving);
    assert_eq!(beacon.names(), ["last_words"]);
}

#[test]
fn no_beacon_leaves_while_the_collector_wants_to_be_left_alone() {
    let visit = visit();
    let mut tab = visit.open("/");
    let request = tab.wake().request();
    let retry_after_ms = 60_000;
    tab.finish(&request, Outcome::Unconfirmed { retry_after_ms });
    tab.track("x").leave();
    assert!(tab.requests().is_empty());
    assert_eq!(visit.waiting(), 2, "the next page finds both");
}

#[test]
fn a_hidden_page_sends_what_it_has_without_waiting() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.settle();
    tab.track("x").hide();
    let request = tab.request();
    assert_eq!(request.urgency, Urgency::Open);
    assert_eq!(request.names(), ["x"]);
    tab.answer(&request);
    assert_eq!(visit.waiting(), 0);
    tab.hide();
    assert!(tab.requests().is_empty(), "nothing is new");
}

#[test]
fn a_flush_does_not_wait_for_company() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.settle();
    tab.track("x").hear(Input::FlushRequested);
    assert_eq!(tab.wake_at(), Some(visit.now()));
    assert_eq!(tab.wake().request().names(), ["x"]);
}

#[test]
fn a_rejected_event_is_counted_and_not_sent_again() {
    let visit = visit();
    let mut tab = visit.open("/");
    let request = tab.track("x").wake().request();
    tab.finish(&request, Outcome::Acknowledged { rejected: 1 });
    assert_eq!(tab.dropped(), [(Dropped::Rejected, 1)]);
    assert_eq!(tab.tracker.stats().sent, 1);
    assert!(tab.wake().requests().is_empty());
}

#[test]
fn a_batch_that_is_refused_whole_is_counted_and_not_sent_again() {
    let visit = visit();
    let mut tab = visit.open("/");
    let request = tab.track("x").wake().request();
    let rejected = u32::MAX;
    tab.finish(&request, Outcome::Acknowledged { rejected });
    assert_eq!(tab.dropped(), [(Dropped::Rejected, 2)]);
    assert_eq!(visit.waiting(), 0);
}

#[test]
fn an_answer_to_another_batch_settles_nothing() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.wake().request();
    tab.hear(Input::SendFinished {
        batch: "somebody-elses",
        outcome: Outcome::Acknowledged { rejected: 0 },
        receipts: Fields(""),
    });
    assert_eq!(tab.tracker.stats().pending, 1);
    assert_eq!(visit.waiting(), 1);
}
