//! What can be seen in ids, records and lines: `js/ids.ts`, and the small functions of `js/page.ts`.

use sillage_core::Record;
use sillage_protocol::Timestamp;

use super::{PART_START, WORD_END, consent_of};

const MAX_ID_CHARS: usize = 1_100;

/// When an id was made; nothing where it is none of version 7.
pub(super) fn time_of(id: &str) -> Option<u64> {
    let is_timed = id.len() == 36 && id.as_bytes()[14] == b'7';
    let digits: String = id.chars().filter(|it| *it != '-').take(12).collect();
    u64::from_str_radix(&digits, 16).ok().filter(|_| is_timed)
}

/// Whether `session` began together with `other` and yields to it.
pub(super) fn yields(session: &str, other: &str) -> bool {
    let times = time_of(session).zip(time_of(other));
    other < session && times.is_some_and(|(session, other)| session.saturating_sub(other) <= 5_000)
}

pub(super) fn key_of(line: &str) -> &str {
    line.split(WORD_END).next().unwrap_or_default()
}

pub(super) fn parts_of(line: &str) -> Vec<String> {
    line.split(PART_START).skip(1).map(Into::into).collect()
}

pub(super) fn events_in(line: &str) -> u32 {
    u32::try_from(line.matches("\x1ee").count()).unwrap()
}

pub(super) fn length(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap()
}

pub(super) fn bytes(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap()
}

/// Visitor, session and the rest of a record.
pub(super) fn read_record(line: &str) -> Option<(String, String, Record)> {
    let words: Vec<&str> = line.split(' ').collect();
    let [
        "1",
        edition,
        visitor,
        session,
        started_at,
        active_at,
        epoch,
        consent,
    ] = words[..]
    else {
        return None;
    };
    let id = |word: &str| {
        let is_id = (1..=MAX_ID_CHARS).contains(&word.chars().count())
            && word
                .bytes()
                .all(|it| it > b' ' && it != b'"' && it != b'\\');
        is_id.then(|| String::from(if word == "-" { "" } else { word }))
    };
    let record = Record {
        edition: edition.parse().ok()?,
        started_at: Timestamp(started_at.parse().ok()?),
        active_at: Timestamp(active_at.parse().ok()?),
        epoch: epoch.parse().ok()?,
        consent: consent_of(consent),
        ids: false,
    };
    Some((id(visitor)?, id(session)?, record))
}
