//! Who the visitor is, once the site has said so.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::paper::Consent;

use crate::support::{Visit, visit};

/// Name, customer and kind of customer of each stored event.
fn customers(visit: &Visit) -> Vec<(String, String)> {
    let text = |text: Option<String>| text.unwrap_or_default();
    visit
        .stored()
        .into_iter()
        .map(|event| (text(event.customer_id_type), text(event.customer_id)))
        .collect()
}

fn pair(kind: &str, id: &str) -> (String, String) {
    (kind.into(), id.into())
}

fn sessions(visit: &Visit) -> Vec<String> {
    let stored = visit.stored().into_iter();
    stored
        .map(|event| event.session.unwrap().id.unwrap())
        .collect()
}

#[test]
fn events_after_identify_are_the_customers_on_later_pages_too_and_those_before_stay_the_browsers() {
    let visit = visit();
    let mut tab = visit.open("/");
    visit.after(10);
    tab.identify("=email=jo@shop.test", "", "")
        .track("x")
        .settle();
    visit.after(10);
    visit.open("/next").settle();
    let customers = customers(&visit);
    assert_eq!(customers[0].0, "cookie");
    assert_eq!(customers[1], pair("email", "jo@shop.test"));
    assert_eq!(customers[2], pair("email", "jo@shop.test"));
    let sessions = sessions(&visit);
    assert_eq!(sessions[0], sessions[2], "one visit, which ties them");
}

#[test]
fn a_batch_may_hold_events_of_the_browser_and_of_the_customer() {
    let visit = visit();
    let mut tab = visit.open("/");
    visit.after(10);
    tab.track("before").identify("=userId=a=b", "", "");
    visit.after(10);
    tab.track("after").settle();
    let kinds: Vec<_> = customers(&visit).into_iter().collect();
    assert_eq!(kinds[1].0, "cookie");
    assert_eq!(kinds[2], pair("userId", "a=b"));
}

#[test]
fn another_customer_may_begin_another_session() {
    let visit = visit();
    let mut tab = visit.open("/");
    visit.after(10);
    tab.identify("=email=a", "", "").track("x");
    visit.after(10);
    tab.identify("=email=a", "", "").track("y");
    visit.after(10);
    tab.identify("=email=b", "-", "").track("z").settle();
    let sessions = sessions(&visit);
    assert_eq!(sessions[0], sessions[2]);
    assert_ne!(sessions[2], sessions[3]);
}

#[test]
fn a_reset_begins_a_new_visitor_and_a_new_session() {
    let visit = visit();
    let mut tab = visit.open("/");
    visit.after(10);
    tab.identify("=email=a", "", "").track("x");
    visit.after(10);
    tab.identify("", "-", "1").track("y").settle();
    let customers = customers(&visit);
    assert_eq!(customers[2].0, "cookie");
    assert_ne!(customers[2].1, customers[0].1);
    let sessions = sessions(&visit);
    assert_ne!(sessions[2], sessions[1]);
    visit.after(10);
    visit.open("/next").settle();
    assert_eq!(self::customers(&visit)[3], customers[2]);
}

#[test]
fn a_session_that_the_host_gives_holds_in_every_tab_until_it_ends() {
    let visit = visit();
    let mut tab = visit.open("/");
    visit.after(10);
    tab.identify("", "app-7", "").track("x");
    visit.after(10);
    let mut other = visit.open("/other");
    other.settle();
    visit.after(31 * 60_000);
    other.track("later").settle();
    let sessions = sessions(&visit);
    assert_eq!(&sessions[1..3], ["app-7", "app-7"]);
    assert_ne!(sessions[3], "app-7");
}

#[test]
fn who_it_is_waits_for_consent_like_the_events() {
    let visit = visit();
    let mut tab = visit.open_with("/", |config| config.consent = Consent::Pending, false);
    visit.after(10);
    tab.identify("=email=a", "", "").track("x");
    assert_eq!(visit.record(), None);
    tab.consent(Consent::Granted).settle();
    let customers = customers(&visit);
    assert_eq!(customers[0].0, "cookie");
    assert_eq!(customers[1], pair("email", "a"));
    assert!(visit.record().unwrap().contains("=email=a"));
}

#[test]
fn a_refusal_erases_who_it_was() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.identify("=email=a", "", "");
    tab.consent(Consent::Denied);
    assert!(!visit.record().unwrap().contains("email"));
    tab.identify("=email=b", "", "");
    assert!(!visit.record().unwrap().contains("email"));
    tab.consent(Consent::Granted).track("x").settle();
    assert_eq!(customers(&visit).last().unwrap().0, "cookie");
}

#[test]
fn under_global_privacy_control_nobody_is_identified() {
    let visit = visit();
    let mut tab = visit.open_with("/", |_| {}, true);
    visit.after(10);
    tab.identify("=email=a", "", "").track("x");
    visit.after(10);
    tab.identify("", "-", "1").track("y").settle();
    assert_eq!(customers(&visit), vec![pair("", ""); 3]);
    let sessions = sessions(&visit);
    assert_eq!(sessions[0], sessions[1]);
    assert_ne!(sessions[1], sessions[2]);
    assert!(!visit.record().unwrap_or_default().contains("email"));
}

#[test]
fn a_record_that_somebody_tampered_with_cannot_break_a_batch() {
    let visit = visit();
    visit.open("/").settle();
    let record = visit.record().unwrap();
    let (before, consent) = record.rsplit_once(' ').unwrap();
    let before = before.replacen("1 ", "1 9", 1);
    visit.set_record(Some(&format!("{before} =email=a\",\"x\":\" {consent}")));
    visit.after(10);
    visit.open("/next").settle();
    assert_eq!(customers(&visit)[1].0, "cookie");
}
