//! The parts of a page's URL.

use url::Url;

use crate::JourneyPage;

/// The parts of a URL as the models name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlParts {
    /// Host name without a leading `www.`; empty where the URL has no host.
    ///
    /// The registrable domain would need the public suffix list, which this crate does not carry:
    /// a receiver that has one sets `domain` before it derives the rest.
    pub domain: String,
    /// Host name, in lower case and Punycode; empty where the URL has no host.
    pub hostname: String,
    /// Path, percent-encoded.
    pub pathname: String,
    /// Query without `?`; `None` where there is none or it is empty.
    pub query_string: Option<String>,
    /// Fragment without `#`; `None` where there is none or it is empty.
    pub fragment: Option<String>,
}

/// Splits a URL by the WHATWG rules, as the browser itself does; `None` if it is not absolute.
pub fn url_parts(url: &str) -> Option<UrlParts> {
    let url = Url::parse(url).ok()?;
    let hostname = url.host_str().unwrap_or_default();
    let some = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(ToOwned::to_owned);
    Some(UrlParts {
        domain: hostname.strip_prefix("www.").unwrap_or(hostname).to_owned(),
        hostname: hostname.to_owned(),
        pathname: url.path().to_owned(),
        query_string: some(url.query()),
        fragment: some(url.fragment()),
    })
}

/// Fills the parts of the page's URL that are absent. A URL that cannot be split fills nothing.
pub fn fill_page(page: &mut JourneyPage) {
    let Some(parts) = page.url.as_deref().and_then(url_parts) else {
        return;
    };
    page.domain.get_or_insert(parts.domain);
    page.hostname.get_or_insert(parts.hostname);
    page.pathname.get_or_insert(parts.pathname);
    page.query_string = page.query_string.take().or(parts.query_string);
    page.fragment = page.fragment.take().or(parts.fragment);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_split_as_location_does() {
        for (url, domain, hostname, pathname, query, fragment) in [
            (
                "https://shop.example",
                "shop.example",
                "shop.example",
                "/",
                None,
                None,
            ),
            (
                "https://www.Shop.example:8443/a%20b/?q=1#x",
                "shop.example",
                "www.shop.example",
                "/a%20b/",
                Some("q=1"),
                Some("x"),
            ),
            (
                "https://bücher.example/?#",
                "xn--bcher-kva.example",
                "xn--bcher-kva.example",
                "/",
                None,
                None,
            ),
            ("http://[::1]:80/x", "[::1]", "[::1]", "/x", None, None),
            (
                "file:///docs/page.html",
                "",
                "",
                "/docs/page.html",
                None,
                None,
            ),
            ("about:blank", "", "", "blank", None, None),
        ] {
            let expected = UrlParts {
                domain: domain.into(),
                hostname: hostname.into(),
                pathname: pathname.into(),
                query_string: query.map(Into::into),
                fragment: fragment.map(Into::into),
            };
            assert_eq!(url_parts(url), Some(expected), "{url}");
        }
        assert_eq!(url_parts("/relative"), None);
    }
}
