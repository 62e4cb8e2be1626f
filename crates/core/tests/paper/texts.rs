//! `js/page.ts`: the texts of a page, and what the core has done with them.

use std::collections::HashMap;
use std::fmt::Write as _;

use sillage_core::{Act, Dropped, Id, Line, Lines, MAX_BATCH_BYTES, Put, Receipt, Record, Urgency};
use sillage_protocol::Timestamp;

use super::body::{body_of, context_of};
use super::lines::{bytes, events_in, key_of, length, parts_of, read_record, time_of, yields};
use super::{Fields, PART_START, Shell, WORD_END, name_of};

const REASONS: [&str; 7] = [
    "queue_full",
    "too_large",
    "invalid",
    "no_consent",
    "rejected",
    "expired",
    "filtered",
];

#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) site: String,
    pub(super) hash_routing: bool,
    pub(super) ids: HashMap<u8, String>,
    tracked: u32,
    pub(super) dropped: [u32; REASONS.len()],
    /// The record that holds, and the one that is to be read.
    record: String,
    pub(super) to_read: String,
    pub(super) url: String,
    pub(super) place: String,
    pub(super) word: String,
    pub(super) members: String,
    pub(super) told: Vec<String>,
    pub(super) receipts: HashMap<String, Receipt>,
    own_counters: String,
    gone_counters: String,
    lines: Vec<String>,
    at: usize,
    context: String,
    parts: Vec<String>,
    asked: Vec<String>,
    parts_in_flight: Vec<String>,
}

impl Texts {
    pub(super) fn new(site: String, hash_routing: bool) -> Self {
        Self {
            site,
            hash_routing,
            ..Self::default()
        }
    }

    pub(super) fn with<'a>(&'a mut self, shell: &'a mut dyn Shell) -> Paper<'a> {
        Paper { texts: self, shell }
    }

    pub(super) fn id(&self, id: Id) -> &str {
        self.ids.get(&(id as u8)).map_or("", String::as_str)
    }

    pub(super) fn set(&mut self, id: Id, text: &str) {
        self.ids.insert(id as u8, text.into());
    }

    fn line(&self) -> &str {
        self.at.checked_sub(1).map_or("", |at| &self.lines[at])
    }

    pub(super) fn begin(&mut self, lines: &str) -> Lines {
        self.lines = lines.lines().map(Into::into).collect();
        self.at = 0;
        self.gone_counters.clear();
        self.context.clear();
        self.parts.clear();
        self.asked.clear();
        Lines {
            chars: self.lines.iter().map(|it| length(it)).sum(),
            events: self.lines.iter().map(|it| events_in(it)).sum(),
        }
    }

    fn counters(&self) -> String {
        let outbox = self.id(Id::Outbox);
        let mut line = format!(
            "c{outbox}{WORD_END}{{\"outboxId\":\"{outbox}\",\"tracked\":{}",
            self.tracked
        );
        let dropped: Vec<String> = REASONS
            .iter()
            .zip(self.dropped)
            .filter(|(_, events)| *events > 0)
            .map(|(reason, events)| format!("\"{reason}\":{events}"))
            .collect();
        if !dropped.is_empty() {
            write!(line, ",\"dropped\":{{{}}}", dropped.join(",")).unwrap();
        }
        line + "}"
    }
}

/// The texts while the core is at work.
pub(super) struct Paper<'a> {
    texts: &'a mut Texts,
    shell: &'a mut dyn Shell,
}

impl Paper<'_> {
    fn forget_in_flight(&mut self) {
        let key = format!("d{}", self.texts.id(Id::InFlight));
        self.shell.forget(&key);
    }
}

