//! The parts of a referrer's URL, and what kind of place it is.

use super::campaign::{Traffic, click_id_of};
use super::page::url_parts;
use crate::{JourneyCampaign, JourneyPage, Medium, Referrer};

/// Values of `utm_medium` by what they mean. Source: the default channel rules of Google Analytics
/// 4 (support.google.com/analytics/answer/9756891), whose words campaigns are tagged with.
const PAID: [&str; 9] = [
    "cpc",
    "ppc",
    "cpm",
    "cpv",
    "cpa",
    "retargeting",
    "display",
    "banner",
    "affiliate",
];
const SOCIAL: [&str; 6] = [
    "social",
    "social-network",
    "social-media",
    "sm",
    "social network",
    "social media",
];
const EMAIL: [&str; 4] = ["email", "e-mail", "e_mail", "e mail"];

/// Fills what is absent of a referrer: the parts of its URL, and its medium.
pub fn fill_referrer(
    referrer: &mut Referrer,
    page: Option<&JourneyPage>,
    campaign: Option<&JourneyCampaign>,
) {
    if let Some(parts) = referrer.url.as_deref().and_then(url_parts) {
        referrer.domain.get_or_insert(parts.domain);
        referrer.hostname.get_or_insert(parts.hostname);
        referrer.pathname.get_or_insert(parts.pathname);
        referrer.query_string = referrer.query_string.take().or(parts.query_string);
        referrer.fragment = referrer.fragment.take().or(parts.fragment);
    }
    if referrer.medium.is_none() {
        referrer.medium = Some(medium(referrer, page, campaign));
    }
}

/// What kind of place a visitor came from.
///
/// `internal` when the referrer has the page's host name; otherwise what the campaign says, by its
/// click id first, then by its `utm_medium`; otherwise `unknown`. Search engines and social
/// networks are told by their host names, which takes a list that this crate does not carry.
pub fn medium(
    referrer: &Referrer,
    page: Option<&JourneyPage>,
    campaign: Option<&JourneyCampaign>,
) -> Medium {
    let page_hostname = page.and_then(|page| page.hostname.as_deref());
    let is_internal = match (referrer.hostname.as_deref(), page_hostname) {
        (Some(from), Some(to)) => !from.is_empty() && from.eq_ignore_ascii_case(to),
        _ => false,
    };
    if is_internal {
        return Medium::Internal;
    }
    let Some(campaign) = campaign else {
        return Medium::Unknown;
    };
    let by_medium = campaign.medium.as_deref().and_then(medium_of_utm);
    match click_id_of(campaign).map(|known| known.traffic) {
        Some(Traffic::Paid) => Medium::Paid,
        // A paid social ad carries the same click id as a share; its tag tells them apart.
        Some(Traffic::Social) => by_medium.unwrap_or(Medium::Social),
        Some(Traffic::Email) => by_medium.unwrap_or(Medium::Email),
        None => by_medium.unwrap_or(Medium::Unknown),
    }
}

fn medium_of_utm(utm_medium: &str) -> Option<Medium> {
    let word = utm_medium.trim().to_lowercase();
    let word = word.as_str();
    if PAID.contains(&word) || word.starts_with("paid") {
        Some(Medium::Paid)
    } else if SOCIAL.contains(&word) {
        Some(Medium::Social)
    } else if EMAIL.contains(&word) {
        Some(Medium::Email)
    } else if word == "organic" {
        Some(Medium::Search)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::campaign::campaign;
    use super::super::page::fill_page;
    use super::*;

    fn medium_of(page_url: &str, referrer_url: &str) -> Medium {
        let mut page = JourneyPage {
            url: Some(page_url.into()),
            ..JourneyPage::default()
        };
        fill_page(&mut page);
        let mut referrer = Referrer {
            url: Some(referrer_url.into()),
            ..Referrer::default()
        };
        fill_referrer(&mut referrer, Some(&page), campaign(page_url).as_ref());
        referrer.medium.unwrap()
    }

    #[test]
    fn the_medium_is_what_the_site_the_click_id_and_the_tag_say() {
        for (page, referrer, expected) in [
            ("https://a.example/", "https://b.example/", Medium::Unknown),
            (
                "https://a.example/2",
                "https://A.example/1?q",
                Medium::Internal,
            ),
            (
                "https://a.example/?gclid=1",
                "https://a.example/",
                Medium::Internal,
            ),
            (
                "https://a.example/?gclid=1",
                "https://www.google.com/",
                Medium::Paid,
            ),
            (
                "https://a.example/?utm_medium=CPC",
                "https://b.example/",
                Medium::Paid,
            ),
            (
                "https://a.example/?utm_medium=paid_social&fbclid=1",
                "https://b.example/",
                Medium::Paid,
            ),
            (
                "https://a.example/?fbclid=1",
                "https://l.facebook.com/",
                Medium::Social,
            ),
            (
                "https://a.example/?utm_medium=email",
                "https://mail.example/",
                Medium::Email,
            ),
            (
                "https://a.example/?mc_cid=1",
                "https://mail.example/",
                Medium::Email,
            ),
            (
                "https://a.example/?utm_medium=podcast",
                "https://b.example/",
                Medium::Unknown,
            ),
            ("file:///a.html", "file:///b.html", Medium::Unknown),
        ] {
            assert_eq!(
                medium_of(page, referrer),
                expected,
                "{page} from {referrer}"
            );
        }
    }
}
