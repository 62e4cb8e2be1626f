//! What consent and Global Privacy Control allow.

use crate::paper::{Consent, Dropped, Input, PageCause};

use crate::support::visit;

/// Whether a record names neither a visitor nor a session.
fn is_nobody(record: &str) -> bool {
    record.split(' ').skip(2).take(2).eq(["-", "-"])
}

#[test]
fn while_consent_is_pending_nothing_is_written_or_sent() {
    let visit = visit();
    let mut tab = visit.open_with("/", |config| config.consent = Consent::Pending, false);
    visit.after(5_000);
    tab.track("x").hide().leave();
    assert_eq!(tab.wake_at(), None);
    assert!(tab.requests().is_empty());
    assert_eq!(visit.record(), None);
    assert_eq!(visit.waiting(), 0);

    visit.after(60_000);
    tab.hear(Input::Resumed);
    tab.consent(Consent::Granted).settle();
    assert_eq!(visit.stored_names(), ["page_viewed", "x"]);
    let dates: Vec<_> = visit
        .stored()
        .iter()
        .map(|it| it.created_date.unwrap().to_string())
        .collect();
    assert_eq!(
        dates,
        ["2026-11-21T09:00:00.000Z", "2026-11-21T09:00:05.000Z"],
        "as they happened"
    );
    assert!(visit.record().unwrap().ends_with("granted"));
}

#[test]
fn refusing_drops_what_waited_and_erases_who_it_was() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.track("x");
    tab.consent(Consent::Denied);
    let record = visit.record().unwrap();
    assert!(is_nobody(&record) && record.ends_with("denied"), "{record}");
    assert_eq!(visit.line_of("a").unwrap()[2..], record);
    assert_eq!(visit.waiting(), 0);
    tab.requests();
    tab.track("y").wake();
    assert_eq!(tab.wake_at(), None);
    assert!(tab.requests().is_empty());
    assert_eq!(
        tab.dropped(),
        [(Dropped::NoConsent, 2), (Dropped::NoConsent, 1)]
    );
    assert_eq!(tab.tracker.stats().dropped, 3);

    let mut later = visit.open("/b");
    assert_eq!(
        later.tracker.consent(),
        Consent::Denied,
        "for later visits too"
    );
    assert!(later.requests().is_empty());
}

#[test]
fn a_refusal_in_one_tab_silences_the_others() {
    let visit = visit();
    let mut first = visit.open("/a");
    let mut second = visit.open("/b");
    first.consent(Consent::Denied);
    second.wake();
    assert!(second.requests().is_empty());
    assert_eq!(second.tracker.stats().pending, 0);
}

#[test]
fn a_visitor_who_grants_again_is_somebody_new() {
    let visit = visit();
    let mut tab = visit.open("/");
    let before = visit.record().unwrap();
    tab.consent(Consent::Denied).consent(Consent::Granted);
    tab.track("x").settle();
    let words = |record: &str| record.split(' ').map(String::from).collect::<Vec<_>>();
    let after = visit.record().unwrap();
    assert_ne!(words(&before)[2], words(&after)[2]);
    assert_ne!(words(&before)[3], words(&after)[3]);
}

#[test]
fn a_tab_that_slept_through_refusal_and_grant_does_not_bring_the_old_visitor_back() {
    let visit = visit();
    let mut asleep = visit.open("/a");
    asleep.settle();
    let mut tab = visit.open("/b");
    tab.settle();
    tab.consent(Consent::Denied).consent(Consent::Granted);
    asleep.track("x").settle();
    tab.track("y").settle();
    let stored = visit.stored();
    assert_eq!(stored.len(), 4);
    assert_ne!(stored[0].customer_id, stored[2].customer_id);
    assert_ne!(stored[0].session, stored[2].session);
    assert_eq!(stored[2].customer_id, stored[3].customer_id);
}

#[test]
fn global_privacy_control_leaves_no_identifier_anywhere() {
    let visit = visit();
    let mut tab = visit.open_with("/", |_| {}, true);
    tab.track("x").hide();
    tab.settle();
    let mut other = visit.open_with("/b", |_| {}, true);
    other.settle();
    assert_eq!(visit.record(), None);
    assert_eq!(visit.waiting(), 0);
    let stored = visit.stored();
    assert_eq!(stored.len(), 3);
    assert!(stored.iter().all(|it| it.customer_id.is_none()));
    assert_eq!(stored[0].session, stored[1].session);
    assert_ne!(
        stored[0].session, stored[2].session,
        "no session outlives its page"
    );
}

#[test]
fn global_privacy_control_erases_what_was_stored_before_it_was_set() {
    let visit = visit();
    visit.open("/").settle();
    assert!(visit.record().is_some());
    let mut tab = visit.open_with("/b", |_| {}, true);
    assert!(is_nobody(&visit.record().unwrap()));
    tab.track("x").settle();
    assert!(is_nobody(&visit.record().unwrap()));
    let stored = visit.stored();
    assert_eq!(stored[1].session, stored[2].session);
    assert!(stored[2].customer_id.is_none());
}

#[test]
fn what_an_earlier_page_left_goes_with_consent() {
    for (consent, anonymous, waiting) in [
        (Consent::Denied, false, 0),
        (Consent::Granted, true, 0),
        (Consent::Pending, false, 1),
    ] {
        let visit = visit();
        visit.open("/a").leave();
        assert_eq!(visit.waiting(), 1);
        visit.open_with("/b", |config| config.consent = consent, anonymous);
        assert_eq!(
            visit.waiting(),
            waiting,
            "{consent:?}, anonymous: {anonymous}"
        );
    }
}

#[test]
fn a_site_that_denies_erases_what_it_stored_when_it_did_not() {
    let visit = visit();
    visit.open("/").settle();
    let mut tab = visit.open_with("/b", |config| config.consent = Consent::Denied, false);
    assert!(is_nobody(&visit.record().unwrap()));
    assert!(tab.wake().requests().is_empty());
}

#[test]
fn a_batch_that_was_begun_before_consent_was_withdrawn_is_not_sent_again() {
    let visit = visit();
    let mut tab = visit.open("/");
    let request = tab.track("x").wake().request();
    tab.consent(Consent::Denied);
    tab.fail(&request);
    assert_eq!(tab.wake_at(), None);
    tab.consent(Consent::Granted).track("y").settle();
    assert_eq!(visit.stored_names(), ["y"]);
    assert_eq!(visit.waiting(), 0);
}

#[test]
fn a_turn_that_comes_after_another_tab_has_refused_sends_nothing() {
    let visit = visit();
    let mut tab = visit.open("/a");
    let id = visit.keys_of('e').pop().unwrap();
    // Read before the refusal, and without the record: as of a page whose database cannot be read.
    let line = visit.line_of(&id).unwrap() + "\n";
    let refusal = "1 9 - - 0 0 0 denied";
    visit.set_record(Some(refusal));
    tab.hear(Input::TurnCame(&line));
    assert!(tab.requests().is_empty());
    assert!(visit.stored().is_empty());
}

#[test]
fn a_choice_that_is_taken_back_keeps_what_waits_until_there_is_a_new_one() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.consent(Consent::Pending).track("x").wake();
    tab.hide().leave();
    assert!(tab.requests().is_empty());
    tab.see("/", "", PageCause::Loaded);
    tab.consent(Consent::Granted).settle();
    assert_eq!(visit.stored_names(), ["page_viewed", "x", "page_viewed"]);
}
