//! What the core asks of its surroundings: randomness, and imperatives to carry out.

use sillage_protocol::Timestamp;
use uuid::{Builder, Uuid};

use crate::Dropped;
use crate::text::{put, put_hex};

/// The shell around the core: the browser in a page, a simulated one in tests.
///
/// An imperative only ever follows from the call of [`crate::Tracker::handle`] that it was given
/// to, and must not call back into it.
///
/// The outbox is a store of lines that all pages of a site in one browser share. A line's key is its
/// text up to the first [`crate::WORD_END`]. What is put or forgotten while
/// [`crate::Input::TurnCame`] is heard takes effect in the transaction in which the lines were read:
/// no other page comes between.
pub trait Shell {
    /// 32 random bits: for an `index` below [`PAGE_WORDS`] those of this page, the same each time, else
    /// new ones.
    fn random(&mut self, index: u32) -> u32;
    /// Stores the record of visitor, session and consent where every page finds it at once.
    fn remember(&mut self, record: &str);
    /// Puts a line into the outbox, in place of one with the same key. Returns false where the site's own
    /// rules keep an event out that was just recorded.
    fn put(&mut self, line: &str) -> bool;
    /// Takes the line of that key out of the outbox.
    fn forget(&mut self, key: &str);
    /// Takes every line out of the outbox, and whatever else pages left behind.
    fn clear(&mut self);
    /// Whether lines may be written down; until this was said they stay in memory.
    fn keep(&mut self, may_keep: bool);
    /// Asks for [`crate::Input::TurnCame`], once.
    fn turn(&mut self);
    /// Sends a batch once all that was put and forgotten before is written down: `body` with the
    /// time of leaving as its first member, `sentAt`.
    fn send(&mut self, batch: &str, body: &str, urgency: Urgency);
    /// Reports [`crate::Input::Woken`] at that time; replaces an earlier wish.
    fn wake_at(&mut self, at: Timestamp);
    /// Tells the developer, in debug mode, that events were dropped.
    fn dropped(&mut self, reason: Dropped, events: u32);
}

/// How much time a request has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// The page is there to hear the answer.
    Open,
    /// The page is going: nothing can be awaited any more.
    Leaving,
}

/// How many words of random bits a page keeps for its event ids.
pub const PAGE_WORDS: u32 = 4;

/// A random id, lower case (`UUIDv4`, RFC 9562): for visitors, whose id must not tell when they
/// first came.
pub(crate) fn random_id(shell: &mut dyn Shell) -> String {
    text(Builder::from_random_bytes(random_bytes(PAGE_WORDS, shell)).into_uuid())
}

/// An id that sorts by time, and within a millisecond by `sequence` (`UUIDv7`, RFC 9562, section
/// 6.2, method 1): for events, sessions and batches.
///
/// An event has a sequence above 0. The random bits of its page tell it apart from others', time and
/// sequence within the page: drawn anew they would be a quarter of all that is sent. Sessions and
/// batches have none: nobody may guess their ids.
pub(crate) fn timed_id(now: Timestamp, sequence: u32, shell: &mut dyn Shell) -> String {
    let mut bytes = random_bytes(if sequence > 0 { 0 } else { PAGE_WORDS }, shell);
    bytes[..6].copy_from_slice(&now.0.to_be_bytes()[2..]);
    bytes[6..8].copy_from_slice(&sequence.to_be_bytes()[2..]);
    // Version and variant are set over what was random.
    text(
        Builder::from_bytes(bytes)
            .with_version(uuid::Version::SortRand)
            .with_variant(uuid::Variant::RFC4122)
            .into_uuid(),
    )
}

/// When an id of [`timed_id`] was made.
pub(crate) fn time_of(id: &str) -> Timestamp {
    let mut ms = 0;
    for byte in id.bytes().take(13) {
        ms = match byte {
            b'0'..=b'9' => ms << 4 | u64::from(byte - b'0'),
            b'a'..=b'f' => ms << 4 | u64::from(byte - b'a' + 10),
            _ => ms,
        };
    }
    Timestamp(ms)
}

fn random_bytes(first: u32, shell: &mut dyn Shell) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (index, chunk) in (first..).zip(bytes.chunks_exact_mut(4)) {
        chunk.copy_from_slice(&shell.random(index).to_le_bytes());
    }
    bytes
}

/// The text form of RFC 9562, section 4; uuid's own writer is unrolled to 240 instructions.
fn text(id: Uuid) -> String {
    let mut text = String::new();
    for (at, byte) in id.into_bytes().into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            put(&mut text, "-");
        }
        put_hex(&mut text, byte);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_when_it_was_made() {
        assert_eq!(
            time_of("019aa8f4-b9d3-7abc-8def-000000000000"),
            Timestamp(0x019a_a8f4_b9d3)
        );
    }
}
