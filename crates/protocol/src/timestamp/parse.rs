//! Reading points in time, leniently.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use thiserror::Error;

use super::{MS_PER_DAY, Timestamp};

pub(crate) const BAD_FORMAT: &str = "not an ISO-8601 date and time";
pub(crate) const OUT_OF_RANGE: &str = "date outside 1970 to 9999";

const LAST_MS: i64 = 253_402_300_799_999;

/// Why a text is not a [`Timestamp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// Not of the form `2026-11-21T09:05:00.042Z`, or a day that the calendar does not have.
    #[error("{BAD_FORMAT}")]
    BadFormat,
    /// Before 1970 or after 9999.
    #[error("{OUT_OF_RANGE}")]
    OutOfRange,
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads ISO-8601: any number of fractional digits (those after the third are cut), any
    /// offset. Without an offset it is UTC, as the Genesys Python SDK writes a naive `datetime`.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let bytes = text.as_bytes();
        // How JavaScript writes years outside 0000 to 9999.
        if matches!(bytes, [b'+' | b'-', b'0'..=b'9', ..]) {
            return Err(TimestampError::OutOfRange);
        }
        let (date_and_time, rest) = bytes
            .split_at_checked(19)
            .ok_or(TimestampError::BadFormat)?;
        let &[
            y0,
            y1,
            y2,
            y3,
            b'-',
            m0,
            m1,
            b'-',
            d0,
            d1,
            b'T' | b't' | b' ',
            h0,
            h1,
            b':',
            i0,
            i1,
            b':',
            s0,
            s1,
        ] = date_and_time
        else {
            return Err(TimestampError::BadFormat);
        };
        let year = number(&[y0, y1, y2, y3])?;
        let month = within(number(&[m0, m1])?, 1, 12)?;
        let day = within(number(&[d0, d1])?, 1, days_in_month(year, month))?;
        let hour = within(number(&[h0, h1])?, 0, 23)?;
        let minute = within(number(&[i0, i1])?, 0, 59)?;
        let second = within(number(&[s0, s1])?, 0, 59)?;
        let (fraction_ms, zone) = fraction(rest)?;
        let offset_minutes = offset(zone)?;

        let seconds = (hour * 60 + minute - offset_minutes) * 60 + second;
        let days = days_from_civil(year, month, day);
        let ms = days * MS_PER_DAY.cast_signed() + seconds * 1_000 + fraction_ms;
        match u64::try_from(ms) {
            Ok(unsigned) if ms <= LAST_MS => Ok(Self(unsigned)),
            _ => Err(TimestampError::OutOfRange),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IsoText;

        impl Visitor<'_> for IsoText {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date and time as an ISO-8601 string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(IsoText)
    }
}

fn number(digits: &[u8]) -> Result<i64, TimestampError> {
    digits.iter().try_fold(0_i64, |sum, digit| {
        digit
            .is_ascii_digit()
            .then(|| sum * 10 + i64::from(digit - b'0'))
            .ok_or(TimestampError::BadFormat)
    })
}

fn within(value: i64, least: i64, most: i64) -> Result<i64, TimestampError> {
    (least..=most)
        .contains(&value)
        .then_some(value)
        .ok_or(TimestampError::BadFormat)
}

/// Milliseconds of a fraction, and what follows it.
fn fraction(rest: &[u8]) -> Result<(i64, &[u8]), TimestampError> {
    let [b'.' | b',', digits @ ..] = rest else {
        return Ok((0, rest));
    };
    let count = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if count == 0 {
        return Err(TimestampError::BadFormat);
    }
    let (digits, zone) = digits.split_at(count);
    let ms = (0..3).fold(0, |sum, at| {
        sum * 10 + digits.get(at).map_or(0, |digit| i64::from(digit - b'0'))
    });
    Ok((ms, zone))
}

fn offset(zone: &[u8]) -> Result<i64, TimestampError> {
    let (sign, hours, minutes) = match zone {
        [] | [b'Z' | b'z'] => return Ok(0),
        [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1] | [sign @ (b'+' | b'-'), h0, h1, m0, m1] => {
            (sign, number(&[*h0, *h1])?, number(&[*m0, *m1])?)
        }
        [sign @ (b'+' | b'-'), h0, h1] => (sign, number(&[*h0, *h1])?, 0),
        _ => return Err(TimestampError::BadFormat),
    };
    let minutes = within(hours, 0, 23)? * 60 + within(minutes, 0, 59)?;
    Ok(if *sign == b'-' { -minutes } else { minutes })
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// The inverse of the calendar arithmetic in the parent module; same source.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = (month + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_clients_write() {
        for (text, ms) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T00:00:00.000Z", 951_782_400_000),
            ("2026-01-02T03:04:05.678Z", 1_767_323_045_678),
            ("2026-01-02T03:04:05.678000", 1_767_323_045_678),
            ("2026-01-02T05:04:05.6789+02:00", 1_767_323_045_678),
            ("2026-01-01T22:34:05.6-0430", 1_767_323_045_600),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ] {
            assert_eq!(text.parse(), Ok(Timestamp(ms)), "{text}");
        }
    }

    #[test]
    fn tells_a_malformed_date_from_one_that_cannot_be_meant() {
        for text in [
            "",
            "yesterday",
            "2026-01-02",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-01-02T24:00:00Z",
            "2026-01-02T03:04:05.Z",
            "2026-01-02T03:04:05Z ",
            "1767323045678",
            "2026-01-02T03:04:05+2:00",
            "２026-01-02T03:04:05Z",
        ] {
            assert_eq!(
                text.parse::<Timestamp>(),
                Err(TimestampError::BadFormat),
                "{text}"
            );
        }
        for text in [
            "0000-01-01T00:00:00.000Z",
            "0001-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999Z",
            "+010000-01-01T00:00:00.000Z",
            "-000001-01-01T00:00:00.000Z",
            "9999-12-31T23:59:59-01:00",
        ] {
            assert_eq!(
                text.parse::<Timestamp>(),
                Err(TimestampError::OutOfRange),
                "{text}"
            );
        }
    }
}
