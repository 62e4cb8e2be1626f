//! Which search engine, social network, mail program or advertising network a visitor came from.
//!
//! The list is `data/referrers`, whose README says where it comes from; a larger one in the format of
//! referer-parser can be given.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use sillage_protocol::{JourneyPage, Medium, Referrer};
use url::Url;

use super::domain::{registrable, suffix};

const BUILT_IN: &str = include_str!("../../data/referrers/referrers.json");

/// Longest words that were searched for, in characters: longer ones are cut.
const MAX_KEYWORDS_CHARS: usize = 1_000;

/// Parts of a path that are looked at: no list names deeper ones.
const PATH_PARTS: usize = 3;

/// Host names, and who they belong to.
#[derive(Debug, Default)]
pub(super) struct Referrers {
    sources: Vec<Source>,
    /// Position in `sources` by `host`, `host/path`, `label.*` or `label.*/path`.
    by_place: HashMap<String, usize>,
}

/// One that visitors come from.
#[derive(Debug)]
struct Source {
    name: String,
    /// `None` where the name alone is known.
    medium: Option<Medium>,
    /// Query parameters that hold what was searched for.
    parameters: Vec<String>,
}

/// The format of the list: medium, name, hosts. Read in one order, should a host stand twice.
type List = BTreeMap<String, BTreeMap<String, Listed>>;

#[derive(Deserialize)]
struct Listed {
    domains: Vec<String>,
    #[serde(default)]
    parameters: Option<Vec<String>>,
}

impl Referrers {
    /// The list that the collector carries.
    ///
    /// # Errors
    ///
    /// None that a test would not have seen.
    pub(super) fn built_in() -> Result<Self, serde_json::Error> {
        let mut referrers = Self::default();
        referrers.add(BUILT_IN)?;
        Ok(referrers)
    }

    /// Adds a list; where it names a host that is known already, it counts.
    ///
    /// # Errors
    ///
    /// When it is not JSON of the format; nothing is added then.
    pub(super) fn add(&mut self, json: &str) -> Result<(), serde_json::Error> {
        let list: List = serde_json::from_str(json)?;
        for (medium, sources) in list {
            let medium = match medium.as_str() {
                "search" => Some(Medium::Search),
                "social" => Some(Medium::Social),
                "email" => Some(Medium::Email),
                "paid" => Some(Medium::Paid),
                // `unknown`, and media that the model does not have, as `chatbot`.
                _ => None,
            };
            for (name, listed) in sources {
                for domain in listed.domains {
                    self.by_place.insert(domain, self.sources.len());
                }
                self.sources.push(Source {
                    name,
                    medium: medium.clone(),
                    parameters: listed.parameters.unwrap_or_default(),
                });
            }
        }
        Ok(())
    }

    /// Fills the referrer's domain, and that it is the page's own site. For before the rest is derived,
    /// which knows host names alone.
    pub(super) fn fill_domain(referrer: &mut Referrer, page: Option<&JourneyPage>) {
        let Some(from) = hostname_of(referrer.hostname.as_deref(), referrer.url.as_deref()) else {
            return;
        };
        let domain = registrable(&from);
        let to = page.and_then(|page| hostname_of(page.hostname.as_deref(), page.url.as_deref()));
        if referrer.medium.is_none()
            && to.is_some_and(|to| !domain.is_empty() && registrable(&to) == domain)
        {
            referrer.medium = Some(Medium::Internal);
        }
        referrer.domain.get_or_insert_with(|| domain.to_owned());
    }

    /// Fills the page's domain.
    pub(super) fn fill_page_domain(page: &mut JourneyPage) {
        if page.domain.is_none()
            && let Some(hostname) = hostname_of(page.hostname.as_deref(), page.url.as_deref())
        {
            page.domain = Some(registrable(&hostname).to_owned());
        }
    }

    /// Fills name, keywords and medium of a referrer that is not the site itself. For after the rest
    /// is derived: what a click id or a tag says of the medium counts more than the host.
    /// `has_said` is whether the sender named the medium.
    pub(super) fn fill(&self, referrer: &mut Referrer, has_said: bool) {
        if referrer.medium == Some(Medium::Internal) {
            return;
        }
        let place = referrer
            .hostname
            .as_deref()
            .zip(referrer.pathname.as_deref());
        let Some(source) = place.and_then(|(host, path)| self.find(host, path)) else {
            return;
        };
        referrer.name.get_or_insert_with(|| source.name.clone());
        if !has_said && referrer.medium == Some(Medium::Unknown) && source.medium.is_some() {
            referrer.medium.clone_from(&source.medium);
        }
        if referrer.keywords.is_none() && !source.parameters.is_empty() {
            let url = referrer.url.as_deref().and_then(|url| Url::parse(url).ok());
            referrer.keywords = url.and_then(|url| source.keywords(&url));
        }
    }

