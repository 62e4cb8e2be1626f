//! Who visits: consent, the visitor's id and the session, as the tabs of a site share them.
//!
//! The shared record is one line of words:
//! `1 EDITION VISITOR SESSION STARTED_MS ACTIVE_MS EPOCH CONSENT`, where `-` stands for what is not
//! known. Of a customer, type and id follow the visitor's id, each behind a `=`. The first word is the record's version; a record of another version, or one that cannot be
//! read, counts as absent. It is kept twice, at hand and in the outbox: a browser that is killed
//! loses the last seconds of localStorage. Of two copies the greater edition holds.

use sillage_protocol::Timestamp;

use crate::batch::{Context, kind, push_word};
use crate::shell::{Shell, random_id, time_of, timed_id};
use crate::text::{owned, put, put_ascii, take_until};
use crate::{Config, Consent, Fields, json};

const VERSION: &str = "1";
const UNKNOWN: &str = "-";

/// Longest word that is taken for a visitor or a session, in bytes: type and id of a customer may have 256
/// characters of four bytes each; our own ids have 36.
const MAX_ID_BYTES: usize = 2_100;

/// Greatest length of a session, in milliseconds: 24 hours, so that a kiosk that is never left
/// has visits too.
const MAX_SESSION_MS: u64 = 86_400_000;

/// Two sessions of one browser that began within so many milliseconds of each other are one, begun
/// by two tabs that did not know of each other.
const TWIN_MS: u64 = 5_000;

/// How far ahead of the clock a record may be before the clock must have been set back, in
/// milliseconds: events are dated before they are recorded.
const CLOCK_SLACK_MS: u64 = 5_000;

/// What is remembered of a visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// How often the record was written.
    edition: u64,
    /// The visitor's id, and type and id of the customer, each behind a `=`, where they are known; empty
    /// where nothing is.
    pub(crate) visitor: String,
    /// The session's id; empty where there is none.
    pub(crate) session: String,
    pub(crate) started_at: Timestamp,
    /// When the visitor last did something. Only the visitor's activity moves it, never a timer.
    pub(crate) active_at: Timestamp,
    /// How often the clock was seen to be set: what was recorded in an earlier epoch cannot be
    /// dated by today's clock.
    pub(crate) epoch: u64,
    /// The visitor's own choice; `None` where they have not been asked.
    pub(crate) consent: Option<Consent>,
}

impl Record {
    /// Reads a record; `None` where it is none.
    fn read(mut line: &str) -> Option<Self> {
        let mut word = || take_until(&mut line, b' ');
        if word() != VERSION {
            return None;
        }
        let record = Self {
            edition: json::read_decimal(word())?,
            visitor: known(word()),
            session: known(word()),
            started_at: Timestamp(json::read_decimal(word())?),
            active_at: Timestamp(json::read_decimal(word())?),
            epoch: json::read_decimal(word())?,
            consent: Consent::from_name(word()),
        };
        Some(record)
    }

    fn write(&self) -> String {
        let mut line = owned(VERSION);
        put(&mut line, " ");
        json::push_decimal(&mut line, self.edition);
        for id in [&self.visitor, &self.session] {
            put(&mut line, " ");
            put(&mut line, if id.is_empty() { UNKNOWN } else { id });
        }
        for number in [self.started_at.0, self.active_at.0, self.epoch] {
            put(&mut line, " ");
            json::push_decimal(&mut line, number);
        }
        put(&mut line, " ");
        put(&mut line, self.consent.map_or(UNKNOWN, Consent::as_str));
        line
    }

    /// Whether something at `at` still belongs to the session.
    fn is_open(&self, at: Timestamp, idle_timeout_ms: u64) -> bool {
        at.since(self.active_at) <= idle_timeout_ms
            && at.since(self.started_at) < MAX_SESSION_MS
            // A clock that was set back must not keep a session of the future open for years.
            && self.started_at.since(at) < MAX_SESSION_MS
    }
}

fn known(word: &str) -> String {
    // Nothing that would break a line of the outbox, or the JSON of a batch.
    let is_id = word.len() <= MAX_ID_BYTES
        && word
            .bytes()
            .all(|byte| byte > b' ' && byte != b'"' && byte != b'\\');
    owned(if word == UNKNOWN || !is_id { "" } else { word })
}

