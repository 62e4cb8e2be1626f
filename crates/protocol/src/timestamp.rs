//! Points in time as the contract writes them.
//!
//! Milliseconds since 1970, proleptic Gregorian calendar, UTC. The calendar arithmetic is Howard
//! Hinnant's (<https://howardhinnant.github.io/date_algorithms.html>), since the module that runs
//! in the browser cannot afford a date library.

use core::fmt;

use serde::{Serialize, Serializer};

#[cfg(feature = "model")]
mod parse;

#[cfg(feature = "model")]
pub use parse::TimestampError;
#[cfg(feature = "model")]
pub(crate) use parse::{BAD_FORMAT, OUT_OF_RANGE};

const MS_PER_DAY: u64 = 86_400_000;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z. Range: to the end of the year 9999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Length of [`Timestamp::to_iso`], in bytes.
    pub const ISO_BYTES: usize = 24;

    /// Milliseconds from `earlier` to this point; 0 where `earlier` is the later one.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This point moved on by `ms` milliseconds.
    #[must_use]
    pub const fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// ISO-8601 in UTC with milliseconds, `2026-11-21T09:05:00.042Z`.
    pub fn to_iso(self) -> [u8; Self::ISO_BYTES] {
        let (year, month, day) = civil_from_days(self.0 / MS_PER_DAY);
        let ms = self.0 % MS_PER_DAY;
        let mut text = *b"0000-00-00T00:00:00.000Z";
        write_digits(&mut text[0..4], year);
        write_digits(&mut text[5..7], month);
        write_digits(&mut text[8..10], day);
        write_digits(&mut text[11..13], ms / 3_600_000);
        write_digits(&mut text[14..16], ms / 60_000 % 60);
        write_digits(&mut text[17..19], ms / 1_000 % 60);
        write_digits(&mut text[20..23], ms % 1_000);
        text
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.to_iso() {
            fmt::Write::write_char(f, char::from(byte))?;
        }
        Ok(())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn write_digits(target: &mut [u8], mut value: u64) {
    for digit in target.iter_mut().rev() {
        *digit = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
    }
}

fn civil_from_days(days: u64) -> (u64, u64, u64) {
    // Counted from 0000-03-01, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_calendar_right_at_its_edges() {
        for (ms, iso) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_767_225_599_001, "2025-12-31T23:59:59.001Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp(ms).to_string(), iso);
        }
    }
}