    /// The most exact place that is listed: one with a path before one without.
    fn find(&self, host: &str, path: &str) -> Option<&Source> {
        let tail = suffix(host).map_or(0, str::len);
        let hosts = || {
            let above = host.match_indices('.').map(|(at, _)| &host[at + 1..]);
            std::iter::once(host).chain(above)
        };
        let is_listed = |key: &str| self.by_place.get(key).map(|at| &self.sources[*at]);
        let found = |host: &str, path: &str| {
            is_listed(&format!("{host}{path}")).or_else(|| {
                let stem = host.len().checked_sub(tail).filter(|length| *length > 0)?;
                is_listed(&format!("{}*{path}", &host[..stem]))
            })
        };
        let ends = path.match_indices('/').map(|(at, _)| at).skip(1);
        let paths: Vec<&str> = ends
            .chain([path.len()])
            .take(PATH_PARTS)
            .map(|end| &path[..end])
            .filter(|path| path.len() > 1)
            .collect();
        let with_path = paths
            .iter()
            .rev()
            .find_map(|path| hosts().find_map(|host| found(host, path)));
        with_path.or_else(|| hosts().find_map(|host| found(host, "")))
    }
}

impl Source {
    fn keywords(&self, url: &Url) -> Option<String> {
        let is_asked = |name: &Cow<'_, str>| self.parameters.iter().any(|it| it == name.as_ref());
        let (_, words) = url
            .query_pairs()
            .find(|(name, words)| is_asked(name) && !words.is_empty())?;
        Some(words.chars().take(MAX_KEYWORDS_CHARS).collect())
    }
}

