//! Who visits: consent, the visitor's id and the session, as the tabs of a site share them.
//!
//! The shared record is one line of words: `1 VISITOR SESSION STARTED_MS ACTIVE_MS CONSENT`, where
//! `-` stands for what is not known. The first word is the record's version; a record of another
//! version, or one that cannot be read, counts as absent.

use sillage_protocol::Timestamp;

use crate::session::Session;
use crate::shell::{Shell, random_id};
use crate::{Consent, json};

const VERSION: &str = "1";
const UNKNOWN: &str = "-";

/// Longest id that is taken from a record, in bytes; ours have 36.
const MAX_ID_BYTES: usize = 64;

/// What is remembered of a visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) visitor: Option<String>,
    pub(crate) session: Option<Session>,
    /// The visitor's own choice; `None` where they have not been asked.
    pub(crate) consent: Option<Consent>,
}

impl Record {
    pub(crate) fn read(line: &str) -> Option<Self> {
        let mut words = line.as_bytes().split(|&byte| byte == b' ');
        // Bytes cut at spaces stay UTF-8: the error cannot happen.
        let mut word = || core::str::from_utf8(words.next()?).ok();
        if word()? != VERSION {
            return None;
        }
        let id = |word: &str| {
            (word != UNKNOWN && word.len() <= MAX_ID_BYTES).then(|| String::from(word))
        };
        let visitor = id(word()?);
        let session = id(word()?);
        let started_at = json::read_decimal(word()?);
        let active_at = json::read_decimal(word()?);
        let consent = Consent::from_name(word()?);
        Some(Self {
            visitor,
            session: match (session, started_at, active_at) {
                (Some(id), Some(started_at), Some(active_at)) => Some(Session {
                    id,
                    started_at: Timestamp(started_at),
                    active_at: Timestamp(active_at),
                }),
                _ => None,
            },
            consent,
        })
    }

    pub(crate) fn write(&self) -> String {
        let mut line = String::from(VERSION);
        let push = |line: &mut String, word: &str| {
            line.push(' ');
            line.push_str(word);
        };
        push(&mut line, self.visitor.as_deref().unwrap_or(UNKNOWN));
        if let Some(session) = &self.session {
            push(&mut line, &session.id);
            for at in [session.started_at, session.active_at] {
                line.push(' ');
                json::push_decimal(&mut line, at.0);
            }
        } else {
            line.push_str(" - 0 0");
        }
        push(&mut line, self.consent.map_or(UNKNOWN, Consent::as_str));
        line
    }
}

/// The visitor of one page.
#[derive(Debug)]
pub(crate) struct Visitor {
    /// Global Privacy Control is set: no identifier is stored, none outlives the page.
    anonymous: bool,
    /// Consent until the visitor has chosen.
    default_consent: Consent,
    idle_timeout_ms: u64,
    /// What this page knows; its consent is the choice that holds.
    known: Record,
    /// The visitor's id in the store, adopted once consent allows.
    stored_id: Option<String>,
}

impl Visitor {
    pub(crate) fn new(anonymous: bool, default_consent: Consent, idle_timeout_ms: u64) -> Self {
        Self {
            anonymous,
            default_consent,
            idle_timeout_ms,
            known: Record::default(),
            stored_id: None,
        }
    }

    pub(crate) fn consent(&self) -> Consent {
        self.known.consent.unwrap_or(self.default_consent)
    }

    pub(crate) fn may_send(&self) -> bool {
        self.consent() == Consent::Granted
    }

    /// Whether ids, and events that hold them, may be written down.
    pub(crate) fn may_remember(&self) -> bool {
        self.may_send() && !self.anonymous
    }

    /// The visitor's id; `None` while they stay anonymous.
    pub(crate) fn id(&self) -> Option<&str> {
        self.known.visitor.as_deref()
    }

    /// Another tab's choice, visitor and session are this tab's too. A record that is gone was
    /// cleared with the site's data: what this page knows still holds.
    pub(crate) fn memory_read(&mut self, line: Option<&str>) {
        let Some(stored) = line.and_then(Record::read) else {
            return;
        };
        // A choice made here holds though the store could not take it.
        self.known.consent = stored.consent.or(self.known.consent);
        self.stored_id = stored.visitor;
        if self.may_remember() {
            self.adopt_visitor();
            if stored.session.is_some() {
                self.known.session = stored.session;
            }
        }
    }

    fn adopt_visitor(&mut self) {
        if self.stored_id.is_some() {
            self.known.visitor.clone_from(&self.stored_id);
        }
    }

    pub(crate) fn consent_changed(&mut self, consent: Consent, shell: &mut dyn Shell) {
        // "Pending" takes the choice back: the visitor will be asked again.
        self.known.consent = (consent != Consent::Pending).then_some(consent);
        self.default_consent = consent;
        if self.may_remember() {
            // The session of the events that waited for the choice goes on.
            self.adopt_visitor();
        }
        self.remember(shell);
    }

    /// Forgets who the visitor is.
    pub(crate) fn forget(&mut self) {
        self.known.visitor = None;
        self.known.session = None;
        self.stored_id = None;
    }

    /// Id of the session that an event at `at` belongs to, where the visitor last did something at
    /// `active_at`.
    pub(crate) fn session_at(
        &mut self,
        at: Timestamp,
        active_at: Timestamp,
        shell: &mut dyn Shell,
    ) -> String {
        let mut is_news = false;
        if self.known.visitor.is_none() && !self.anonymous {
            self.known.visitor = Some(random_id(shell));
            is_news = true;
        }
        let active_at = active_at.min(at);
        let open = self.known.session.take().and_then(|mut session| {
            if session.is_open(active_at, self.idle_timeout_ms) && active_at > session.active_at {
                session.active_at = active_at;
                is_news = true;
            }
            session.is_open(at, self.idle_timeout_ms).then_some(session)
        });
        is_news |= open.is_none();
        let session = open.unwrap_or_else(|| Session::start(at, shell));
        let id = session.id.clone();
        self.known.session = Some(session);
        if is_news {
            self.remember(shell);
        }
        id
    }

    fn remember(&self, shell: &mut dyn Shell) {
        if self.may_remember() {
            shell.remember(&self.known.write());
        } else if self.known.consent.is_some() {
            // The choice itself has to be kept, and is no identifier.
            shell.remember(
                &Record {
                    consent: self.known.consent,
                    ..Record::default()
                }
                .write(),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        for consent in [None, Some(Consent::Granted), Some(Consent::Denied)] {
            let record = Record {
                visitor: Some("v".into()),
                session: Some(Session {
                    id: "s".into(),
                    started_at: Timestamp(1_767_225_599_001),
                    active_at: Timestamp(1_767_225_600_000),
                }),
                consent,
            };
            assert_eq!(Record::read(&record.write()), Some(record));
        }
        let nothing = Record::default();
        assert_eq!(nothing.write(), "1 - - 0 0 -");
        assert_eq!(Record::read("1 - - 0 0 -"), Some(nothing));
    }

    #[test]
    fn a_damaged_record_counts_as_absent_and_never_panics() {
        for line in [
            "",
            "1",
            "2 v s 1 2 granted",
            "1 v s",
            "\u{0}",
            "1 v s 1",
            "null",
            "1 ä ö",
        ] {
            assert_eq!(Record::read(line), None, "{line:?}");
        }
        let session_lost = Record::read("1 v s x 2 granted").unwrap();
        assert_eq!(session_lost.visitor.as_deref(), Some("v"));
        assert_eq!(session_lost.session, None);
    }
}
