//! Who visits: consent, the visitor's id and the session, as the tabs of a site share them.
//!
//! The shared record is kept twice, at hand and in the outbox: a browser that is killed
//! loses the last seconds of localStorage. Of two copies the greater edition holds. Its ids are texts, and the
//! shell's: see [`Id`].

use sillage_protocol::Timestamp;

use crate::shell::{Act, Id, Shell, random_id, timed_id};
use crate::{Consent, Identified};

/// Greatest length of a session, in milliseconds: 24 hours, so that a kiosk that is never left
/// has visits too.
const MAX_SESSION_MS: u64 = 86_400_000;

/// How far ahead of the clock a record may be before the clock must have been set back, in
/// milliseconds: events are dated before they are recorded.
const CLOCK_SLACK_MS: u64 = 5_000;

/// What is remembered of a visitor, but for the ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// How often the record was written.
    pub edition: u64,
    /// When the session began.
    pub started_at: Timestamp,
    /// When the visitor last did something. Only the visitor's activity moves it, never a timer.
    pub active_at: Timestamp,
    /// How often the clock was seen to be set: what was recorded in an earlier epoch cannot be
    /// dated by today's clock.
    pub epoch: u64,
    /// The visitor's own choice; `None` where they have not been asked.
    pub consent: Option<Consent>,
    /// Of a record that is written: whether visitor and session are in it. Of one that is read: whether its session
    /// began together with this page's, and yields to it.
    pub ids: bool,
}

impl Record {
    /// Whether something at `at` still belongs to the session.
    fn is_open(&self, at: Timestamp, idle_timeout_ms: u64) -> bool {
        at.since(self.active_at) <= idle_timeout_ms
            && at.since(self.started_at) < MAX_SESSION_MS
            // A clock that was set back must not keep a session of the future open for years.
            && self.started_at.since(at) < MAX_SESSION_MS
    }

    /// The choice alone.
    fn without_ids(self) -> Self {
        Self {
            edition: self.edition,
            consent: self.consent,
            ..Self::default()
        }
    }
}

/// The visitor of one page.
#[derive(Debug)]
pub(crate) struct Visitor {
    /// Global Privacy Control is set: no identifier is stored, none outlives the page.
    anonymous: bool,
    /// What this page knows; its consent is the choice that holds.
    known: Record,
}

impl Visitor {
    pub(crate) fn new(anonymous: bool) -> Self {
        Self {
            anonymous,
            known: Record::default(),
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

    /// How often the clock was seen to be set.
    pub(crate) fn epoch(&self) -> u64 {
        self.known.epoch
    }

    /// What was recorded after the clock was set cannot be dated with what was before.
    pub(crate) fn clock_changed(&mut self) {
        self.known.epoch += 1;
    }

    /// Another tab's choice, visitor and session are this tab's too, where they are newer. A record
    /// that is gone was cleared with the site's data: what this page knows still holds.
    ///
    /// Returns whether the record has changed.
    pub(crate) fn memory_read(
        &mut self,
        now: Timestamp,
        consent_of_site: Consent,
        shell: &mut impl Shell,
    ) -> bool {
        let Some(mut stored) = shell.read_record() else {
            return false;
        };
        if stored.edition < self.known.edition {
            return false;
        }
        shell.act(Act::TakeOver);
        // A choice made here holds though the store could not take it.
        stored.consent = stored.consent.or(self.known.consent);
        if stored.consent.unwrap_or(consent_of_site) == Consent::Granted && !self.anonymous {
            // Nobody is in it where another tab has taken its visitor's choice back.
            let keeps_ids = shell.has(Id::Visitor) && (!shell.has(Id::ReadVisitor) || stored.ids);
            if keeps_ids {
                stored.started_at = self.known.started_at;
                stored.active_at = self.known.active_at.max(stored.active_at);
            } else {
                shell.copy(Id::ReadVisitor, Id::Visitor);
                shell.copy(Id::ReadSession, Id::Session);
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
            shell.copy(Id::ReadVisitor, Id::Stored);
        }
        true
    }

    pub(crate) fn choose(&mut self, consent: Consent, shell: &mut impl Shell) {
        // "Pending" takes the choice back: the visitor will be asked again.
        self.known.consent = (consent != Consent::Pending).then_some(consent);
        if consent == Consent::Granted && !self.anonymous {
            // Known from an earlier visit; the session of the events that waited goes on.
            recall(shell);
            // Somebody new is known at once: no tab that still knows the one before may take the place.
            self.identify(shell);
        }
    }

    /// Forgets who the visitor is, in the store too.
    pub(crate) fn forget(&mut self, shell: &mut impl Shell) {
        for id in [Id::Stored, Id::Visitor, Id::Session] {
            shell.copy(Id::Nobody, id);
        }
        self.known = self.known.without_ids();
        self.remember(false, shell);
    }

    /// Finds the session that an event at `at` belongs to, where the visitor last did something
    /// at `active_at`. Returns whether there is something new to remember.
    pub(crate) fn continue_session(
        &mut self,
        at: Timestamp,
        active_at: Timestamp,
        idle_timeout_ms: u64,
        shell: &mut impl Shell,
    ) -> bool {
        let mut is_news = self.identify(shell);
        let known = &mut self.known;
        let active_at = active_at.min(at);
        if active_at > known.active_at && known.is_open(active_at, idle_timeout_ms) {
            known.active_at = active_at;
            is_news = true;
        }
        if !shell.has(Id::Session) || !known.is_open(at, idle_timeout_ms) {
            timed_id(Id::Session, at, 0, shell);
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
        said: Identified,
        idle_timeout_ms: u64,
        shell: &mut impl Shell,
    ) {
        recall(shell);
        if said.is_somebody_new {
            shell.copy(Id::Nobody, Id::Visitor);
        }
        if said.ends_session {
            shell.copy(Id::Nobody, Id::Session);
        }
        self.continue_session(now, now, idle_timeout_ms, shell);
        shell.act(Act::Identify);
    }

    /// Makes an id where there is none and may be one. Returns whether it did.
    fn identify(&mut self, shell: &mut impl Shell) -> bool {
        let is_new = !self.anonymous && !shell.has(Id::Visitor);
        if is_new {
            random_id(Id::Visitor, shell);
        }
        is_new
    }

    /// Stores what is known, without the ids nothing but the choice: that has to be kept, and is no
    /// identifier.
    pub(crate) fn remember(&mut self, ids: bool, shell: &mut impl Shell) {
        self.known.edition += 1;
        let record = if ids {
            self.known
        } else {
            self.known.without_ids()
        };
        shell.remember(Record { ids, ..record });
    }
}

/// The visitor in the store is this page's.
fn recall(shell: &mut impl Shell) {
    if shell.has(Id::Stored) {
        shell.copy(Id::Stored, Id::Visitor);
        shell.copy(Id::Nobody, Id::Stored);
    }
}

/// Whether an id is in use or in the store.
pub(crate) fn is_known(shell: &mut impl Shell) -> bool {
    shell.has(Id::Stored) || shell.has(Id::Visitor)
}