/// Whether `session` began together with `other` and yields to it. An id that the site gave tells no time.
fn yields(session: &str, other: &str) -> bool {
    const OWN_BYTES: usize = 36;
    other < session
        && time_of(session).since(time_of(other)) <= TWIN_MS
        && other.len() == OWN_BYTES
        && session.len() == OWN_BYTES
}

/// The visitor of one page.
#[derive(Debug)]
pub(crate) struct Visitor {
    /// Global Privacy Control is set: no identifier is stored, none outlives the page.
    anonymous: bool,
    /// What this page knows; its consent is the choice that holds.
    known: Record,
    /// The visitor's id in the store, adopted once consent allows.
    stored_id: String,
    /// The line that was last read or written: most often it is unchanged.
    line: String,
}

impl Visitor {
    pub(crate) fn new(anonymous: bool) -> Self {
        Self {
            anonymous,
            known: Record::default(),
            stored_id: String::new(),
            line: String::new(),
        }
    }

    /// The visitor's own choice.
    pub(crate) fn choice(&self) -> Option<Consent> {
        self.known.consent
    }

    /// Whether this page may leave an identifier behind, as far as the browser's signal goes.
    pub(crate) fn is_anonymous(&self) -> bool {
        self.anonymous
    }

    /// Who it is, as a record's word for the visitor; empty while they stay anonymous.
    pub(crate) fn id(&self) -> &str {
        &self.known.visitor
    }

    /// How often the clock was seen to be set.
    pub(crate) fn epoch(&self) -> u64 {
        self.known.epoch
    }

    /// What was recorded after the clock was set cannot be dated with what was before.
    pub(crate) fn clock_changed(&mut self) {
        self.known.epoch += 1;
    }

    /// The context under the session that two tabs have settled on, and under the visitor whom a
    /// consent made known after the event was recorded. A customer stays who they were.
    pub(crate) fn settled<'a>(&'a self, context: Context<'a>) -> Context<'a> {
        let session = &self.known.session;
        if context.session == session || yields(context.session, session) {
            Context {
                visitor: &self.known.visitor,
                session: &self.known.session,
                ..context
            }
        } else {
            context
        }
    }

    /// Another tab's choice, visitor and session are this tab's too, where they are newer. A record
    /// that is gone was cleared with the site's data: what this page knows still holds.
    ///
    /// Returns whether the record has changed.
    pub(crate) fn memory_read(
        &mut self,
        now: Timestamp,
        line: &str,
        config: &Config,
        shell: &mut dyn Shell,
    ) -> bool {
        if line == self.line {
            return false;
        }
        let Some(mut stored) = Record::read(line) else {
            return false;
        };
        if stored.edition < self.known.edition {
            return false;
        }
        self.line = owned(line);
        // A choice made here holds though the store could not take it.
        stored.consent = stored.consent.or(self.known.consent);
        if stored.consent.unwrap_or(config.consent) == Consent::Granted && !self.anonymous {
            // Nobody is in it where another tab has taken its visitor's choice back.
            let keeps_ids = !self.known.visitor.is_empty()
                && (stored.visitor.is_empty() || yields(&stored.session, &self.known.session));
            if keeps_ids {
                core::mem::swap(&mut stored.visitor, &mut self.known.visitor);
                core::mem::swap(&mut stored.session, &mut self.known.session);
                stored.started_at = self.known.started_at;
                stored.active_at = self.known.active_at.max(stored.active_at);
            }
            self.known = stored;
            if self.known.active_at.since(now) > CLOCK_SLACK_MS {
                self.clock_changed();
                self.known.active_at = now;
            }
            if keeps_ids {
                self.remember(true, shell);
            }
        } else {
            self.known.edition = stored.edition;
            self.known.consent = stored.consent;
            self.stored_id = stored.visitor;
        }
        true
    }

    /// Whether an id is in use or in the store.
    pub(crate) fn is_known(&self) -> bool {
        !self.stored_id.is_empty() || !self.known.visitor.is_empty()
    }

    pub(crate) fn choose(&mut self, consent: Consent, shell: &mut dyn Shell) {
        // "Pending" takes the choice back: the visitor will be asked again.
        self.known.consent = (consent != Consent::Pending).then_some(consent);
        if consent == Consent::Granted && !self.anonymous {
            if !self.stored_id.is_empty() {
                // Known from an earlier visit; the session of the events that waited goes on.
                self.known.visitor = core::mem::take(&mut self.stored_id);
            }
            // Somebody new is known at once: no tab that still knows the one before may take the place.
            self.identify(shell);
        }
    }

