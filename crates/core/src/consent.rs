//! What the visitor has allowed.

/// The visitor's choice, or that there is none yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Events are stored and sent.
    Granted,
    /// Nothing is stored or sent; events wait in memory for the choice.
    Pending,
    /// Nothing is recorded, and what was stored is erased.
    Denied,
}

impl Consent {
    /// The name by which JavaScript and the stored record know it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Pending => "pending",
            Self::Denied => "denied",
        }
    }

    /// The consent of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Granted, Self::Pending, Self::Denied]
            .into_iter()
            .find(|consent| consent.as_str() == name)
    }
}
