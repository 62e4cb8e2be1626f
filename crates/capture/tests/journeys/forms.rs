//! Forms that are begun, sent and given up.

use sillage_capture::{Fact, Form};
use sillage_text::Fields;

use crate::support::{Tab, open};

const CHECKOUT: &str = "https://a.test/checkout";
const ADDRESS: Form<'static> = Form {
    number: 1,
    name: "address",
};
const NEWSLETTER: Form<'static> = Form {
    number: 2,
    name: "newsletter",
};

impl Tab {
    fn changes(&mut self, form: Form<'_>, field: &str) -> &mut Self {
        self.hears(Fact::Active)
            .hears(Fact::FieldChanged { form, field })
    }

    fn submits(&mut self, form: Form<'_>, values: &str) -> &mut Self {
        self.hears(Fact::FormSubmitted {
            form,
            action: "https://a.test/order?token=abc",
            values: Fields(values),
        })
    }
}

#[test]
fn a_form_is_started_with_the_first_change_and_submitted_with_what_it_took() {
    let mut tab = open("forms", CHECKOUT);
    tab.after(1_000).hears(Fact::FormEntered(ADDRESS));
    assert!(tab.captured().is_empty(), "a form in focus is not begun");
    tab.after(2_000).changes(ADDRESS, "name");
    tab.after(500).changes(ADDRESS, "name");
    tab.after(500).changes(ADDRESS, "city");
    tab.after(1_000).submits(ADDRESS, "").hears(Fact::Left);
    assert_eq!(
        tab.captured(),
        [
            r#"form_started {"field":"name","form":"address"} +"#,
            concat!(
                r#"form_submitted {"action":"https://a.test/order?token=REDACTED","#,
                r#""fieldsChanged":2,"form":"address","timeSpentMs":4000} +"#
            ),
        ]
    );
}

#[test]
fn a_form_that_was_not_sent_is_abandoned_when_it_was_last_changed() {
    let mut tab = open("forms leave", CHECKOUT);
    tab.after(1_000).changes(NEWSLETTER, "email");
    tab.after(1_000).hears(Fact::FormEntered(ADDRESS));
    tab.after(3_000).changes(ADDRESS, "name");
    tab.after(2_000).changes(ADDRESS, "street").captured();
    tab.submits(NEWSLETTER, "").captured();
    tab.after(60_000).hears(Fact::Left);
    assert_eq!(
        tab.captured(),
        [
            concat!(
                r#"form_abandoned {"fieldsChanged":2,"form":"address","lastField":"street","#,
                r#""timeSpentMs":5000} @7000"#
            ),
            r#"page_left {"timeOnPageMs":67000} @7000"#,
        ]
    );
}

#[test]
fn another_page_of_the_application_abandons_it_and_looking_away_does_not() {
    let mut tab = open("forms", CHECKOUT);
    tab.after(1_000).changes(ADDRESS, "name").captured();
    tab.after(100).hears(Fact::Hidden).after(100);
    tab.hears(Fact::Shown);
    assert!(tab.captured().is_empty());
    tab.routes_to("https://a.test/cart").hears(Fact::Left);
    assert_eq!(
        tab.captured(),
        [
            r#"form_abandoned {"fieldsChanged":1,"form":"address","lastField":"name","timeSpentMs":0} @1000"#
        ]
    );
}

#[test]
fn a_form_that_was_refused_and_is_changed_again_is_abandoned_but_not_started_again() {
    let mut tab = open("forms", CHECKOUT);
    tab.changes(ADDRESS, "name").submits(ADDRESS, "").captured();
    tab.after(1_000).changes(ADDRESS, "city");
    assert!(tab.captured().is_empty());
    tab.hears(Fact::Left);
    assert!(tab.captured()[0].starts_with("form_abandoned"));
}

#[test]
fn values_that_the_form_lets_be_read_are_told_and_cut() {
    let mut tab = open("forms", CHECKOUT);
    let long = "x".repeat(600);
    tab.submits(ADDRESS, &format!("city\x1fParis \"2\"\x1fnote\x1f{long}"));
    let told = tab.captured().concat();
    let values = format!(
        r#""values":{{"city":"Paris \"2\"","note":"{}"}}"#,
        "x".repeat(500)
    );
    assert!(told.contains(&values), "{told}");
}

#[test]
fn forms_are_left_alone_where_they_are_not_named() {
    let mut tab = open("leave", CHECKOUT);
    tab.changes(ADDRESS, "name").submits(ADDRESS, "");
    assert!(tab.captured().is_empty());
}
