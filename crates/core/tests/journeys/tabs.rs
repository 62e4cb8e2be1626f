//! What the pages of a site share: one request at a time, one schedule, one visitor.

use crate::paper::{Consent, Dropped, Outcome};

use crate::support::visit;

#[test]
fn while_one_tab_sends_the_others_wait() {
    let visit = visit();
    let mut first = visit.open("/a");
    let mut second = visit.open("/b");
    let request = first.wake().request();
    assert_eq!(request.names().len(), 2, "any tab sends for all");
    second.track("x").wake();
    assert!(second.requests().is_empty());
    first.answer(&request).settle();
    second.settle();
    assert_eq!(visit.stored().len(), 3);
}

#[test]
fn the_wait_for_a_tab_that_died_while_sending_ends() {
    let visit = visit();
    let mut dead = visit.open("/a");
    let start = visit.now();
    let lost = dead.wake().request();
    drop(dead);
    let mut second = visit.open("/b");
    while second.wake_at().unwrap() < start + 10_000 {
        assert!(second.wake().requests().is_empty());
        assert!(
            second.wake_at().unwrap() <= visit.now() + 1_000,
            "it looks again soon"
        );
    }
    let request = second.wake().request();
    assert_eq!(request.read().receipts, [lost.batch]);
    second.answer(&request).settle();
    assert_eq!(visit.stored().len(), 2);
}

#[test]
fn a_lease_of_another_clock_does_not_hold() {
    let visit = visit();
    let year_ms = 365 * 86_400_000;
    visit.set_line(&format!("b\u{1f}{}\u{1f}0\u{1f}0", visit.now() + year_ms));
    let mut tab = visit.open("/");
    assert_eq!(tab.wake().requests().len(), 1);
}

#[test]
fn a_tab_that_is_left_gives_its_turn_back() {
    let visit = visit();
    let mut first = visit.open("/a");
    first.wake().request();
    first.leave();
    let mut second = visit.open("/b");
    assert_eq!(second.wake().requests().len(), 1);
}

#[test]
fn all_tabs_keep_to_one_schedule() {
    let visit = visit();
    let mut first = visit.open("/a");
    let mut second = visit.open("/b");
    let request = first.wake().request();
    let retry_after_ms = 60_000;
    first.finish(&request, Outcome::Unconfirmed { retry_after_ms });
    let due_at = visit.now() + retry_after_ms;
    second.track("x").wake();
    assert!(second.requests().is_empty());
    assert_eq!(second.wake_at(), Some(due_at));
    let mut third = visit.open("/c");
    third.wake();
    assert!(third.requests().is_empty());
    assert_eq!(third.wake_at(), Some(due_at));
}

#[test]
fn two_tabs_that_began_a_session_each_settle_on_one_and_rewrite_what_was_not_sent() {
    let visit = visit();
    let mut first = visit.open("/a");
    let record = visit.record().unwrap();
    // The second tab starts before it can see what the first has written.
    let mirror = visit.line_of("a").unwrap();
    visit.set_record(None);
    visit.set_line("a\u{1f}");
    visit.after(3);
    let mut second = visit.open("/b");
    visit.set_record(Some(&record));
    visit.set_line(&mirror);
    second.track("x");
    second.settle();
    first.track("y").settle();

    let stored = visit.stored();
    assert_eq!(stored.len(), 4);
    for event in &stored {
        assert_eq!(event.session, stored[0].session);
        assert_eq!(event.customer_id, stored[0].customer_id);
    }
    let session = stored[0].session.clone().unwrap().id.unwrap();
    assert!(record.contains(&session), "the one that began first");
}

#[test]
fn a_refusal_that_only_the_outbox_knows_holds() {
    let visit = visit();
    let mut first = visit.open("/a");
    let mut second = visit.open("/b");
    let record_before = visit.record().unwrap();
    first.consent(Consent::Denied);
    let refusal = visit.line_of("a").unwrap();
    assert!(refusal.ends_with("denied"));
    // A browser that is killed loses the last seconds of localStorage.
    visit.set_record(Some(&record_before));
    let view = visit.keys_of('e');
    assert!(view.is_empty());

    second.track("x").wake();
    assert!(second.requests().is_empty());
    assert_eq!(second.tracker.consent(), Consent::Denied);
    assert_eq!(second.dropped().last().unwrap().0, Dropped::NoConsent);
    assert_eq!(visit.waiting(), 0);
    assert!(visit.record().unwrap().ends_with("denied"));
    let mut later = visit.open("/c");
    assert!(later.wake().requests().is_empty());
}

#[test]
fn an_older_refusal_does_not_undo_a_newer_consent() {
    let visit = visit();
    let mut first = visit.open("/a");
    first.consent(Consent::Denied);
    let refusal = visit.line_of("a").unwrap();
    first.consent(Consent::Granted);
    visit.set_line(&refusal);
    first.track("x").settle();
    assert_eq!(visit.stored_names(), ["x"]);
}

#[test]
fn a_choice_that_one_tab_takes_back_leaves_the_other_its_session() {
    let visit = visit();
    let mut first = visit.open("/a");
    first.settle();
    let mut second = visit.open("/b");
    second.settle();
    first.consent(Consent::Pending);
    second.track("x").settle();
    first.consent(Consent::Granted).track("y").settle();
    let stored = visit.stored();
    assert_eq!(stored.len(), 4);
    for event in &stored {
        assert_eq!(event.session, stored[0].session);
        assert_eq!(event.customer_id, stored[0].customer_id);
    }
}