impl sillage_core::Shell for Paper<'_> {
    fn random(&mut self, index: u32) -> u32 {
        self.shell.random(index)
    }

    fn name(&mut self, id: Id, words: [u32; 4]) {
        let mut text = String::new();
        for word in words {
            write!(text, "{word:08x}").unwrap();
        }
        for at in [20, 16, 12, 8] {
            text.insert(at, '-');
        }
        self.texts.set(id, &text);
    }

    fn copy(&mut self, from: Id, to: Id) {
        let text = self.texts.id(from).to_owned();
        self.texts.set(to, &text);
    }

    fn has(&mut self, id: Id) -> bool {
        !self.texts.id(id).is_empty()
    }

    fn read_record(&mut self) -> Option<Record> {
        if self.texts.to_read == self.texts.record {
            return None;
        }
        let (visitor, session, record) = read_record(&self.texts.to_read)?;
        self.texts.set(Id::ReadVisitor, &visitor);
        self.texts.set(Id::ReadSession, &session);
        Some(Record {
            ids: yields(&session, self.texts.id(Id::Session)),
            ..record
        })
    }

    fn remember(&mut self, record: Record) {
        let id = |id| Some(self.texts.id(id)).filter(|text| record.ids && !text.is_empty());
        self.texts.record = format!(
            "1 {} {} {} {} {} {} {}",
            record.edition,
            id(Id::Visitor).unwrap_or("-"),
            id(Id::Session).unwrap_or("-"),
            record.started_at.0,
            record.active_at.0,
            record.epoch,
            record.consent.map_or("-", name_of),
        );
        self.shell.remember(&self.texts.record);
        let mirror = format!("a{WORD_END}{}", self.texts.record);
        self.shell.put(&mirror);
    }

    fn put_event(&mut self, under: Id, created_at: Timestamp, epoch: u64) -> Put {
        let texts = &*self.texts;
        let line = [
            &format!("e{}", texts.id(Id::Event)),
            &created_at.0.to_string(),
            &epoch.to_string(),
            &texts.word,
            &texts.members,
            texts.id(Id::Visitor),
            texts.id(Id::Session),
            texts.id(under),
            &texts.place,
        ]
        .join("\x1f");
        if bytes(&line) > MAX_BATCH_BYTES {
            Put::TooLarge
        } else if self.shell.put(&line) {
            Put::Kept
        } else {
            Put::Filtered
        }
    }

    fn put_counters(&mut self, tracked: u32) {
        self.texts.tracked = tracked;
        self.texts.own_counters = self.texts.counters();
        self.shell.put(&self.texts.own_counters);
    }

    fn put_state(&mut self, busy_until: Timestamp, due_at: Timestamp, failures: u32) {
        let line = format!(
            "b{WORD_END}{}{WORD_END}{}{WORD_END}{failures}",
            busy_until.0, due_at.0
        );
        self.shell.put(&line);
    }

    fn clear(&mut self) {
        self.shell.clear();
    }

    fn keep(&mut self, may_keep: bool) {
        self.shell.keep(may_keep);
    }

    fn turn(&mut self) {
        self.shell.turn();
    }

    fn next_line(&mut self) -> Line {
        let texts = &mut *self.texts;
        if texts.at == texts.lines.len() {
            texts.receipts.clear();
            return Line::End;
        }
        texts.at += 1;
        let line = texts.line().to_owned();
        let mut words = Fields(&line);
        let id = words.take().get(1..).unwrap_or_default();
        texts.set(Id::Line, id);
        let made_at = Timestamp(time_of(id).unwrap_or(0));
        let chars = length(&line);
        match line.as_bytes().first() {
            Some(b'a') => {
                words.0.clone_into(&mut texts.to_read);
                Line::Record
            }
            Some(b'b') => Line::State {
                busy_until: Timestamp(words.take_number()),
                due_at: Timestamp(words.take_number()),
                failures: u32::try_from(words.take_number()).unwrap_or(0),
            },
            Some(b'c') => {
                if id != texts.id(Id::Outbox) {
                    texts.gone_counters = line;
                }
                Line::Other
            }
            Some(b'd') => Line::Batch {
                made_at,
                chars,
                events: events_in(&line),
                receipt: texts.receipts.get(id).copied(),
                is_unconfirmed: id == texts.id(Id::Unconfirmed) && id != texts.id(Id::InFlight),
            },
            Some(b'e') => Line::Events {
                made_at,
                chars,
                events: events_in(&line),
            },
            _ => Line::Other,
        }
    }

    fn line_bytes(&mut self) -> u32 {
        let mut all = 0;
        for part in parts_of(self.texts.line()) {
            let context = context_of(&part);
            all += bytes(&part);
            if context == self.texts.context {
                all -= bytes(&context);
            }
            self.texts.context = context;
        }
        all
    }

    fn act(&mut self, act: Act) {
        let line = self.texts.line().to_owned();
        match act {
            Act::Forget => self.shell.forget(key_of(&line)),
            Act::Drop => {
                self.shell.forget(key_of(&line));
                if let Some(first) = parts_of(&line).first()
                    && first.starts_with('c')
                {
                    self.shell.put(first);
                }
            }
            Act::Choose => {
                let texts = &mut *self.texts;
                if texts.parts.is_empty() {
                    let counters = if texts.gone_counters.is_empty() {
                        &texts.own_counters
                    } else {
                        &texts.gone_counters
                    };
                    texts.parts.push(counters.clone());
                    self.shell.forget(key_of(counters));
                }
                texts.parts.extend(parts_of(&line));
                self.shell.forget(key_of(&line));
            }
            Act::Ask => self.texts.asked.push(self.texts.id(Id::Line).into()),
            Act::Repeat => {
                self.copy(Id::Line, Id::Batch);
                self.texts.parts = parts_of(&line);
            }
            Act::PutBatch => {
                let mut batch = format!("d{}{WORD_END}", self.texts.id(Id::Batch));
                for part in &self.texts.parts {
                    batch.push(PART_START);
                    batch += part;
                }
                self.shell.put(&batch);
            }
            Act::ForgetInFlight => self.forget_in_flight(),
            Act::SplitInFlight => {
                self.forget_in_flight();
                // Each in a line of its own: only then is half a batch smaller.
                for part in &self.texts.parts_in_flight {
                    if part.starts_with('e') {
                        let line = format!("{}{WORD_END}{PART_START}{part}", key_of(part));
                        self.shell.put(&line);
                    } else {
                        self.shell.put(part);
                    }
                }
            }
            Act::Identify => {
                let [customer, session] = &*self.texts.told.clone() else {
                    return;
                };
                if session.len() > 1 {
                    self.texts.set(Id::Session, session);
                }
                let visitor = self.texts.id(Id::Visitor);
                if !customer.is_empty() && !visitor.is_empty() {
                    let own = visitor.split('=').next().unwrap_or_default();
                    let visitor = format!("{own}{customer}");
                    self.texts.set(Id::Visitor, &visitor);
                }
            }
            Act::TakeOver => self.texts.record.clone_from(&self.texts.to_read),
        }
    }

    fn send(&mut self, batch: Id, urgency: Urgency, epoch: u64) {
        let texts = &mut *self.texts;
        let id = texts.id(batch);
        let body = if batch == Id::Line {
            body_of(texts, id, &texts.site, &parts_of(texts.line()), &[], epoch)
        } else {
            body_of(texts, id, &texts.site, &texts.parts, &texts.asked, epoch)
        };
        self.shell.send(id, &body, urgency);
        if urgency == Urgency::Open {
            texts.parts_in_flight.clone_from(&texts.parts);
        }
    }

    fn wake_at(&mut self, at: Timestamp) {
        self.shell.wake_at(at);
    }

    fn dropped(&mut self, reason: Dropped, events: u32) {
        self.texts.dropped[reason as usize] += events;
        self.shell.dropped(reason, events);
    }
}
