//! The core's imperatives, carried out in the browser of a visit.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::paper::{Dropped, PAGE_WORDS, PART_START, Shell, Urgency, WORD_END};
use sillage_protocol::Timestamp;

use super::request::Request;
use super::visit::Browser;

/// Longest line to which an event is added, with it, in UTF-16 units.
const MAX_SHARED_CHARS: usize = 8_192;

/// A line's key.
pub(super) fn key_of(line: &str) -> &str {
    line.split(WORD_END).next().unwrap_or_default()
}

/// What one tab has put, asked for and sent.
pub(super) struct Effects {
    pub(super) browser: Rc<RefCell<Browser>>,
    /// Lines of this page that nobody is known to have taken.
    pub(super) own: BTreeMap<String, String>,
    /// What was put and forgotten while nothing could be written down.
    pub(super) dirty: BTreeMap<String, Option<String>>,
    /// The line to which the next event is added, and when the last one was; none where what there was has left this page.
    pub(super) open: Option<(u64, String)>,
    /// Most events of one line.
    pub(super) most: u32,
    /// Events since the last turn.
    pub(super) fresh: u32,
    /// Tells the tab apart.
    pub(super) page: u32,
    pub(super) may_keep: bool,
    /// Whether the site's own rules keep every event out.
    pub(super) keeps_events_out: bool,
    pub(super) is_turn_asked: bool,
    pub(super) requests: Vec<Request>,
    pub(super) wake_at: Option<Timestamp>,
    pub(super) dropped: Vec<(Dropped, u32)>,
}

impl Effects {
    fn change(&mut self, key: &str, line: Option<&str>) {
        if line.is_none() {
            self.open = None;
        }
        match line {
            Some(line) => self.own.insert(key.into(), line.into()),
            None => self.own.remove(key),
        };
        self.dirty.insert(key.into(), line.map(String::from));
        self.write();
    }

    fn write(&mut self) {
        if !self.may_keep {
            return;
        }
        let lines = &mut self.browser.borrow_mut().lines;
        for (key, line) in std::mem::take(&mut self.dirty) {
            match line {
                Some(line) => lines.insert(key, line),
                None => lines.remove(&key),
            };
        }
    }

    /// Whether nobody has taken the line or written another in its place.
    fn has(&self, line: &String) -> bool {
        let key = key_of(line);
        let browser = self.browser.borrow();
        let lines = if self.may_keep {
            &browser.lines
        } else {
            &self.own
        };
        lines.get(key) == Some(line)
    }

    /// The line that an event is added to, with it. As in `js/outbox.ts`, but that there one transaction ends the line,
    /// and here the next moment.
    fn share(&mut self, event: &str) -> String {
        let now = self.browser.borrow().now_ms;
        let is_full = self.fresh.is_multiple_of(self.most);
        self.fresh += 1;
        let open = self.open.take().filter(|(written_at, open)| {
            let chars = open.encode_utf16().count() + event.encode_utf16().count();
            *written_at == now && !is_full && chars <= MAX_SHARED_CHARS && self.has(open)
        });
        let open = open.map_or_else(|| format!("{}{WORD_END}", key_of(event)), |it| it.1);
        let line = format!("{open}{PART_START}{event}");
        self.open = Some((now, line.clone()));
        line
    }

    /// What a turn sees: every page's lines, or this page's alone while nothing is written down.
    pub(super) fn lines(&mut self) -> String {
        self.fresh = 0;
        if self.may_keep {
            let lines = &self.browser.borrow().lines;
            self.own.retain(|key, _| lines.contains_key(key));
            text_of(lines)
        } else {
            text_of(&self.own)
        }
    }
}

/// The lines as the core reads them.
pub(super) fn text_of(lines: &BTreeMap<String, String>) -> String {
    lines
        .values()
        .fold(String::new(), |text, line| text + line + "\n")
}

impl Shell for Effects {
    fn random(&mut self, index: u32) -> u32 {
        if index < PAGE_WORDS {
            return self.page + index;
        }
        let mut browser = self.browser.borrow_mut();
        browser.random = browser
            .random
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        browser.random
    }

    fn remember(&mut self, record: &str) {
        self.browser.borrow_mut().record = Some(record.into());
    }

    fn put(&mut self, line: &str) -> bool {
        assert!(!line.is_empty(), "a line has a key");
        if line.starts_with('e') && self.keeps_events_out {
            return false;
        }
        if line.starts_with('e') && !line.contains(PART_START) {
            let line = self.share(line);
            self.change(key_of(&line), Some(&line));
        } else {
            self.change(key_of(line), Some(line));
        }
        true
    }

    fn forget(&mut self, key: &str) {
        self.change(key, None);
    }

    fn clear(&mut self) {
        self.own.clear();
        self.dirty.clear();
        self.open = None;
        self.browser.borrow_mut().lines.clear();
    }

    fn keep(&mut self, may_keep: bool) {
        self.may_keep = may_keep;
        self.write();
    }

    fn turn(&mut self) {
        self.is_turn_asked = true;
    }

    fn send(&mut self, batch: &str, body: &str, urgency: Urgency) {
        let sent_at = Timestamp(self.browser.borrow().now_ms);
        self.requests.push(Request {
            batch: batch.into(),
            body: format!("{{\"sentAt\":\"{sent_at}\",{body}"),
            urgency,
        });
    }

    fn wake_at(&mut self, at: Timestamp) {
        self.wake_at = Some(at);
    }

    fn dropped(&mut self, reason: Dropped, events: u32) {
        self.dropped.push((reason, events));
    }
}
