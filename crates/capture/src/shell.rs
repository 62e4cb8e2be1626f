//! What the rules ask of their surroundings.

/// Takes what is captured: the tracker in a page, a list in tests.
pub trait Shell {
    /// Records an event.
    fn record(&mut self, captured: Captured);

    /// Asks to be told [`crate::Fact::Woken`] in so many milliseconds, in place of what was asked before; not at all
    /// where that is nothing.
    fn wake_in(&mut self, ms: Option<u64>);
}

/// An event as a rule has it.
#[derive(Clone, Copy, Debug)]
pub struct Captured {
    /// Which.
    pub event: Event,
    /// What it tells, in the order that [`Event`] gives; the others are 0. Forms, fields, media and elements are the
    /// numbers that the facts gave them.
    pub numbers: [u64; 5],
    /// How long ago it happened, in milliseconds.
    pub ago_ms: u64,
    /// Whether the visitor did it just then: only that extends a session.
    pub is_activity: bool,
    /// Whether it followed from the click that was just recorded.
    pub follows_click: bool,
}

impl Captured {
    /// What the visitor does just now.
    pub(crate) fn activity(event: Event, numbers: [u64; 5]) -> Self {
        Self {
            is_activity: true,
            ..Self::observation(event, numbers)
        }
    }

    /// What is seen just now, without their doing.
    pub(crate) fn observation(event: Event, numbers: [u64; 5]) -> Self {
        Self {
            event,
            numbers,
            ago_ms: 0,
            is_activity: false,
            follows_click: false,
        }
    }
}

/// The events that need a rule with a memory; `EVENTS` in `js/captures/events.ts` has them in the same order, with
/// their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Event {
    /// Time in view in milliseconds; the greatest depth in per cent, 0 where none is known.
    PageLeft,
    /// Engaged time in milliseconds.
    PageEngaged,
    /// Per cent.
    PageScrolled,
    /// Form, field.
    FormStarted,
    /// Form, how many of its fields were changed, time since it was entered in milliseconds.
    FormSubmitted,
    /// The same, then the field that was changed last.
    FormAbandoned,
    /// Of the last click.
    RageClicked,
    /// Of the last click.
    DeadClicked,
    /// Of the last click.
    ErrorClicked,
    /// The error that was just told.
    ErrorOccurred,
    /// Media, position, duration (0 where it has none) and time really played, all in milliseconds.
    MediaPlayed,
    /// The same.
    MediaPaused,
    /// The same, then the position that was left, in milliseconds.
    MediaSeeked,
    /// The same, then per cent.
    MediaProgressed,
    /// As played.
    MediaEnded,
    /// Trigger, and the element that it is about; 0 where that is the page.
    Triggered,
}
