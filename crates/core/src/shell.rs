//! What the core asks of its surroundings: randomness, and imperatives to carry out.

use sillage_protocol::Timestamp;
use uuid::{Builder, Uuid};

use crate::Dropped;
use crate::text::put_hex;

/// The shell around the core: the browser in a page, a recorder in tests.
///
/// An imperative only ever follows from the call of [`crate::Tracker::handle`] that it was given
/// to, and must not call back into it.
pub trait Shell {
    /// The next 32 random bits.
    fn random(&mut self) -> u32;
    /// Stores the record of visitor, session and consent.
    fn remember(&mut self, record: &str);
    /// Stores the unacknowledged batches where the next page of the site finds them, in place of
    /// what this page stored there before and of what it adopted.
    fn spill(&mut self, batches: &str);
    /// Sends a batch: `body` with the time of leaving as its first member, `sentAt`.
    fn send(&mut self, batch: &str, body: &str, urgency: Urgency);
    /// Reports [`crate::Input::Woken`] at that time; replaces an earlier wish.
    fn wake_at(&mut self, at: Timestamp);
    /// Tells the developer, in debug mode, that events were dropped.
    fn dropped(&mut self, reason: Dropped, events: u32);
}

/// How much time a request has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// The page is open.
    Open,
    /// The page is hidden: the request should outlive it.
    Hidden,
    /// The page is going: nothing can be awaited any more.
    Leaving,
}

/// A random id, lower case (`UUIDv4`, RFC 9562): for visitors, whose id must not tell when they
/// first came.
pub(crate) fn random_id(shell: &mut dyn Shell) -> String {
    text(Builder::from_random_bytes(random_bytes(shell)).into_uuid())
}

/// An id that sorts by time (`UUIDv7`, RFC 9562): for events, sessions and batches.
pub(crate) fn timed_id(now: Timestamp, shell: &mut dyn Shell) -> String {
    let mut bytes = random_bytes(shell);
    bytes[..6].copy_from_slice(&now.0.to_be_bytes()[2..]);
    // Version and variant are set over what was random.
    text(
        Builder::from_bytes(bytes)
            .with_version(uuid::Version::SortRand)
            .with_variant(uuid::Variant::RFC4122)
            .into_uuid(),
    )
}

fn random_bytes(shell: &mut dyn Shell) -> [u8; 16] {
    let mut bytes = [0; 16];
    for chunk in bytes.chunks_exact_mut(4) {
        chunk.copy_from_slice(&shell.random().to_le_bytes());
    }
    bytes
}

/// The text form of RFC 9562, section 4; uuid's own writer is unrolled to 240 instructions.
fn text(id: Uuid) -> String {
    let mut text = String::new();
    for (at, byte) in id.into_bytes().into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        put_hex(&mut text, byte);
    }
    text
}
