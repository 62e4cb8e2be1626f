//! What the core asks of its surroundings: randomness, and imperatives to carry out.
//!
//! Numbers alone cross. Texts (ids, lines, addresses, bodies) are the shell's, and the core says what becomes of
//! them: code that takes texts apart weighs four times as much in a module as it does in JavaScript.

use sillage_protocol::Timestamp;

use crate::Dropped;
use crate::visitor::Record;

/// The shell around the core: the browser in a page, a simulated one in tests.
///
/// An imperative only ever follows from the call of [`crate::Tracker::handle`] that it was given
/// to, and must not call back into it.
///
/// The outbox is a store of lines that all pages of a site in one browser share. What is put or forgotten while
/// [`crate::Input::TurnCame`] is heard takes effect in the transaction in which the lines were read:
/// no other page comes between.
pub trait Shell {
    /// 32 random bits: for an `index` below [`PAGE_WORDS`] those of this page, the same each time, else
    /// new ones.
    fn random(&mut self, index: u32) -> u32;
    /// From now on `id` is the UUID of these words, the highest first.
    fn name(&mut self, id: Id, words: [u32; 4]);
    /// From now on `to` is what `from` is.
    fn copy(&mut self, from: Id, to: Id);
    /// Whether there is one.
    fn has(&mut self, id: Id) -> bool;
    /// The record that is being heard of, or that stands in the line at hand; `None` where it cannot be read, and where
    /// it is the one that was taken over or remembered last.
    fn read_record(&mut self) -> Option<Record>;
    /// Stores the record of visitor, session and consent where every page finds it at once, and in the outbox.
    fn remember(&mut self, record: Record);
    /// Puts the event that is being heard of into the outbox, as [`Id::Event`], under that page view or click.
    fn put_event(&mut self, under: Id, created_at: Timestamp, epoch: u64) -> Put;
    /// Puts this page's counters into the outbox, with what [`Shell::dropped`] has told.
    fn put_counters(&mut self, tracked: u32);
    /// Puts what the pages know of the collector into the outbox.
    fn put_state(&mut self, busy_until: Timestamp, due_at: Timestamp, failures: u32);
    /// Takes every line out of the outbox, and whatever else pages left behind.
    fn clear(&mut self);
    /// Whether lines may be written down; until this was said they stay in memory.
    fn keep(&mut self, may_keep: bool);
    /// Asks for [`crate::Input::TurnCame`], once.
    fn turn(&mut self);
    /// Goes on to the next line of the turn.
    fn next_line(&mut self) -> Line;
    /// How many bytes the events of the line at hand take in a batch, each without its context where that is the one of
    /// the event before.
    fn line_bytes(&mut self) -> u32;
    /// Does that with the line at hand, or with the batch under way.
    fn act(&mut self, act: Act);
    /// Sends what was chosen as [`Id::Batch`], or the batch of the line at hand ([`Id::Line`]), once all that was put and
    /// forgotten before is written down. Of events of another clock's `epoch` the body says so.
    fn send(&mut self, batch: Id, urgency: Urgency, epoch: u64);
    /// Reports [`crate::Input::Woken`] at that time; replaces an earlier wish.
    fn wake_at(&mut self, at: Timestamp);
    /// Events were dropped: counts them, and tells the developer in debug mode.
    fn dropped(&mut self, reason: Dropped, events: u32);
}

/// How much time a request has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// The page is there to hear the answer.
    Open,
    /// The page is going: nothing can be awaited any more.
    Leaving,
}

/// The ids that the shell keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Id {
    /// None: never named.
    Nobody,
    /// Who visits; with a customer's type and id, each behind a `=`, where they are known.
    Visitor,
    /// In which session.
    Session,
    /// The visitor in the store, adopted once consent allows.
    Stored,
    /// Visitor and session of the record that was read last.
    ReadVisitor,
    /// See [`Id::ReadVisitor`].
    ReadSession,
    /// The page load.
    Outbox,
    /// The event that is being recorded.
    Event,
    /// The page view in view.
    View,
    /// The click that was recorded last.
    Click,
    /// The batch of the line at hand.
    Line,
    /// The batch that is being formed.
    Batch,
    /// The batch whose answer is awaited.
    InFlight,
    /// The last batch that this page has sent and whose answer did not come.
    Unconfirmed,
}

