//! Who may send events of which site.
//!
//! Without a rule everybody may send for every site. As soon as there is one, only the sites that have
//! rules are taken: from pages of their origins, and from programs with their key. A page cannot lie
//! about its origin, but a program can: origins keep other sites' pages out, a key keeps programs out.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName, header};
use subtle::ConstantTimeEq;

use crate::error::CollectError;

/// Where a program puts the key of its site; `Authorization: Bearer` is taken too.
const KEY_HEADER: HeaderName = HeaderName::from_static("x-sillage-key");

/// One `SITE=VALUE` of the settings.
#[derive(Clone, PartialEq, Eq)]
pub struct SiteRule {
    site_id: String,
    value: String,
}

impl SiteRule {
    pub(crate) fn site_id(&self) -> &str {
        &self.site_id
    }

    pub(crate) fn value(&self) -> &str {
        &self.value
    }
}

/// Shows the site alone: the value may be a key.
impl std::fmt::Debug for SiteRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SiteRule({})", self.site_id)
    }
}

/// Reads `SITE=ORIGIN`.
pub(crate) fn read_origin(text: &str) -> Result<SiteRule, String> {
    let rule = read(text)?;
    let origin = url::Url::parse(&rule.value).map(|url| url.origin().ascii_serialization());
    match origin {
        Ok(origin) if origin == rule.value.trim_end_matches('/').to_ascii_lowercase() => {
            Ok(SiteRule {
                value: origin,
                ..rule
            })
        }
        _ => Err("must be SITE=ORIGIN with an origin like https://shop.example".to_owned()),
    }
}

/// Reads `SITE=KEY`.
pub(crate) fn read_key(text: &str) -> Result<SiteRule, String> {
    const MIN_KEY_CHARS: usize = 16;
    let rule = read(text)?;
    if rule.value.chars().count() < MIN_KEY_CHARS {
        return Err(format!("a key has at least {MIN_KEY_CHARS} characters"));
    }
    Ok(rule)
}

/// Reads `SITE=ID`, where the id is one of a service that events are forwarded to.
pub(crate) fn read_id(text: &str) -> Result<SiteRule, String> {
    const MAX_ID_CHARS: usize = 256;
    let rule = read(text)?;
    let is_id = (1..=MAX_ID_CHARS).contains(&rule.value.len())
        && rule
            .value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_id {
        Ok(rule)
    } else {
        Err("must be SITE=ID with an id of letters, digits, `-` and `_`".to_owned())
    }
}

fn read(text: &str) -> Result<SiteRule, String> {
    let (site_id, value) = text.split_once('=').ok_or("must be SITE=VALUE")?;
    sillage_protocol::validate::validate_site_id("site", site_id)
        .map_err(|error| error.to_string())?;
    Ok(SiteRule {
        site_id: site_id.to_owned(),
        value: value.to_owned(),
    })
}

/// What a site's senders may show.
#[derive(Debug, Default)]
struct Rules {
    origins: Vec<SiteRule>,
    keys: Vec<SiteRule>,
}

/// The rules of all sites.
#[derive(Debug, Default)]
pub(crate) struct Senders {
    sites: BTreeMap<String, Rules>,
}

impl Senders {
    pub(crate) fn of(origins: &[SiteRule], keys: &[SiteRule]) -> Self {
        let mut sites: BTreeMap<String, Rules> = BTreeMap::new();
        for rule in origins {
            let rules = sites.entry(rule.site_id.clone()).or_default();
            rules.origins.push(rule.clone());
        }
        for rule in keys {
            let rules = sites.entry(rule.site_id.clone()).or_default();
            rules.keys.push(rule.clone());
        }
        Self { sites }
    }

    /// Refuses who may not send for this site. By a status that trackers try again at: a rule that
    /// was forgotten delays events and loses none.
    ///
    /// # Errors
    ///
    /// [`CollectError::SenderRefused`].
    pub(crate) fn check(&self, headers: &HeaderMap, site_id: &str) -> Result<(), CollectError> {
        if self.sites.is_empty() {
            return Ok(());
        }
        let refused = || CollectError::SenderRefused;
        let rules = self.sites.get(site_id).ok_or_else(refused)?;
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let is_own_page = text(header::ORIGIN)
            .is_some_and(|origin| rules.origins.iter().any(|rule| rule.value == origin));
        let presented = text(KEY_HEADER).or_else(|| {
            let (scheme, token) = text(header::AUTHORIZATION)?.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let has_key = presented.is_some_and(|presented| {
            let mut keys = rules.keys.iter();
            keys.any(|rule| presented.as_bytes().ct_eq(rule.value.as_bytes()).into())
        });
        if is_own_page || has_key {
            Ok(())
        } else {
            Err(refused())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_send_it() {
        for (text, value) in [
            ("shop=https://shop.example", Some("https://shop.example")),
            ("shop=https://shop.example/", Some("https://shop.example")),
            ("shop=https://Shop.Example", Some("https://shop.example")),
            ("shop=http://127.0.0.1:8787", Some("http://127.0.0.1:8787")),
            ("shop=https://shop.example:443", None),
            ("shop=https://shop.example/path", None),
            ("shop=shop.example", None),
            ("shop=*", None),
            ("https://shop.example", None),
            ("no site=https://shop.example", None),
        ] {
            let read = read_origin(text).ok().map(|rule| rule.value);
            assert_eq!(read.as_deref(), value, "{text}");
        }
    }

    #[test]
    fn a_key_is_not_shown_and_not_short() {
        assert!(read_key("shop=short").is_err());
        let rule = read_key("shop=0123456789abcdef").unwrap();
        assert!(!format!("{rule:?}").contains("0123"));
    }
}
