//! What the rules ask of their surroundings.

/// Takes what is captured: the tracker in a page, a list in tests.
pub trait Shell {
    /// Records an event.
    fn record(&mut self, event: Captured<'_>);

    /// Asks to be told [`crate::Fact::Woken`] in so many milliseconds, in place of what was asked before; not at all
    /// where that is nothing.
    fn wake_in(&mut self, ms: Option<u64>);
}

/// An event as a rule has it.
#[derive(Clone, Copy, Debug)]
pub struct Captured<'a> {
    /// Its name: an object and an action in the past tense.
    pub name: &'a str,
    /// Its properties, as the text of a JSON object; further members of `webEvent` may follow.
    pub props: &'a str,
    /// How long ago it happened, in milliseconds.
    pub ago_ms: u64,
    /// Whether the visitor did it just then: only that extends a session.
    pub is_activity: bool,
    /// Whether it followed from the click that was just recorded.
    pub follows_click: bool,
}
