//! Errors that a page does not catch: each once, and few.

use crate::{Captured, Event, Shell};

/// Most errors that are recorded of one page view: a loop that throws must not fill the store.
const MAX_ERRORS: usize = 10;

/// The errors of one page view.
#[derive(Debug, Default)]
pub(crate) struct Errors(Vec<u32>);

impl Errors {
    /// Records what was thrown, unless it was before.
    pub(crate) fn thrown(&mut self, error: u32, shell: &mut dyn Shell) {
        if self.0.len() < MAX_ERRORS && !self.0.contains(&error) {
            self.0.push(error);
            shell.record(Captured::observation(Event::ErrorOccurred, [0; 5]));
        }
    }
}
