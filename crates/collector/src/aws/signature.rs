//! Signature Version 4: whether who holds one of the access keys has signed a request. Pure.
//!
//! Source: AWS General Reference, "Signature Version 4 signing process". The body is hashed as it
//! came, whatever `x-amz-content-sha256` says of it.

use std::str::FromStr;

use axum::http::{HeaderMap, HeaderName, header};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use sillage_protocol::Timestamp;
use subtle::ConstantTimeEq;
use thiserror::Error;

pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Name of Amazon Personalize in the scope of a signature.
pub(super) const SERVICE: &str = "personalize";

pub(super) const TERMINATOR: &str = "aws4_request";

/// How far a client's clock may be off, in milliseconds: as at AWS.
const MAX_SKEW_MS: u64 = 5 * 60 * 1_000;

const AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");

/// An access key. Its secret is in no log.
#[derive(Clone)]
pub struct AccessKey {
    id: String,
    secret: String,
}

impl AccessKey {
    pub(crate) fn new(id: String, secret: String) -> Self {
        Self { id, secret }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl FromStr for AccessKey {
    type Err = &'static str;

    /// Reads `ID:SECRET`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some((id, secret)) if !id.is_empty() && !id.contains('/') && !secret.is_empty() => {
                Ok(Self {
                    id: id.to_owned(),
                    secret: secret.to_owned(),
                })
            }
            _ => Err("must be an access key id, a colon, and its secret"),
        }
    }
}

/// What a signature covers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    /// As it came; none of our paths needs encoding.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// Why a signature is not accepted. Always 403.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum SignatureError {
    #[error("the request is not signed: this collector asks for Signature Version 4")]
    Missing,
    #[error("{0}")]
    Incomplete(&'static str),
    #[error("this collector does not know the access key")]
    UnknownKey,
    #[error(
        "the scope of the signature must be {{date of x-amz-date}}/{{region}}/{SERVICE}/{TERMINATOR}"
    )]
    Scope,
    /// The AWS SDK for JavaScript looks for the first two words before it tries again.
    #[error("Signature expired: x-amz-date is {date}, more than 5 minutes before {now}")]
    Expired { date: Timestamp, now: Timestamp },
    #[error("Signature not yet current: x-amz-date is {date}, more than 5 minutes after {now}")]
    Early { date: Timestamp, now: Timestamp },
    #[error(
        "the signature is not that of the request: check the secret, and that host and path came through unchanged"
    )]
    Mismatch,
}

impl SignatureError {
    /// The name of the type, by which SDKs tell errors apart. They set their clocks by the header
    /// `date` and try again after an `InvalidSignatureException`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Missing => "MissingAuthenticationTokenException",
            Self::Incomplete(_) => "IncompleteSignatureException",
            Self::UnknownKey => "UnrecognizedClientException",
            Self::Scope | Self::Expired { .. } | Self::Early { .. } | Self::Mismatch => {
                "InvalidSignatureException"
            }
        }
    }
}

/// Checks a request at the time `now`.
///
/// # Errors
///
/// The first thing that is wrong with its signature.
pub(crate) fn check(
    keys: &[AccessKey],
    request: Signed<'_>,
    now: Timestamp,
) -> Result<(), SignatureError> {
    let authorization = Authorization::read(request.headers)?;
    let key = keys
        .iter()
        .find(|key| key.id == authorization.key_id)
        .ok_or(SignatureError::UnknownKey)?;
    let stamp = text(request.headers, &AMZ_DATE).ok_or(SignatureError::Incomplete(
        "the header x-amz-date is required",
    ))?;
    let date = instant(stamp).ok_or(SignatureError::Incomplete(
        "the header x-amz-date must be of the form 20261121T120000Z",
    ))?;
    let [day, _, service, terminator] = authorization.scope;
    if stamp.get(..8) != Some(day) || service != SERVICE || terminator != TERMINATOR {
        return Err(SignatureError::Scope);
    }
    if now.since(date) > MAX_SKEW_MS {
        return Err(SignatureError::Expired { date, now });
    }
    if date.since(now) > MAX_SKEW_MS {
        return Err(SignatureError::Early { date, now });
    }
    let canonical = canonical(request, &authorization)?;
    let scope = authorization.scope.join("/");
    let to_sign = format!(
        "{ALGORITHM}\n{stamp}\n{scope}\n{}",
        hash(canonical.as_bytes())
    );
    let expected = hex(&sign(&signing_key(key, authorization.scope), &to_sign));
    if bool::from(
        expected
            .as_bytes()
            .ct_eq(authorization.signature.as_bytes()),
    ) {
        Ok(())
    } else {
        Err(SignatureError::Mismatch)
    }
}

