//! What the core asks the shell to do, as imperatives.

use sillage_protocol::Timestamp;

use crate::Dropped;

/// Something to carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Store the record of visitor, session and consent.
    Remember(String),
    /// Store the unacknowledged batches where the next page finds them, in place of what this page
    /// stored there before.
    Spill(String),
    /// Erase what this page has spilled, and the spills that it has adopted.
    ForgetSpills,
    /// Send a batch.
    Send {
        /// Its id, named in [`crate::Input::SendFinished`].
        batch: String,
        /// The request's body.
        body: String,
        /// How much time there is.
        urgency: Urgency,
    },
    /// Report [`crate::Input::Woken`] at that time; replaces an earlier wish.
    WakeAt(Timestamp),
    /// Tell the developer, in debug mode.
    Log(Warning),
}

/// How much time a request has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// The page is open.
    Open,
    /// The page is hidden: the request should outlive it.
    Hidden,
    /// The page is going: nothing can be awaited any more.
    Leaving,
}

/// What a developer should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Events were dropped, for that reason.
    Dropped(Dropped, u32),
    /// The collector did not confirm a batch; it will be sent again.
    Unconfirmed,
}
