//! Randomness as an argument, and the ids made of it.

use sillage_protocol::Timestamp;
use uuid::{Builder, Uuid};

/// A source of random bits; the browser's `crypto` in a page, a counter in tests.
pub trait Entropy {
    /// The next 32 random bits.
    fn next_u32(&mut self) -> u32;
}

fn random_bytes(entropy: &mut dyn Entropy) -> [u8; 16] {
    let mut bytes = [0; 16];
    for chunk in bytes.chunks_exact_mut(4) {
        chunk.copy_from_slice(&entropy.next_u32().to_le_bytes());
    }
    bytes
}

fn text(id: Uuid) -> String {
    String::from(&*id.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
}

/// A random id (`UUIDv4`, RFC 9562): for visitors, whose id must not tell when they first came.
pub(crate) fn random_id(entropy: &mut dyn Entropy) -> String {
    text(Builder::from_random_bytes(random_bytes(entropy)).into_uuid())
}

/// An id that sorts by time (`UUIDv7`, RFC 9562): for events, sessions and batches.
pub(crate) fn timed_id(now: Timestamp, entropy: &mut dyn Entropy) -> String {
    let bytes = random_bytes(entropy);
    let mut tail = [0; 10];
    tail.copy_from_slice(&bytes[..10]);
    text(Builder::from_unix_timestamp_millis(now.0, &tail).into_uuid())
}
