//! The record that the tabs of a site share: visitor, session and consent.
//!
//! One line of words: `1 VISITOR SESSION STARTED_MS ACTIVE_MS CONSENT`, where `-` stands for what
//! is not known. The first word is the record's version; a record of another version, or one that
//! cannot be read, counts as absent.

use sillage_protocol::Timestamp;

use crate::session::Session;
use crate::{Consent, json};

const VERSION: &str = "1";
const UNKNOWN: &str = "-";

/// What a page remembers of its visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Remembered {
    pub(crate) visitor: Option<String>,
    pub(crate) session: Option<Session>,
    /// The visitor's own choice; `None` where they have not been asked.
    pub(crate) consent: Option<Consent>,
}

fn known(word: &str) -> Option<&str> {
    if word == UNKNOWN || word.len() > 64 {
        None
    } else {
        Some(word)
    }
}

fn milliseconds(word: &str) -> Option<Timestamp> {
    let mut value = 0_u64;
    for digit in word.bytes() {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    Some(Timestamp(value))
}

impl Remembered {
    pub(crate) fn read(record: &str) -> Option<Self> {
        let mut words = record.split(' ');
        if words.next()? != VERSION {
            return None;
        }
        let visitor = known(words.next()?).map(String::from);
        let session_id = known(words.next()?);
        let started_at = milliseconds(words.next()?);
        let active_at = milliseconds(words.next()?);
        let consent = Consent::from_name(words.next()?);
        let session = match (session_id, started_at, active_at) {
            (Some(id), Some(started_at), Some(active_at)) => Some(Session {
                id: String::from(id),
                started_at,
                active_at,
            }),
            _ => None,
        };
        Some(Self {
            visitor,
            session,
            consent,
        })
    }

    pub(crate) fn write(&self) -> String {
        let mut record = String::from(VERSION);
        let mut word = |text: &str| {
            record.push(' ');
            record.push_str(text);
        };
        word(self.visitor.as_deref().unwrap_or(UNKNOWN));
        if let Some(session) = &self.session {
            word(&session.id);
            word(&json::decimal(session.started_at.0));
            word(&json::decimal(session.active_at.0));
        } else {
            word("- 0 0");
        }
        word(self.consent.map_or(UNKNOWN, Consent::as_str));
        record
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        for consent in [None, Some(Consent::Granted), Some(Consent::Denied)] {
            let remembered = Remembered {
                visitor: Some("v".into()),
                session: Some(Session {
                    id: "s".into(),
                    started_at: Timestamp(1_767_225_599_001),
                    active_at: Timestamp(1_767_225_600_000),
                }),
                consent,
            };
            assert_eq!(Remembered::read(&remembered.write()), Some(remembered));
        }
        let nothing = Remembered::default();
        assert_eq!(nothing.write(), "1 - - 0 0 -");
        assert_eq!(Remembered::read("1 - - 0 0 -"), Some(nothing));
    }

    #[test]
    fn a_damaged_record_counts_as_absent_and_never_panics() {
        for record in [
            "",
            "1",
            "2 v s 1 2 granted",
            "1 v s",
            "\u{0}",
            "1 v s 1",
            "null",
        ] {
            assert_eq!(Remembered::read(record), None, "{record:?}");
        }
        let session_lost = Remembered::read("1 v s x 2 granted").unwrap();
        assert_eq!(session_lost.visitor.as_deref(), Some("v"));
        assert_eq!(session_lost.session, None);
    }
}