    /// Forgets who the visitor is, in the store too.
    pub(crate) fn forget(&mut self, shell: &mut dyn Shell) {
        self.stored_id.clear();
        self.known = self.without_ids();
        self.remember(false, shell);
    }

    /// Finds the session that an event at `at` belongs to, where the visitor last did something
    /// at `active_at`. Returns whether there is something new to remember.
    pub(crate) fn continue_session(
        &mut self,
        at: Timestamp,
        active_at: Timestamp,
        idle_timeout_ms: u64,
        shell: &mut dyn Shell,
    ) -> bool {
        let mut is_news = self.identify(shell);
        let known = &mut self.known;
        let active_at = active_at.min(at);
        if active_at > known.active_at && known.is_open(active_at, idle_timeout_ms) {
            known.active_at = active_at;
            is_news = true;
        }
        if known.session.is_empty() || !known.is_open(at, idle_timeout_ms) {
            known.session = timed_id(at, 0, shell);
            known.started_at = at;
            known.active_at = at;
            is_news = true;
        }
        is_news
    }

    /// The site said who the visitor is, or in which session: see [`crate::Input::Identified`].
    pub(crate) fn identified(
        &mut self,
        now: Timestamp,
        mut words: Fields<'_>,
        idle_timeout_ms: u64,
        shell: &mut dyn Shell,
    ) {
        let (customer, session) = (words.take(), words.take());
        if !self.stored_id.is_empty() {
            self.known.visitor = core::mem::take(&mut self.stored_id);
        }
        if !words.0.is_empty() {
            self.known.visitor.clear();
        }
        if !session.is_empty() {
            self.known.session.clear();
        }
        self.continue_session(now, now, idle_timeout_ms, shell);
        if session.len() > UNKNOWN.len() {
            self.known.session = known(session);
        }
        if !customer.is_empty() && !self.anonymous {
            let mut before = &*self.known.visitor;
            let mut visitor = owned(take_until(&mut before, b'='));
            put(&mut visitor, customer);
            self.known.visitor = visitor;
        }
    }

    /// Makes an id where there is none and may be one. Returns whether it did.
    fn identify(&mut self, shell: &mut dyn Shell) -> bool {
        let is_new = self.known.visitor.is_empty() && !self.anonymous;
        if is_new {
            self.known.visitor = random_id(shell);
        }
        is_new
    }

    /// Id of the session in which the last event happened.
    pub(crate) fn session(&self) -> &str {
        &self.known.session
    }

    fn without_ids(&self) -> Record {
        Record {
            edition: self.known.edition,
            consent: self.known.consent,
            ..Record::default()
        }
    }

    /// Stores what is known, without the ids nothing but the choice: that has to be kept, and is no
    /// identifier.
    pub(crate) fn remember(&mut self, ids: bool, shell: &mut dyn Shell) {
        self.known.edition += 1;
        self.line = if ids {
            self.known.write()
        } else {
            self.without_ids().write()
        };
        shell.remember(&self.line);
        let mut mirror = String::new();
        put_ascii(&mut mirror, kind::RECORD);
        push_word(&mut mirror, "");
        put(&mut mirror, &self.line);
        shell.put(&mirror);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        for consent in [None, Some(Consent::Granted), Some(Consent::Denied)] {
            let record = Record {
                visitor: "v".into(),
                session: "s".into(),
                started_at: Timestamp(1_767_225_599_001),
                active_at: Timestamp(1_767_225_600_000),
                edition: 7,
                epoch: 2,
                consent,
            };
            assert_eq!(Record::read(&record.write()), Some(record));
        }
        let nothing = Record::default();
        assert_eq!(nothing.write(), "1 0 - - 0 0 0 -");
        assert_eq!(Record::read("1 0 - - 0 0 0 -"), Some(nothing));
    }

    #[test]
    fn a_damaged_record_counts_as_absent_and_never_panics() {
        for line in [
            "",
            "2 1 v s 1 2 0 granted",
            "1 1 v s x 2 0 granted",
            "\u{0}",
            "null",
            "1 ä ö ü",
        ] {
            assert_eq!(Record::read(line), None, "{line:?}");
        }
        assert!(Record::read("1 1 v").is_some_and(|record| record.session.is_empty()));
    }
}