/// The parts of the header `Authorization`.
#[derive(Debug)]
struct Authorization<'a> {
    key_id: &'a str,
    /// Day, region, service, terminator.
    scope: [&'a str; 4],
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn read(headers: &'a HeaderMap) -> Result<Self, SignatureError> {
        let value = text(headers, &header::AUTHORIZATION).ok_or(SignatureError::Missing)?;
        let fields = value
            .strip_prefix(ALGORITHM)
            .and_then(|rest| rest.strip_prefix(' '))
            .ok_or(SignatureError::Incomplete(
                "only AWS4-HMAC-SHA256 is accepted",
            ))?;
        let field = |name| {
            fields
                .split(',')
                .filter_map(|field| field.trim().split_once('='))
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value)
        };
        let credential = field("Credential").and_then(|credential| {
            let mut parts = credential.rsplitn(5, '/');
            let [terminator, service, region, day, key_id] =
                std::array::from_fn(|_| parts.next().unwrap_or_default());
            (!key_id.is_empty()).then_some((key_id, [day, region, service, terminator]))
        });
        let (Some((key_id, scope)), Some(signed_headers), Some(signature)) =
            (credential, field("SignedHeaders"), field("Signature"))
        else {
            return Err(SignatureError::Incomplete(
                "Authorization must have Credential, SignedHeaders and Signature",
            ));
        };
        let is_signed = |name: &str| signed_headers.split(';').any(|signed| signed == name);
        if !is_signed("host") || !is_signed("x-amz-date") {
            return Err(SignatureError::Incomplete(
                "SignedHeaders must have host and x-amz-date",
            ));
        }
        Ok(Self {
            key_id,
            scope,
            signed_headers,
            signature,
        })
    }
}

fn canonical(
    request: Signed<'_>,
    authorization: &Authorization<'_>,
) -> Result<String, SignatureError> {
    let mut pairs: Vec<String> = request
        .query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            if pair.contains('=') {
                pair.to_owned()
            } else {
                format!("{pair}=")
            }
        })
        .collect();
    pairs.sort_unstable();
    let mut headers = String::new();
    for name in authorization.signed_headers.split(';') {
        let values: Option<Vec<String>> = request
            .headers
            .get_all(name)
            .iter()
            .map(|value| {
                let words: Vec<&str> = value.to_str().ok()?.split_ascii_whitespace().collect();
                Some(words.join(" "))
            })
            .collect();
        let values = values.filter(|values| !values.is_empty());
        let values = values.ok_or(SignatureError::Incomplete(
            "a header that SignedHeaders names did not come, or is no text",
        ))?;
        headers.extend([name, ":", &values.join(","), "\n"]);
    }
    Ok([
        request.method,
        request.path,
        &pairs.join("&"),
        &headers,
        authorization.signed_headers,
        &hash(request.body),
    ]
    .join("\n"))
}

pub(super) fn signing_key(key: &AccessKey, scope: [&str; 4]) -> Vec<u8> {
    let secret = format!("AWS4{}", key.secret).into_bytes();
    scope.iter().fold(secret, |key, part| sign(&key, part))
}

pub(super) fn sign(key: &[u8], text: &str) -> Vec<u8> {
    // HMAC takes keys of any length, so there is always one.
    Hmac::<Sha256>::new_from_slice(key).map_or_else(
        |_| Vec::new(),
        |mac| mac.chain_update(text).finalize().into_bytes().to_vec(),
    )
}

pub(super) fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0xf])
        .map(|digit| DIGITS[usize::from(digit)])
        .collect()
}

/// `20261121T120000Z` as a point in time.
fn instant(stamp: &str) -> Option<Timestamp> {
    let is_well_formed = stamp.len() == 16
        && stamp.char_indices().all(|(at, c)| match at {
            8 => c == 'T',
            15 => c == 'Z',
            _ => c.is_ascii_digit(),
        });
    if !is_well_formed {
        return None;
    }
    let (day, time) = stamp.split_once('T')?;
    let iso = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &day[..4],
        &day[4..6],
        &day[6..],
        &time[..2],
        &time[2..4],
        &time[4..6]
    );
    iso.parse().ok()
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
