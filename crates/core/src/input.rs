//! Facts that the shell reports, in the past tense.

use crate::Consent;
use sillage_protocol::Timestamp;

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub enum Input {
    /// The stored record was read ([`crate::Shell::read_record`]): another tab may have written it.
    MemoryRead,
    /// The turn that was asked for has come: the lines of the outbox, in the order of their keys, come by
    /// [`crate::Shell::next_line`]. What was put before and is not among them has been taken by others: nobody waits
    /// for it any more, so they are read after everything else was heard.
    TurnCame(Lines),
    /// A page came into view, under another address than the one before where it is [`PageCause::AddressChanged`].
    PageSeen(PageCause),
    /// The visitor clicked an element.
    Clicked,
    /// The site recorded an event of its own.
    Tracked {
        /// When the visitor last did something: only that extends a session, no timer does.
        active_at: Timestamp,
        /// Whether it can be recorded: an event has a name of 1 to 256 characters.
        is_valid: bool,
        /// Whether it followed from the click that was recorded last, which there must be: that is what it is
        /// correlated with then.
        follows_click: bool,
    },
    /// The page is no longer visible; it may never be again.
    PageHidden,
    /// The page is being left (`pagehide`): the lines that this page has put and, as far as it
    /// knows, nobody has taken.
    PageLeft(Lines),
    /// Something changed for the better: the page is visible again, the browser is online.
    Resumed,
    /// The wake-up that was asked for has come.
    Woken,
    /// The site asked to send now.
    FlushRequested,
    /// The request of [`crate::Id::InFlight`] has ended.
    SendFinished {
        /// What came of it.
        outcome: Outcome,
        /// Whether the answer said what became of any batch that it was asked about.
        has_receipts: bool,
    },
    /// The clock was set, or stood still while the machine slept.
    ClockChanged,
    /// The visitor has chosen.
    ConsentChanged(Consent),
    /// The site said who the visitor is, or in which session.
    Identified(Identified),
    /// So many events were more than could wait until the tracker was ready.
    Lost(u32),
}

/// How much there is to look at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lines {
    /// Length of all lines, in characters.
    pub chars: u32,
    /// Events in them, those in batches included.
    pub events: u32,
}

/// What the site said of the visitor. What may be said is decided before, in `js/calls/`; [`crate::Act::Identify`] then
/// sets the customer and the id of the session, where they were given.
#[derive(Clone, Copy, Debug, Default)]
pub struct Identified {
    /// Whether the session at hand is over.
    pub ends_session: bool,
    /// Whether the visitor is somebody new.
    pub is_somebody_new: bool,
}

/// What came of sending a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The answer carried the batch's id: every event is stored, known already, or rejected.
    Acknowledged {
        /// How many of them were rejected for good; `u32::MAX` where the batch was refused whole.
        rejected: u32,
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
    /// The address has changed without a load (History API, hash).
    AddressChanged,
    /// The site called `page()`.
    Called,
}
