//! Forms that are begun, sent and given up. Of what visitors enter nothing is read but where a form says
//! that it may be.

use sillage_protocol::limits::MAX_TEXT_CHARS;
use sillage_text::Fields;
use sillage_text::redact::redact_url;
use sillage_text::text::{cut, owned};

use crate::members::Members;
use crate::{Captured, Shell};

/// Most fields of a form that are told apart; further ones are not counted.
const MAX_FIELDS: usize = 100;

/// Most values that are recorded of a form.
const MAX_VALUES: usize = 50;

/// Most bytes of one value.
const MAX_VALUE_BYTES: usize = 500;

/// Parts of names whose fields hold what nobody but the payee may have: numbers of cards and accounts.
const PRIVATE_NAMES: &[&str] = &[
    "card", "cvc", "cvv", "csc", "iban", "account", "passw", "pwd", "secret", "token", "otp",
    "pin", "ssn",
];

/// Which form it is.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// Tells it apart from others of the document.
    pub number: u64,
    /// What the page calls it.
    pub name: &'a str,
}

/// What is known of a form that somebody has entered.
#[derive(Debug)]
struct FormState {
    number: u64,
    name: String,
    entered_at: u64,
    changed_at: u64,
    /// Names of the fields that were changed, in the order of their first change.
    fields: Vec<String>,
    last_field: String,
    /// Whether it was changed since it was sent.
    is_open: bool,
}

/// The forms of one page view that somebody has entered.
#[derive(Debug, Default)]
pub(crate) struct Forms(Vec<FormState>);

impl Forms {
    /// A field of the form got the focus.
    pub(crate) fn entered(&mut self, now_ms: u64, form: Form<'_>) {
        self.find(now_ms, form);
    }

    /// The visitor changed what is in a field.
    pub(crate) fn changed(
        &mut self,
        now_ms: u64,
        form: Form<'_>,
        field: &str,
        shell: &mut dyn Shell,
    ) {
        let Some(entered) = self.find(now_ms, form) else {
            return;
        };
        let field = cut(field, MAX_TEXT_CHARS);
        let is_first = entered.fields.is_empty();
        if entered.fields.len() < MAX_FIELDS && entered.fields.iter().all(|it| it != field) {
            entered.fields.push(owned(field));
        }
        entered.last_field = owned(field);
        entered.changed_at = now_ms;
        entered.is_open = true;
        if is_first {
            let mut props = Members::default();
            props.text("form", &entered.name);
            props.text("field", field);
            shell.record(activity("form_started", &props.finish()));
        }
    }

    /// The form was sent; `values` are names and values by turns, of fields that may be read.
    pub(crate) fn submitted(
        &mut self,
        now_ms: u64,
        form: Form<'_>,
        action: &str,
        mut values: Fields<'_>,
        shell: &mut dyn Shell,
    ) {
        let Some(entered) = self.find(now_ms, form) else {
            return;
        };
        entered.is_open = false;
        let mut props = Members::default();
        props.text("form", &entered.name);
        props.text("action", &redact_url(action));
        props.number("fieldsChanged", entered.fields.len() as u64);
        props.number("timeSpentMs", now_ms.saturating_sub(entered.entered_at));
        let mut read = Members::default();
        for _ in 0..MAX_VALUES {
            let (name, value) = (values.take(), values.take());
            if !name.is_empty() {
                read.text(name, cut(value, MAX_VALUE_BYTES));
            }
        }
        if !read.is_empty() {
            props.object("values", read);
        }
        shell.record(activity("form_submitted", &props.finish()));
    }

    /// The page goes: what was begun and not sent is given up.
    pub(crate) fn abandon(self, now_ms: u64, shell: &mut dyn Shell) {
        for form in self.0 {
            if !form.is_open {
                continue;
            }
            let mut props = Members::default();
            props.text("form", &form.name);
            props.text("lastField", &form.last_field);
            props.number("fieldsChanged", form.fields.len() as u64);
            props.number(
                "timeSpentMs",
                form.changed_at.saturating_sub(form.entered_at),
            );
            shell.record(Captured {
                name: "form_abandoned",
                props: &props.finish(),
                ago_ms: now_ms.saturating_sub(form.changed_at),
                is_activity: false,
                follows_click: false,
            });
        }
    }

    fn find(&mut self, now_ms: u64, form: Form<'_>) -> Option<&mut FormState> {
        if self.0.iter().all(|it| it.number != form.number) {
            self.0.push(FormState {
                number: form.number,
                name: owned(cut(form.name, MAX_TEXT_CHARS)),
                entered_at: now_ms,
                changed_at: now_ms,
                fields: Vec::new(),
                last_field: String::new(),
                is_open: false,
            });
        }
        self.0.iter_mut().find(|it| it.number == form.number)
    }
}

/// Whether the value of a field may be recorded, where its form says that values may be: never a
/// password, a card, an account, a code, a file, or what the visitor cannot see.
pub fn may_read(kind: &str, autocomplete: &str, name: &str) -> bool {
    let is_kind = matches!(
        kind,
        "text"
            | "search"
            | "email"
            | "tel"
            | "url"
            | "number"
            | "range"
            | "date"
            | "month"
            | "week"
            | "time"
            | "datetime-local"
            | "color"
            | "checkbox"
            | "radio"
            | "textarea"
            | "select-one"
            | "select-multiple"
    );
    // https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill
    let is_private = autocomplete.split_ascii_whitespace().any(|token| {
        contains(token, "cc-") || contains(token, "password") || contains(token, "one-time-code")
    });
    is_kind && !is_private && !PRIVATE_NAMES.iter().any(|part| contains(name, part))
}

fn contains(text: &str, part: &str) -> bool {
    text.as_bytes()
        .windows(part.len())
        .any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

fn activity<'a>(name: &'a str, props: &'a str) -> Captured<'a> {
    Captured {
        name,
        props,
        ago_ms: 0,
        is_activity: true,
        follows_click: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_stay_with_the_visitor_may_not_be_read() {
        for (kind, autocomplete, name) in [
            ("password", "", "a"),
            ("hidden", "", "a"),
            ("file", "", "a"),
            ("kind-of-tomorrow", "", "a"),
            ("text", "cc-number", "a"),
            ("text", "section-b billing CC-CSC", "a"),
            ("tel", "one-time-code", "a"),
            ("text", "new-password", "a"),
            ("text", "", "cardNumber"),
            ("text", "", "IBAN"),
            ("number", "off", "cvv2"),
        ] {
            assert!(!may_read(kind, autocomplete, name), "{kind} {name}");
        }
        for (kind, autocomplete, name) in [
            ("text", "", "city"),
            ("email", "email", "email"),
            ("select-one", "country", "country"),
            ("textarea", "", "message"),
        ] {
            assert!(may_read(kind, autocomplete, name), "{kind} {name}");
        }
    }
}
