//! From the bytes of a request to a batch: body limit, decompression limit, contract.

use std::borrow::Cow;
use std::io::Read;
use std::time::Duration;

use axum::body::{Body, Bytes};
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt;
use sillage_protocol::batch::Batch;

use crate::config::Limits;
use crate::error::CollectError;

/// Time for a body to arrive, in seconds: 512 KiB at 150 kbit/s.
const BODY_SECONDS: u64 = 30;

/// How much of a body that is too long is still read and thrown away, in bytes. A browser that is
/// cut off while it sends reports a broken connection, and the tracker would send the same again;
/// one that has sent all reads the 413 and splits the batch.
const DISCARDED_BYTES: usize = 16 * 1024 * 1024;

/// How gzip begins (RFC 1952, section 2.3.1). JSON cannot begin so.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Reads a body as it travels.
///
/// # Errors
///
/// [`CollectError::TooLarge`], [`CollectError::SlowBody`] or [`CollectError::BrokenBody`].
pub(crate) async fn read_body(body: Body, limits: &Limits) -> Result<Bytes, CollectError> {
    let read = collect(body, limits.max_body_bytes);
    match tokio::time::timeout(Duration::from_secs(BODY_SECONDS), read).await {
        Ok(result) => result,
        Err(_) => Err(CollectError::SlowBody(BODY_SECONDS)),
    }
}

async fn collect(mut body: Body, limit_bytes: usize) -> Result<Bytes, CollectError> {
    let too_large = CollectError::TooLarge {
        limit_bytes,
        is_decompressed: false,
    };
    let mut collected = Vec::new();
    let mut seen_bytes = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| CollectError::BrokenBody)?.into_data() else {
            continue;
        };
        seen_bytes += data.len();
        if seen_bytes <= limit_bytes {
            collected.extend_from_slice(&data);
        } else if seen_bytes > limit_bytes + DISCARDED_BYTES {
            return Err(too_large);
        } else {
            collected = Vec::new();
        }
    }
    if seen_bytes > limit_bytes {
        Err(too_large)
    } else {
        Ok(collected.into())
    }
}

/// Reads the batch out of a body. Takes processor time in proportion to the body.
///
/// # Errors
///
/// [`CollectError::TooLarge`], [`CollectError::BadGzip`] or [`CollectError::Contract`].
pub(crate) fn read_batch(body: &[u8], limits: &Limits) -> Result<Batch, CollectError> {
    Ok(Batch::read(&decompressed(
        body,
        limits.max_decompressed_bytes,
    )?)?)
}

/// Compression is told by its first bytes: a beacon cannot set `Content-Encoding`, and a request
/// that does is no longer simple in the sense of CORS.
fn decompressed(body: &[u8], limit_bytes: usize) -> Result<Cow<'_, [u8]>, CollectError> {
    if !body.starts_with(&GZIP_MAGIC) {
        return Ok(Cow::Borrowed(body));
    }
    let mut json = Vec::new();
    let beyond_limit = u64::try_from(limit_bytes)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    MultiGzDecoder::new(body)
        .take(beyond_limit)
        .read_to_end(&mut json)
        .map_err(|_| CollectError::BadGzip)?;
    if json.len() > limit_bytes {
        return Err(CollectError::TooLarge {
            limit_bytes,
            is_decompressed: true,
        });
    }
    Ok(Cow::Owned(json))
}
