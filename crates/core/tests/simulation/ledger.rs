//! What was recorded, and what became of each event. The world knows everything; the pages do not.

use std::collections::HashMap;
use std::rc::Rc;

use crate::paper::{PART_START, WORD_END};

/// A line of the outbox, and the events in it by their numbers in the [`Ledger`].
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) text: Rc<str>,
    pub(crate) events: Rc<[usize]>,
}

impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// A line's key.
pub(crate) fn key_of(line: &str) -> &str {
    line.split(WORD_END).next().unwrap_or_default()
}

/// What the world has settled about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It has to be stored, or to be somewhere.
    Open,
    /// A page has dropped it and counted the drop.
    Dropped,
    /// It may be lost, for that reason.
    Excused(&'static str),
}

#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: String,
    /// What tells it apart in a trace.
    pub(crate) name: String,
    /// When it was called for, by the world's time, which no clock of a browser shows.
    pub(crate) tracked_at: u64,
    /// When it was first allowed to be written down: with the call, where that was allowed when it was heard.
    pub(crate) kept_at: Option<u64>,
    /// Its session may have been that of the page alone: nothing could be written down.
    pub(crate) is_of_page_session: bool,
    /// Its line as it was first put.
    pub(crate) line: String,
    pub(crate) tab: usize,
    pub(crate) fate: Fate,
    /// Consent was withdrawn since: it may be erased.
    pub(crate) is_erasable: bool,
}

/// Every event that was ever recorded.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) events: Vec<Event>,
    numbers: HashMap<String, usize>,
}

impl Ledger {
    /// The number of the event with that id.
    pub(crate) fn number_of(&self, id: &str) -> Option<usize> {
        self.numbers.get(id).copied()
    }

    /// Enters an event.
    pub(crate) fn enter(&mut self, event: Event) {
        self.numbers.insert(event.id.clone(), self.events.len());
        self.events.push(event);
    }

    /// Reads a line.
    pub(crate) fn line(&self, text: &str) -> Line {
        let parts: Vec<&str> = match text.as_bytes().first() {
            Some(b'e') if !text.contains(PART_START) => vec![text],
            Some(b'd' | b'e') => text.split(PART_START).skip(1).collect(),
            _ => Vec::new(),
        };
        let events = parts
            .into_iter()
            .filter(|part| part.starts_with('e'))
            .filter_map(|part| self.number_of(&key_of(part)[1..]))
            .collect();
        Line {
            text: text.into(),
            events,
        }
    }

    /// Names of events, for a trace.
    pub(crate) fn names(&self, events: &[usize]) -> String {
        let names: Vec<&str> = events.iter().map(|it| &*self.events[*it].name).collect();
        names.join(" ")
    }
}
