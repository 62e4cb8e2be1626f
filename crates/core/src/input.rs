//! Facts that the shell reports, in the past tense.

use crate::{Consent, Fields};
use sillage_protocol::Timestamp;

/// Starts a line within the line of a batch (ASCII "record separator"). JSON text never holds it.
pub const PART_START: char = '\x1e';

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// The stored record was read, empty where there is none: another tab may have written it.
    MemoryRead(&'a str),
    /// The turn that was asked for has come: the lines of the outbox in the order of their keys,
    /// each ended by a line feed.
    TurnCame(&'a str),
    /// A page came into view.
    PageSeen {
        /// Address, unredacted; address of the page before, unredacted; members of `page` that
        /// JavaScript wrote as JSON (title, lang, keywords, breadcrumb); members that every event
        /// of the page has in common, as JSON (browser, device).
        facts: Fields<'a>,
        /// Why it came into view.
        cause: PageCause,
    },
    /// The visitor clicked an element: declared name, selector, visible text, the link's address,
    /// a word if the element is marked as an offer, and further members of the event, each behind a comma.
    /// Empty where the element is silent.
    Clicked(Fields<'a>),
    /// The site recorded an event of its own.
    Tracked {
        /// Its name, its properties as the text of a JSON object, which further members of `webEvent` may
        /// follow, and a word if it followed from the click that was recorded last, which there must be:
        /// that is what it is correlated with then.
        ///
        /// Where it is no web event a fourth word is the last one of its type, `OutcomeAchievedEvent`; it has no
        /// name then, and in place of properties members of the event: the part that the type names, and
        /// what follows. `U+001C` stands in the part where browser and device belong.
        event: Fields<'a>,
        /// When the visitor last did something: only that extends a session, no timer does.
        active_at: Timestamp,
    },
    /// The page is no longer visible; it may never be again.
    PageHidden,
    /// The page is being left (`pagehide`): the lines that this page has put and, as far as it
    /// knows, nobody has taken, in the order of their keys, each ended by a line feed.
    PageLeft(&'a str),
    /// Something changed for the better: the page is visible again, the browser is online.
    Resumed,
    /// The wake-up that was asked for has come.
    Woken,
    /// The site asked to send now.
    FlushRequested,
    /// A batch's request has ended.
    SendFinished {
        /// Id of the batch.
        batch: &'a str,
        /// What came of it.
        outcome: Outcome,
        /// What became of the batches it asked about, three words each: id, number of its events
        /// (no number where the collector does not know the batch), how many of them were rejected.
        receipts: Fields<'a>,
    },
    /// The clock was set, or stood still while the machine slept.
    ClockChanged,
    /// The visitor has chosen.
    ConsentChanged(Consent),
    /// The site said who the visitor is, or in which session: type and id of the customer, each behind a
    /// `=`; id of the session, `-` for a new one; a word if the visitor is somebody new. Empty words leave
    /// things as they are. What may be said, and what follows from it, is decided before, in `js/calls/`.
    Identified(Fields<'a>),
    /// So many events were more than could wait until the tracker was ready.
    Lost(u64),
}

/// What came of sending a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The answer carried the batch's id: every event is stored, known already, or rejected.
    Acknowledged {
        /// How many of them were rejected for good; `u64::MAX` where the batch was refused whole.
        rejected: u64,
    },
    /// Something on the way takes smaller batches only (status 413).
    TooLarge,
    /// Anything else, whatever its status: a captive portal and a firewall answer too.
    Unconfirmed {
        /// What `Retry-After` asked for, in milliseconds; 0 where it was absent.
        retry_after_ms: u64,
    },
}

/// Why a page came into view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageCause {
    /// The document was loaded, or the back-forward cache gave it back.
    Loaded,
    /// The address may have changed without a load (History API, hash).
    AddressChanged,
    /// The site called `page()`.
    Called,
}
