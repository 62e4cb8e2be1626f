//! The texts of a page, as `js/page.ts`, `js/members.ts` and `js/body.ts` write and read them, around the core: what those
//! files decide about ids, lines and bodies is decided here in the same way. Secrets are not redacted.
//!
//! So whole visits can be told in what a site says and in what a collector reads.

#![expect(
    dead_code,
    unreachable_pub,
    reason = "shared by test programs that do not use all of it"
)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod body;
mod facts;
mod lines;
mod texts;

use std::ops::{Deref, DerefMut};

use sillage_protocol::Timestamp;

pub use sillage_core::{Consent, Dropped, Outcome, PAGE_WORDS, PageCause, Urgency};

use texts::Texts;

/// Ends a word of a line.
pub const WORD_END: char = '\x1f';

/// Starts a part of a line: an event, or a batch's counters.
pub const PART_START: char = '\x1e';

/// Words of one text, taken one after the other; empty ones once they run out.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(pub &'a str);

impl<'a> Fields<'a> {
    pub fn take(&mut self) -> &'a str {
        let (word, rest) = self.0.split_once(WORD_END).unwrap_or((self.0, ""));
        self.0 = rest;
        word
    }

    pub fn take_number(&mut self) -> u64 {
        self.take().parse().unwrap_or(0)
    }
}

/// The name by which JavaScript and the stored record know a consent.
pub fn name_of(consent: Consent) -> &'static str {
    ["granted", "pending", "denied"][consent as usize]
}

/// The consent of that name.
pub fn consent_of(name: &str) -> Option<Consent> {
    Consent::ALL.into_iter().find(|it| name_of(*it) == name)
}

/// The tracker's settings, with those that are texts alone.
#[derive(Clone, Debug)]
pub struct Config {
    pub site: String,
    pub hash_routing: bool,
    core: sillage_core::Config,
}

impl Config {
    pub fn new(site: String) -> Self {
        Self {
            site,
            hash_routing: false,
            core: sillage_core::Config::default(),
        }
    }
}

impl Deref for Config {
    type Target = sillage_core::Config;

    fn deref(&self) -> &Self::Target {
        &self.core
    }
}

impl DerefMut for Config {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.core
    }
}

/// What `js/host.ts` and `js/outbox.ts` carry out, in texts.
pub trait Shell {
    fn random(&mut self, index: u32) -> u32;
    fn remember(&mut self, record: &str);
    /// Returns false where the site's own rules keep an event out that was just recorded.
    fn put(&mut self, line: &str) -> bool;
    fn forget(&mut self, key: &str);
    fn clear(&mut self);
    fn keep(&mut self, may_keep: bool);
    fn turn(&mut self);
    /// Sends a batch: `body` with the time of leaving as its first member.
    fn send(&mut self, batch: &str, body: &str, urgency: Urgency);
    fn wake_at(&mut self, at: Timestamp);
    fn dropped(&mut self, reason: Dropped, events: u32);
}

/// [`sillage_core::Input`] with its texts.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// The stored record, empty where there is none.
    MemoryRead(&'a str),
    /// The lines of the outbox in the order of their keys, each ended by a line feed.
    TurnCame(&'a str),
    PageSeen {
        /// Address, address of the page before, members of `page`, members that every event of the page has in common.
        facts: Fields<'a>,
        cause: PageCause,
    },
    /// Declared name, selector, visible text, the link's address, a word if the element is marked as an offer, further
    /// members of the event.
    Clicked(Fields<'a>),
    Tracked {
        /// Name, properties, a word if it followed from a click, the last word of its type where it is no web event.
        event: Fields<'a>,
        active_at: Timestamp,
    },
    PageHidden,
    PageLeft(&'a str),
    Resumed,
    Woken,
    FlushRequested,
    SendFinished {
        batch: &'a str,
        outcome: Outcome,
        /// Three words for each batch: id, number of its events, how many of them were rejected.
        receipts: Fields<'a>,
    },
    ClockChanged,
    ConsentChanged(Consent),
    /// Customer, session, a word if the visitor is somebody new.
    Identified(Fields<'a>),
    Lost(u32),
}

/// What `stats()` tells a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    pub tracked: u32,
    pub sent: u32,
    pub pending: u32,
    pub dropped: u32,
}

/// A tracker and its texts.
#[derive(Debug)]
pub struct Tracker {
    core: sillage_core::Tracker,
    texts: Texts,
}

impl Tracker {
    pub fn new(config: Config, anonymous: bool, shell: &mut dyn Shell) -> Self {
        let Config {
            site,
            hash_routing,
            core,
        } = config;
        let mut texts = Texts::new(site, hash_routing);
        let core = sillage_core::Tracker::new(core, anonymous, &mut texts.with(shell));
        Self { core, texts }
    }

    pub fn consent(&self) -> Consent {
        self.core.consent()
    }

    pub fn stats(&self) -> Stats {
        let sillage_core::Stats {
            tracked,
            sent,
            pending,
        } = self.core.stats();
        let dropped = self.texts.dropped.iter().sum();
        Stats {
            tracked,
            sent,
            pending,
            dropped,
        }
    }

    pub fn handle(&mut self, now: Timestamp, input: Input<'_>, shell: &mut dyn Shell) {
        if let Some(input) = self.texts.read(input) {
            self.core.handle(now, input, &mut self.texts.with(shell));
        }
    }
}
