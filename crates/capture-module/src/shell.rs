//! Writes down what the rules ask for, as numbers that JavaScript takes one by one.

use sillage_capture::{Captured, Shell};

/// Bits of the third number of an event.
const IS_ACTIVITY: u8 = 1;
const FOLLOWS_CLICK: u8 = 2;

/// What stands in an event's place where the rules ask to be woken.
const WAKE: f64 = -1.0;

/// Eight numbers for each event: which of `Event`, milliseconds since it happened, its bits, and its own five. In place of
/// the first, -1 says that the second is in how many milliseconds to wake; less than 0 for never.
#[derive(Debug, Default)]
pub(crate) struct Record(pub(crate) Vec<f64>);

impl Record {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds, percentages and small numbers"
    )]
    fn put(&mut self, event: f64, time: f64, bits: u8, numbers: [u64; 5]) {
        for number in [event, time, bits.into()] {
            self.0.push(number);
        }
        for number in numbers {
            self.0.push(number as f64);
        }
    }
}

impl Shell for Record {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a time on a page is far below 2^53 milliseconds"
    )]
    fn wake_in(&mut self, ms: Option<u64>) {
        self.put(WAKE, ms.map_or(-1.0, |ms| ms as f64), 0, [0; 5]);
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a time on a page is far below 2^53 milliseconds"
    )]
    fn record(&mut self, it: Captured) {
        let is_activity = if it.is_activity { IS_ACTIVITY } else { 0 };
        let follows_click = if it.follows_click { FOLLOWS_CLICK } else { 0 };
        let event = f64::from(it.event as u8);
        self.put(
            event,
            it.ago_ms as f64,
            is_activity | follows_click,
            it.numbers,
        );
    }
}
