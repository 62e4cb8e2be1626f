//! Whole visits, in virtual time.

mod support;

use serde_json::json;
use sillage_core::{Consent, Dropped, Input, Outcome, PageCause, Urgency};
use support::{name_of, visit};

const MINUTE_MS: u64 = 60_000;

#[test]
fn a_visit_through_two_pages_is_recorded_as_it_happened() {
    let visit = visit();
    let mut home = visit.open("/");
    visit.after(1_000);
    home.click("Shop now", "Shop now", "https://shop.test/list?token=abc");
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
        "https://shop.test/list?token=REDACTED"
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
fn while_consent_is_pending_nothing_is_written_or_sent() {
    let visit = visit();
    let mut tab = visit.open_with("/", |config| config.consent = Consent::Pending, false);
    visit.after(5_000);
    tab.track("x").hide().leave();
    assert_eq!(tab.wake_at(), None);
    assert!(tab.requests().is_empty());
    assert_eq!(visit.record(), None);
    assert_eq!(visit.spills(), 0);

    visit.after(60_000);
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
    tab.track("x").hide();
    tab.consent(Consent::Denied);
    assert_eq!(visit.record().unwrap(), "1 - - 0 0 denied");
    assert_eq!(visit.spills(), 0);
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
    assert_ne!(words(&before)[1], words(&after)[1]);
    assert_ne!(words(&before)[2], words(&after)[2]);
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
    assert_eq!(visit.spills(), 0);
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
    assert_eq!(visit.record().unwrap(), "1 - - 0 0 -");
    tab.track("x").settle();
    assert_eq!(visit.record().unwrap(), "1 - - 0 0 -");
    let stored = visit.stored();
    assert_eq!(stored[1].session, stored[2].session);
    assert!(stored[2].customer_id.is_none());
}

#[test]
fn what_an_earlier_page_left_goes_with_consent() {
    for (consent, anonymous, spills) in [
        (Consent::Denied, false, 0),
        (Consent::Granted, true, 0),
        (Consent::Pending, false, 1),
    ] {
        let visit = visit();
        visit.open("/a").leave();
        assert_eq!(visit.spills(), 1);
        visit.open_with("/b", |config| config.consent = consent, anonymous);
        assert_eq!(
            visit.spills(),
            spills,
            "{consent:?}, anonymous: {anonymous}"
        );
    }
}

#[test]
fn a_site_that_denies_erases_what_it_stored_when_it_did_not() {
    let visit = visit();
    visit.open("/").settle();
    let mut tab = visit.open_with("/b", |config| config.consent = Consent::Denied, false);
    assert_eq!(visit.record().unwrap(), "1 - - 0 0 -");
    assert!(tab.wake().requests().is_empty());
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
