//! Forms that are begun, sent and given up.

use sillage_capture::Fact;

use crate::support::{Tab, leave, nothing, open};

const ADDRESS: u32 = 1;
const NEWSLETTER: u32 = 2;

/// Their fields.
const NAME: u32 = 11;
const CITY: u32 = 12;
const EMAIL: u32 = 21;

impl Tab {
    fn changes(&mut self, form: u32, field: u32) -> &mut Self {
        self.hears(Fact::Active)
            .hears(Fact::FieldChanged { form, field })
    }

    fn enters(&mut self, form: u32) -> &mut Self {
        self.hears(Fact::FormEntered { form })
    }

    fn submits(&mut self, form: u32) -> &mut Self {
        self.hears(Fact::FormSubmitted { form })
    }
}

#[test]
fn a_form_is_started_with_the_first_change_and_submitted_with_what_it_took() {
    let mut tab = open(nothing());
    tab.after(1_000).enters(ADDRESS);
    assert!(tab.captured().is_empty(), "a form in focus is not begun");
    tab.after(2_000).changes(ADDRESS, NAME);
    tab.after(500).changes(ADDRESS, NAME);
    tab.after(500).changes(ADDRESS, CITY);
    tab.after(1_000).submits(ADDRESS).hears(Fact::Left);
    assert_eq!(
        tab.captured(),
        ["FormStarted 1 11 +", "FormSubmitted 1 2 4000 +"]
    );
}

#[test]
fn a_form_that_was_not_sent_is_abandoned_when_it_was_last_changed() {
    let mut tab = open(leave());
    tab.after(1_000).changes(NEWSLETTER, EMAIL);
    tab.after(1_000).enters(ADDRESS);
    tab.after(3_000).changes(ADDRESS, NAME);
    tab.after(2_000).changes(ADDRESS, CITY);
    tab.submits(NEWSLETTER).captured();
    tab.after(60_000).hears(Fact::Left);
    assert_eq!(
        tab.captured(),
        ["FormAbandoned 1 2 5000 12 @7000", "PageLeft 67000 0 @7000"]
    );
}

#[test]
fn another_page_of_the_application_abandons_it_and_looking_away_does_not() {
    let mut tab = open(nothing());
    tab.after(1_000).changes(ADDRESS, NAME).captured();
    tab.after(100).hears(Fact::Hidden).after(100);
    tab.hears(Fact::Shown);
    assert!(tab.captured().is_empty());
    tab.goes_on().hears(Fact::Left);
    assert_eq!(tab.captured(), ["FormAbandoned 1 1 0 11 @1000"]);
}

#[test]
fn a_form_that_was_refused_and_is_changed_again_is_abandoned_but_not_started_again() {
    let mut tab = open(nothing());
    tab.changes(ADDRESS, NAME).submits(ADDRESS).captured();
    tab.after(1_000).changes(ADDRESS, CITY);
    assert!(tab.captured().is_empty());
    tab.hears(Fact::Left);
    assert_eq!(tab.captured(), ["FormAbandoned 1 2 1000 12"]);
}
