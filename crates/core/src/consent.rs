//! What the visitor has allowed.

/// The visitor's choice, or that there is none yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Consent {
    /// Events are stored and sent.
    Granted,
    /// Nothing is stored or sent; events wait in memory for the choice.
    Pending,
    /// Nothing is recorded, and what was stored is erased.
    Denied,
}

impl Consent {
    /// Every one, in the order of the numbers by which JavaScript knows them.
    pub const ALL: [Self; 3] = [Self::Granted, Self::Pending, Self::Denied];
}
