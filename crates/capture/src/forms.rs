//! Forms that are begun, sent and given up.

use crate::{Captured, Event, Shell};

/// Most fields of a form that are told apart; further ones are not counted.
const MAX_FIELDS: usize = 100;

/// What is known of a form that somebody has entered.
#[derive(Debug)]
struct Form {
    number: u32,
    entered_at: u64,
    changed_at: u64,
    /// The fields that were changed.
    fields: Vec<u32>,
    last_field: u32,
    /// Whether it was changed since it was sent.
    is_open: bool,
}

/// The forms of one page view that somebody has entered.
#[derive(Debug, Default)]
pub(crate) struct Forms(Vec<Form>);

impl Forms {
    /// A field of the form got the focus.
    pub(crate) fn entered(&mut self, now_ms: u64, form: u32) {
        self.find(now_ms, form);
    }

    /// The visitor changed what is in a field.
    pub(crate) fn changed(&mut self, now_ms: u64, number: u32, field: u32, shell: &mut dyn Shell) {
        let Some(form) = self.find(now_ms, number) else {
            return;
        };
        let is_first = form.fields.is_empty();
        if form.fields.len() < MAX_FIELDS && !form.fields.contains(&field) {
            form.fields.push(field);
        }
        form.last_field = field;
        form.changed_at = now_ms;
        form.is_open = true;
        if is_first {
            let numbers = [number.into(), field.into(), 0, 0, 0];
            shell.record(Captured::activity(Event::FormStarted, numbers));
        }
    }

    /// The form was sent.
    pub(crate) fn submitted(&mut self, now_ms: u64, number: u32, shell: &mut dyn Shell) {
        if let Some(form) = self.find(now_ms, number) {
            form.is_open = false;
            let numbers = form.numbers(now_ms);
            shell.record(Captured::activity(Event::FormSubmitted, numbers));
        }
    }

    /// The page goes: what was begun and not sent is given up.
    pub(crate) fn abandon(&mut self, now_ms: u64, shell: &mut dyn Shell) {
        for form in self.0.iter().filter(|it| it.is_open) {
            shell.record(Captured {
                ago_ms: now_ms.saturating_sub(form.changed_at),
                ..Captured::observation(Event::FormAbandoned, form.numbers(form.changed_at))
            });
        }
    }

    fn find(&mut self, now_ms: u64, number: u32) -> Option<&mut Form> {
        if self.0.iter().all(|it| it.number != number) {
            self.0.push(Form {
                number,
                entered_at: now_ms,
                changed_at: now_ms,
                fields: Vec::new(),
                last_field: 0,
                is_open: false,
            });
        }
        self.0.iter_mut().find(|it| it.number == number)
    }
}

impl Form {
    /// What is told of it at its end.
    fn numbers(&self, end_at: u64) -> [u64; 5] {
        let spent_ms = end_at.saturating_sub(self.entered_at);
        let changed = self.fields.len() as u64;
        [
            self.number.into(),
            changed,
            spent_ms,
            self.last_field.into(),
            0,
        ]
    }
}
