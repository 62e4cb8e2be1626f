//! `js/page.ts`, and what `js/members.ts` and `js/tracker.ts` make of a fact before the module hears of it.

use std::collections::HashMap;
use std::fmt::Write as _;

use sillage_core::{
    Act, Dropped, Id, Identified, Line, Lines, MAX_BATCH_BYTES, PageCause, Put, Receipt, Record,
    Urgency,
};
use sillage_protocol::Timestamp;

use super::body::{body_of, context_of};
use super::{Fields, Input, PART_START, Shell, WORD_END, consent_of, name_of};

const MAX_NAME_CHARS: usize = 256;
const MAX_TEXT_CHARS: usize = 1_024;
const MAX_ID_CHARS: usize = 1_100;
const REASONS: [&str; 7] = [
    "queue_full",
    "too_large",
    "invalid",
    "no_consent",
    "rejected",
    "expired",
    "filtered",
];

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// When an id was made.
pub(super) fn time_of(id: &str) -> u64 {
    let digits: String = id.chars().filter(|it| *it != '-').take(12).collect();
    u64::from_str_radix(&digits, 16).unwrap_or(0)
}

/// Whether `session` began together with `other` and yields to it.
pub(super) fn yields(session: &str, other: &str) -> bool {
    other < session
        && time_of(session).saturating_sub(time_of(other)) <= 5_000
        && session.len() == 36
        && other.len() == 36
}

fn key_of(line: &str) -> &str {
    line.split(WORD_END).next().unwrap_or_default()
}

fn parts_of(line: &str) -> Vec<String> {
    line.split(PART_START).skip(1).map(Into::into).collect()
}

fn events_in(line: &str) -> u32 {
    let in_batch = line.matches("\x1ee").count();
    u32::try_from(in_batch + usize::from(line.starts_with('e'))).unwrap()
}

fn length(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap()
}

fn bytes(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap()
}

fn cut(text: &str, most: usize) -> &str {
    let end = text.char_indices().nth(most).map_or(text.len(), |it| it.0);
    &text[..end]
}

/// Visitor, session and the rest of a record.
fn read_record(line: &str) -> Option<(String, String, Record)> {
    let words: Vec<&str> = line.split(' ').collect();
    let [
        "1",
        edition,
        visitor,
        session,
        started_at,
        active_at,
        epoch,
        consent,
    ] = words[..]
    else {
        return None;
    };
    let id = |word: &str| {
        let is_id = (1..=MAX_ID_CHARS).contains(&word.chars().count())
            && word
                .bytes()
                .all(|it| it > b' ' && it != b'"' && it != b'\\');
        is_id.then(|| String::from(if word == "-" { "" } else { word }))
    };
    let record = Record {
        edition: edition.parse().ok()?,
        started_at: Timestamp(started_at.parse().ok()?),
        active_at: Timestamp(active_at.parse().ok()?),
        epoch: epoch.parse().ok()?,
        consent: consent_of(consent),
        ids: false,
    };
    Some((id(visitor)?, id(session)?, record))
}

#[derive(Debug, Default)]
pub(super) struct Texts {
    site: String,
    hash_routing: bool,
    pub(super) ids: HashMap<u8, String>,
    tracked: u32,
    pub(super) dropped: [u32; REASONS.len()],
    /// The record that holds, and the one that is to be read.
    record: String,
    to_read: String,
    url: String,
    place: String,
    word: String,
    members: String,
    told: Vec<String>,
    receipts: HashMap<String, Receipt>,
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

    fn set(&mut self, id: Id, text: &str) {
        self.ids.insert(id as u8, text.into());
    }

    fn line(&self) -> &str {
        self.at.checked_sub(1).map_or("", |at| &self.lines[at])
    }

