//! Errors that a page does not catch: each once, few, short, and without secrets.

use sillage_protocol::limits::MAX_URL_CHARS;
use sillage_text::json;
use sillage_text::redact::redact_url;
use sillage_text::text::{cut, owned, put};

use crate::members::Members;
use crate::words::redact_words;
use crate::{Captured, Shell};

/// Most errors that are recorded of one page view: a loop that throws must not fill the store.
const MAX_ERRORS: usize = 10;

/// Most bytes of a message.
const MAX_MESSAGE_BYTES: usize = 500;

/// Most bytes of a stack: the first frames tell most.
const MAX_STACK_BYTES: usize = 2_000;

/// What a page did not catch.
#[derive(Clone, Copy, Debug)]
pub struct Thrown<'a> {
    /// Its class, `TypeError`; empty where it has none.
    pub kind: &'a str,
    /// What it says.
    pub message: &'a str,
    /// Address of the script; empty where it is not known.
    pub source: &'a str,
    /// Line in it, from 1; 0 where it is not known.
    pub line: u64,
    /// Column in it, from 1; 0 where it is not known.
    pub column: u64,
    /// The calls that led there, as the browser writes them.
    pub stack: &'a str,
    /// Whether it was the rejection of a promise.
    pub is_rejection: bool,
}

impl Thrown<'_> {
    /// Whether it is the page's own, and anything is known of it.
    pub(crate) fn is_the_pages(&self) -> bool {
        // Of scripts of other origins browsers tell nothing else
        // (https://html.spec.whatwg.org/multipage/webappapis.html#muted-errors).
        let is_muted = self.source.is_empty() && self.message.starts_with("Script error");
        !(is_muted || contains(self.source, "-extension:") || contains(self.stack, "-extension:"))
    }

    /// Its class, and what it says, without secrets.
    pub(crate) fn describe(&self, props: &mut Members) {
        props.text("kind", cut(self.kind, MAX_MESSAGE_BYTES));
        // Cut before, for the work's sake; after, since what is redacted may be longer.
        let message = redact_words(cut(self.message, MAX_MESSAGE_BYTES));
        props.text("message", cut(&message, MAX_MESSAGE_BYTES));
    }
}

/// The errors of one page view.
#[derive(Debug, Default)]
pub(crate) struct Errors(Vec<String>);

impl Errors {
    /// Records what was thrown, unless it was before.
    pub(crate) fn thrown(&mut self, thrown: Thrown<'_>, shell: &mut dyn Shell) {
        let mut key = owned(cut(thrown.message, MAX_MESSAGE_BYTES));
        put(&mut key, cut(thrown.source, MAX_URL_CHARS));
        for number in [thrown.line, thrown.column] {
            put(&mut key, " ");
            json::push_decimal(&mut key, number);
        }
        if self.0.len() >= MAX_ERRORS || self.0.contains(&key) {
            return;
        }
        self.0.push(key);
        let mut props = Members::default();
        thrown.describe(&mut props);
        if !thrown.source.is_empty() {
            props.text("source", &redact_url(thrown.source));
            props.number("line", thrown.line);
            props.number("column", thrown.column);
        }
        if !thrown.stack.is_empty() {
            let stack = redact_words(cut(thrown.stack, MAX_STACK_BYTES));
            props.text("stack", cut(&stack, MAX_STACK_BYTES));
        }
        props.flag("isRejection", thrown.is_rejection);
        shell.record(Captured {
            name: "error_occurred",
            props: &props.finish(),
            ago_ms: 0,
            is_activity: false,
            follows_click: false,
        });
    }
}

fn contains(text: &str, part: &str) -> bool {
    text.as_bytes()
        .windows(part.len())
        .any(|window| window == part.as_bytes())
}
