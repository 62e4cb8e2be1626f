//! Signature Version 4, the other side: signs a request to Amazon Personalize. Pure.

use sillage_protocol::Timestamp;

use super::signature::{ALGORITHM, AccessKey, SERVICE, TERMINATOR, hash, hex, sign, signing_key};

/// An access key, with the token that goes with keys that expire.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) key: AccessKey,
    pub(crate) session_token: Option<SessionToken>,
}

/// A session token. It is in no log.
#[derive(Clone)]
pub(crate) struct SessionToken(pub(crate) String);

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken")
    }
}

/// A JSON request without a query that is to be signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unsigned<'a> {
    /// As in the header `Host`.
    pub(crate) host: &'a str,
    pub(crate) path: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) body: &'a [u8],
}

/// The headers that make a `POST` a signed one, for the time `now`.
pub(crate) fn sign_post(
    request: Unsigned<'_>,
    credentials: &Credentials,
    region: &str,
    now: Timestamp,
) -> Vec<(&'static str, String)> {
    // 2026-11-21T12:00:00.000Z as 20261121T120000Z.
    let stamp: String = now
        .to_string()
        .chars()
        .take(19)
        .filter(|c| !matches!(c, '-' | ':'))
        .chain(['Z'])
        .collect();
    let day = stamp.get(..8).unwrap_or_default();
    let mut signed = vec![
        ("content-type", request.content_type.to_owned()),
        ("host", request.host.to_owned()),
        ("x-amz-date", stamp.clone()),
    ];
    if let Some(SessionToken(token)) = &credentials.session_token {
        signed.push(("x-amz-security-token", token.clone()));
    }
    let names: Vec<_> = signed.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let lines: String = signed
        .iter()
        .flat_map(|(name, value)| [*name, ":", value.as_str(), "\n"])
        .collect();
    let canonical = [
        "POST",
        request.path,
        "",
        &lines,
        &names,
        &hash(request.body),
    ]
    .join("\n");
    let scope = [day, region, SERVICE, TERMINATOR];
    let scope_text = scope.join("/");
    let to_sign = format!(
        "{ALGORITHM}\n{stamp}\n{scope_text}\n{}",
        hash(canonical.as_bytes())
    );
    let signature = hex(&sign(&signing_key(&credentials.key, scope), &to_sign));
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope_text}, SignedHeaders={names}, Signature={signature}",
        credentials.key.id()
    );
    // The client writes the host itself.
    signed.retain(|(name, _)| *name != "host");
    signed.push(("authorization", authorization));
    signed
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::aws::{Signed, check_signature};

    #[test]
    fn what_is_signed_here_is_accepted_by_the_check_that_the_official_sdks_pass() {
        let key: AccessKey = "AKIDEXAMPLE:secret".parse().unwrap();
        let now = Timestamp(1_795_262_400_123);
        for token in [None, Some(SessionToken("tok/en==".to_owned()))] {
            let credentials = Credentials {
                key: key.clone(),
                session_token: token,
            };
            let unsigned = Unsigned {
                host: "personalize-events.eu-west-1.amazonaws.com",
                path: "/events",
                content_type: "application/json",
                body: b"{}",
            };
            let mut headers: HeaderMap = sign_post(unsigned, &credentials, "eu-west-1", now)
                .into_iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect();
            headers.insert("host", HeaderValue::from_static(unsigned.host));
            let check = |body: &[u8]| {
                let signed = Signed {
                    method: "POST",
                    path: "/events",
                    query: "",
                    headers: &headers,
                    body,
                };
                check_signature(std::slice::from_ref(&key), signed, now)
            };
            assert_eq!(check(b"{}"), Ok(()));
            assert!(check(b"{ }").is_err());
            assert!(
                headers.contains_key("x-amz-security-token") == credentials.session_token.is_some()
            );
        }
    }
}