    fn begin(&mut self, lines: &str) -> Lines {
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

    /// What the core hears of a fact; nothing where it is no news.
    pub(super) fn read(&mut self, input: Input<'_>) -> Option<sillage_core::Input> {
        use sillage_core::Input as Fact;

        Some(match input {
            Input::MemoryRead(record) => {
                record.clone_into(&mut self.to_read);
                Fact::MemoryRead
            }
            Input::TurnCame(lines) => Fact::TurnCame(self.begin(lines)),
            Input::PageLeft(lines) => Fact::PageLeft(self.begin(lines)),
            Input::PageSeen { facts, cause } => {
                if !self.see(facts, cause) {
                    return None;
                }
                Fact::PageSeen(cause)
            }
            Input::Clicked(facts) => {
                self.click(facts);
                Fact::Clicked
            }
            Input::Tracked { event, active_at } => {
                let (is_valid, follows_click) = self.track(event);
                Fact::Tracked {
                    active_at,
                    is_valid,
                    follows_click,
                }
            }
            Input::PageHidden => Fact::PageHidden,
            Input::Resumed => Fact::Resumed,
            Input::Woken => Fact::Woken,
            Input::FlushRequested => Fact::FlushRequested,
            Input::SendFinished {
                batch,
                outcome,
                mut receipts,
            } => {
                if batch != self.id(Id::InFlight) {
                    return None;
                }
                self.receipts.clear();
                while !receipts.0.is_empty() {
                    let (id, known) = (receipts.take(), receipts.take());
                    let receipt = Receipt {
                        known: known.parse().ok(),
                        rejected: u32::try_from(receipts.take_number()).unwrap(),
                    };
                    self.receipts.insert(id.into(), receipt);
                }
                Fact::SendFinished {
                    outcome,
                    has_receipts: !self.receipts.is_empty(),
                }
            }
            Input::ClockChanged => Fact::ClockChanged,
            Input::ConsentChanged(consent) => Fact::ConsentChanged(consent),
            Input::Identified(mut words) => {
                self.told = vec![words.take().into(), words.take().into()];
                Fact::Identified(Identified {
                    ends_session: !self.told[1].is_empty(),
                    is_somebody_new: !words.0.is_empty(),
                })
            }
            Input::Lost(events) => Fact::Lost(events),
        })
    }

    fn see(&mut self, mut facts: Fields<'_>, cause: PageCause) -> bool {
        let url = facts.take();
        let mut referrer = String::from(facts.take());
        let counted = |url: &str| -> String {
            let end = if self.hash_routing {
                None
            } else {
                url.find('#')
            };
            url[..end.unwrap_or(url.len())].into()
        };
        if cause == PageCause::AddressChanged {
            if counted(url) == counted(&self.url) {
                return false;
            }
            referrer.clone_from(&self.url);
        }
        let (members, environment) = (facts.take(), facts.take());
        self.place = format!("\"page\":{{\"url\":{},{members}}},\"referrer\":", json(url));
        self.place += &if referrer.is_empty() {
            "null".into()
        } else {
            format!("{{\"url\":{}}}", json(&referrer))
        };
        self.place.push(WORD_END);
        if !environment.is_empty() {
            self.place += ",";
            self.place += environment;
        }
        url.clone_into(&mut self.url);
        self.say("", "\"eventName\":\"page_viewed\"");
        true
    }

    fn say(&mut self, word: &str, members: &str) {
        word.clone_into(&mut self.word);
        members.clone_into(&mut self.members);
    }

    fn click(&mut self, mut facts: Fields<'_>) {
        let (name, selector) = (facts.take(), facts.take());
        let prompt = json(cut(facts.take(), MAX_TEXT_CHARS));
        let href = facts.take();
        let media_type = if facts.take().is_empty() {
            "openAction"
        } else {
            "contentOffer"
        };
        let name = json(if name.is_empty() { selector } else { name });
        let mut members = format!(
            "\"webActionEvent\":{{\"action\":{{\"state\":\"engaged\",\"mediaType\":\"{media_type}\",\"prompt\":{prompt}}},\
             \"actionMap\":{{\"displayName\":{name}}}"
        );
        if !href.is_empty() {
            write!(members, ",\"actionTarget\":{{\"selfUri\":{}}}", json(href)).unwrap();
        }
        members += "\x1c}";
        members += facts.take();
        self.say("WebActionEvent", &members);
    }

    /// Whether it can be recorded, and whether it followed from a click.
    fn track(&mut self, mut event: Fields<'_>) -> (bool, bool) {
        let (name, props) = (event.take(), event.take());
        let follows_click = !event.take().is_empty();
        let word = event.0;
        if !word.is_empty() {
            self.say(word, props);
            return (true, follows_click);
        }
        let mut members = format!("\"eventName\":{}", json(name));
        if !props.is_empty() {
            members += ",\"attributes\":";
            members += props;
        }
        self.say("", &members);
        (
            (1..=MAX_NAME_CHARS).contains(&name.chars().count()),
            follows_click,
        )
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
        let mut text: String = words.iter().map(|word| format!("{word:08x}")).collect();
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
        let made_at = Timestamp(time_of(id));
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
            Some(b'e') => Line::Event { made_at, chars },
            _ => Line::Other,
        }
    }

    fn line_bytes(&mut self) -> u32 {
        let line = self.texts.line();
        let context = context_of(line);
        let shared = if context == self.texts.context {
            bytes(&context)
        } else {
            0
        };
        let own = bytes(line) - shared;
        self.texts.context = context;
        own
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
                texts.parts.push(line.clone());
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
                for part in &self.texts.parts_in_flight {
                    self.shell.put(part);
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