fn hostname_of(hostname: Option<&str>, url: Option<&str>) -> Option<String> {
    match hostname {
        Some(hostname) => Some(hostname.to_ascii_lowercase()),
        None => Url::parse(url?).ok()?.host_str().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use sillage_protocol::derive;

    use super::*;

    fn filled(list: &Referrers, referrer: &str, page: &str) -> Referrer {
        let mut page = JourneyPage {
            url: Some(page.into()),
            ..JourneyPage::default()
        };
        derive::fill_page(&mut page);
        let mut referrer = Referrer {
            url: Some(referrer.into()),
            ..Referrer::default()
        };
        let campaign = page.url.as_deref().and_then(derive::campaign);
        Referrers::fill_domain(&mut referrer, Some(&page));
        derive::fill_referrer(&mut referrer, Some(&page), campaign.as_ref());
        list.fill(&mut referrer, false);
        referrer
    }

    #[test]
    fn where_a_visitor_came_from_has_a_name_and_a_medium() {
        let list = Referrers::built_in().unwrap();
        for (url, name, medium) in [
            ("https://www.google.com/", Some("Google"), Medium::Search),
            (
                "https://www.google.co.uk/url?q=x",
                Some("Google"),
                Medium::Search,
            ),
            ("https://google.com.br/", Some("Google"), Medium::Search),
            (
                "https://www.google.fr/imgres?q=x",
                Some("Google Images"),
                Medium::Search,
            ),
            (
                "https://news.google.com/articles/x",
                Some("Google News"),
                Medium::Search,
            ),
            (
                "https://mail.google.com/mail/u/0/",
                Some("Gmail"),
                Medium::Email,
            ),
            (
                "https://accounts.google.com/o/oauth2/x",
                Some("Google"),
                Medium::Unknown,
            ),
            (
                "https://www.bing.com/search?q=x",
                Some("Bing"),
                Medium::Search,
            ),
            (
                "https://www.bing.com/aclk?ld=x",
                Some("Microsoft Advertising"),
                Medium::Paid,
            ),
            (
                "https://duckduckgo.com/",
                Some("DuckDuckGo"),
                Medium::Search,
            ),
            (
                "https://lm.facebook.com/l.php?u=x",
                Some("Facebook"),
                Medium::Social,
            ),
            ("https://t.co/abc", Some("X"), Medium::Social),
            (
                "android-app://com.google.android.gm/",
                Some("Gmail"),
                Medium::Email,
            ),
            ("https://chatgpt.com/", Some("ChatGPT"), Medium::Unknown),
            ("https://google.blog.example/", None, Medium::Unknown),
            ("https://notgoogle.com/", None, Medium::Unknown),
            ("https://other.example/", None, Medium::Unknown),
            ("https://192.0.2.7/google.com", None, Medium::Unknown),
        ] {
            let referrer = filled(&list, url, "https://shop.example/");
            assert_eq!(referrer.name.as_deref(), name, "{url}");
            assert_eq!(referrer.medium, Some(medium), "{url}");
        }
    }

    #[test]
    fn another_host_of_the_same_site_is_internal() {
        let list = Referrers::built_in().unwrap();
        let of = |referrer, page| filled(&list, referrer, page);
        let own = of("https://blog.shop.co.uk/", "https://www.shop.co.uk/");
        assert_eq!(own.medium, Some(Medium::Internal));
        assert_eq!(own.domain.as_deref(), Some("shop.co.uk"));
        let neighbour = of("https://you.github.io/", "https://me.github.io/");
        assert_eq!(neighbour.medium, Some(Medium::Unknown));
        let google = of("https://www.google.com/", "https://maps.google.com/");
        assert_eq!((google.medium, google.name), (Some(Medium::Internal), None));
    }

    #[test]
    fn an_ad_on_a_search_engine_is_paid_and_keeps_its_name() {
        let list = Referrers::built_in().unwrap();
        let page = "https://shop.example/?gclid=1";
        let referrer = filled(&list, "https://www.google.com/", page);
        assert_eq!(referrer.medium, Some(Medium::Paid));
        assert_eq!(referrer.name.as_deref(), Some("Google"));
    }

    #[test]
    fn what_was_searched_for_is_read_where_the_engine_tells_it() {
        let list = Referrers::built_in().unwrap();
        let words = |url| filled(&list, url, "https://shop.example/").keywords;
        let expected = Some("red shoes".to_owned());
        assert_eq!(words("https://www.bing.com/search?q=red+shoes"), expected);
        assert_eq!(
            words("https://yandex.com.tr/search/?text=red%20shoes"),
            expected
        );
        assert_eq!(words("https://www.google.com/?q="), None);
        assert_eq!(words("https://www.facebook.com/?q=red+shoes"), None);
        let long = format!("https://duckduckgo.com/?q={}", "é".repeat(2_000));
        assert_eq!(words(&long).unwrap().chars().count(), MAX_KEYWORDS_CHARS);
    }

    #[test]
    fn what_a_sender_said_is_kept() {
        let list = Referrers::built_in().unwrap();
        let mut referrer = Referrer {
            hostname: Some("www.google.com".into()),
            pathname: Some("/".into()),
            medium: Some(Medium::Unknown),
            name: Some("Intranet".into()),
            ..Referrer::default()
        };
        list.fill(&mut referrer, true);
        assert_eq!(referrer.medium, Some(Medium::Unknown));
        assert_eq!(referrer.name.as_deref(), Some("Intranet"));
    }

    #[test]
    fn a_list_of_ones_own_counts_more() {
        let mut list = Referrers::built_in().unwrap();
        let own = r#"{"social": {"Agora": {"domains": ["agora.example/talk", "news.google.com"]}},
                      "chatbot": {"Oracle": {"domains": ["oracle.example"], "parameters": null}}}"#;
        list.add(own).unwrap();
        let of = |url| {
            let referrer = filled(&list, url, "https://shop.example/");
            (referrer.name.unwrap_or_default(), referrer.medium.unwrap())
        };
        assert_eq!(
            of("https://agora.example/talk/1"),
            ("Agora".into(), Medium::Social)
        );
        assert_eq!(
            of("https://agora.example/"),
            (String::new(), Medium::Unknown)
        );
        assert_eq!(
            of("https://news.google.com/x"),
            ("Agora".into(), Medium::Social)
        );
        assert_eq!(
            of("https://oracle.example/"),
            ("Oracle".into(), Medium::Unknown)
        );
        assert!(list.add("[]").is_err());
    }

    #[test]
    fn no_domain_of_the_list_stands_twice_and_none_is_written_so_that_it_never_matches() {
        let list: List = serde_json::from_str(BUILT_IN).unwrap();
        let mut seen = HashSet::new();
        let domains = list.values().flat_map(BTreeMap::values);
        for domain in domains.flat_map(|listed| &listed.domains) {
            assert!(seen.insert(domain.as_str()), "{domain} stands twice");
            assert_eq!(*domain, domain.to_lowercase());
            assert!(!domain.contains("//") && !domain.ends_with('/'), "{domain}");
        }
    }
}
