//! What a site declares that it waits for, as far as it takes time or a depth. What clicks and forms lead to needs no
//! memory: `js/captures/triggers.ts` records it. Defaults and ranges are there too.

use crate::{Captured, Event, Shell};

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// An element in view.
    View,
    /// A depth of the page.
    Scroll,
    /// Time without activity.
    Idle,
    /// Time in view.
    Time,
}

/// What is recorded, and when.
#[derive(Clone, Copy, Debug)]
pub struct Trigger {
    /// What it waits for.
    pub on: On,
    /// The share of an element in view, or the depth of the page, in per cent. Range: 1 to 100.
    pub percent: u64,
    /// For how long, in milliseconds.
    pub ms: u64,
    /// Whether an element is told again when it comes into view again.
    pub repeats: bool,
}

/// Records that a trigger has come true for an element; 0 where it is about the page.
pub(crate) fn record(trigger: usize, element: u32, is_activity: bool, shell: &mut dyn Shell) {
    let numbers = [trigger as u64, element.into(), 0, 0, 0];
    shell.record(Captured {
        is_activity,
        ..Captured::observation(Event::Triggered, numbers)
    });
}