/// What came of putting an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It waits in the outbox.
    Kept,
    /// Its line is longer than a batch may be ([`crate::MAX_BATCH_BYTES`]).
    TooLarge,
    /// The site's own rules keep it out.
    Filtered,
}

/// A line of the outbox, as far as the core looks at it.
#[derive(Clone, Copy, Debug)]
pub enum Line {
    /// There are no more.
    End,
    /// The record of visitor, session and consent: see [`Shell::read_record`]. Comes first.
    Record,
    /// What the pages know of the collector.
    State {
        /// Until when another request is under way.
        busy_until: Timestamp,
        /// When the next attempt is due.
        due_at: Timestamp,
        /// How many attempts have failed in a row.
        failures: u32,
    },
    /// A batch: it was sent, and its answer was not seen yet.
    Batch {
        /// When it was formed.
        made_at: Timestamp,
        /// Its length, in characters.
        chars: u32,
        /// How many events it has.
        events: u32,
        /// What the last answer said of it; `None` where it was not asked.
        receipt: Option<Receipt>,
        /// Whether this page has sent it, and the answer did not come.
        is_unconfirmed: bool,
    },
    /// Events that were written down together.
    Events {
        /// When the first of them was made.
        made_at: Timestamp,
        /// Its length, in characters.
        chars: u32,
        /// How many there are.
        events: u32,
    },
    /// Another page's counters, another version's line.
    Other,
}

/// What the collector knows of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// How many of its events have their verdict; `None` where the collector does not know the batch.
    pub known: Option<u32>,
    /// How many of them it rejected.
    pub rejected: u32,
}

/// What is to be done with the line at hand, or with the batch under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Act {
    /// Its verdict is known: it leaves the outbox.
    Forget,
    /// Takes it out of the outbox undelivered; what a batch says of the page that tracked its events stays.
    Drop,
    /// Its events go into the batch that is being formed. With the first ones goes the counters of a page that has
    /// gone, else one's own.
    Choose,
    /// Asks the collector for the batch's receipt.
    Ask,
    /// The batch is sent again as it is: it is [`Id::Batch`], and nothing else is chosen.
    Repeat,
    /// What was chosen is written down as [`Id::Batch`].
    PutBatch,
    /// The batch under way leaves the outbox.
    ForgetInFlight,
    /// The batch under way is taken apart: its events are the outbox's again, each in a line of its own.
    SplitInFlight,
    /// What the site said of visitor and session takes effect: see [`crate::Input::Identified`].
    Identify,
    /// The record that was read last is the one that holds: it is not read again while it stays the same.
    TakeOver,
}

/// How many words of random bits a page keeps for its event ids.
pub const PAGE_WORDS: u32 = 2;

/// The variant of RFC 9562, section 4.1, over the upper bits of a UUID's third word.
const fn with_variant(word: u32) -> u32 {
    word & 0x3fff_ffff | 0x8000_0000
}

/// A random id (`UUIDv4`, RFC 9562, section 5.4): for visitors, whose id must not tell when they first came.
pub(crate) fn random_id(id: Id, shell: &mut impl Shell) {
    let mut random = || shell.random(PAGE_WORDS);
    let words = [
        random(),
        random() & 0xffff_0fff | 0x4000,
        with_variant(random()),
        random(),
    ];
    shell.name(id, words);
}

/// An id that sorts by time, and within a millisecond by `sequence` (`UUIDv7`, RFC 9562, sections 5.7 and
/// 6.2, method 1): for events, sessions and batches.
///
/// An event has a sequence above 0. The random bits of its page tell it apart from others', time and
/// sequence within the page: drawn anew they would be a quarter of all that is sent. Sessions and
/// batches have none: nobody may guess their ids.
///
/// Four words are put together here: the package uuid, which the collector reads them with, makes 234 bytes more of it (brotli).
#[expect(
    clippy::cast_possible_truncation,
    reason = "a time is parted into its words"
)]
pub(crate) fn timed_id(id: Id, now: Timestamp, sequence: u32, shell: &mut impl Shell) {
    let first = if sequence > 0 { 0 } else { PAGE_WORDS };
    let words = [
        (now.0 >> 16) as u32,
        (now.0 as u32) << 16 | 0x7000 | sequence & 0xfff,
        with_variant(shell.random(first)),
        shell.random(first + 1),
    ];
    shell.name(id, words);
}
