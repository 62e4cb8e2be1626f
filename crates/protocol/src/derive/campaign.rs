//! The campaign that a page's URL tells of.

use url::Url;

use crate::JourneyCampaign;

/// What a click id says about how the visitor came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Traffic {
    /// By an ad.
    Paid,
    /// By a link in a social network, paid or not.
    Social,
    /// By a link in an e-mail.
    Email,
}

/// A query parameter that an ad network, a social network or a mailer adds to the links it sends
/// out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClickId {
    /// Name of the parameter.
    pub parameter: &'static str,
    /// Whose it is.
    pub network: &'static str,
    /// How the visitor came.
    pub traffic: Traffic,
}

const fn click_id(parameter: &'static str, network: &'static str, traffic: Traffic) -> ClickId {
    ClickId {
        parameter,
        network,
        traffic,
    }
}

/// In the order in which they are looked for: one click may carry several (Google adds `gbraid`
/// beside `gclid`), and an ad says more than a share. `fbclid` and `igshid` are added to unpaid
/// links too, so they do not mean an ad.
const CLICK_IDS: [ClickId; 18] = [
    click_id("gclid", "google", Traffic::Paid),
    click_id("gbraid", "google", Traffic::Paid),
    click_id("wbraid", "google", Traffic::Paid),
    click_id("dclid", "doubleclick", Traffic::Paid),
    click_id("msclkid", "microsoft", Traffic::Paid),
    click_id("yclid", "yandex", Traffic::Paid),
    click_id("ttclid", "tiktok", Traffic::Paid),
    click_id("twclid", "twitter", Traffic::Paid),
    click_id("li_fat_id", "linkedin", Traffic::Paid),
    click_id("rdt_cid", "reddit", Traffic::Paid),
    click_id("epik", "pinterest", Traffic::Paid),
    click_id("qclid", "quora", Traffic::Paid),
    click_id("sccid", "snapchat", Traffic::Paid),
    click_id("irclid", "impact", Traffic::Paid),
    click_id("fbclid", "facebook", Traffic::Social),
    click_id("igshid", "instagram", Traffic::Social),
    click_id("mc_cid", "mailchimp", Traffic::Email),
    click_id("_kx", "klaviyo", Traffic::Email),
];

/// The campaign that a URL's query tells of: the `utm_*` five and the first known click id.
/// `None` where it tells of none.
///
/// Names are compared without regard to case, and the first value that is not empty counts.
pub fn campaign(url: &str) -> Option<JourneyCampaign> {
    let url = Url::parse(url).ok()?;
    let pairs: Vec<_> = url
        .query_pairs()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let first = |name: &str| {
        pairs
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.clone().into_owned())
    };
    let click = CLICK_IDS
        .iter()
        .find_map(|known| Some((known, first(known.parameter)?)));
    let (network, click_id) = click.map_or((None, None), |(known, value)| {
        (Some(known.network.to_owned()), Some(value))
    });
    let campaign = JourneyCampaign {
        content: first("utm_content"),
        medium: first("utm_medium"),
        name: first("utm_campaign"),
        source: first("utm_source"),
        term: first("utm_term"),
        click_id,
        network,
        ..JourneyCampaign::default()
    };
    (campaign != JourneyCampaign::default()).then_some(campaign)
}

/// The click id that a campaign's network stands for.
pub fn click_id_of(campaign: &JourneyCampaign) -> Option<ClickId> {
    campaign.click_id.as_ref()?;
    let network = campaign.network.as_deref()?;
    CLICK_IDS.into_iter().find(|known| known.network == network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_utm_five_are_decoded() {
        let url = "https://a.example/?utm_source=news+letter&UTM_MEDIUM=e%2Dmail&utm_campaign=%C3%A9t%C3%A9\
                   &utm_term=&utm_term=t&utm_content=c";
        let campaign = campaign(url).unwrap();
        let texts = [
            &campaign.source,
            &campaign.medium,
            &campaign.name,
            &campaign.term,
            &campaign.content,
        ];
        assert_eq!(
            texts.map(|text| text.as_deref().unwrap()),
            ["news letter", "e-mail", "été", "t", "c"]
        );
        assert_eq!(campaign.click_id, None);
    }

    #[test]
    fn every_click_id_names_its_network() {
        for known in CLICK_IDS {
            let campaign =
                campaign(&format!("https://a.example/?x=1&{}=v%31", known.parameter)).unwrap();
            assert_eq!(
                campaign.click_id.as_deref(),
                Some("v1"),
                "{}",
                known.parameter
            );
            assert_eq!(campaign.network.as_deref(), Some(known.network));
            assert_eq!(click_id_of(&campaign).unwrap().traffic, known.traffic);
        }
    }

    #[test]
    fn an_ad_says_more_than_a_share() {
        let campaign = campaign("https://a.example/?fbclid=f&gbraid=b&gclid=g").unwrap();
        assert_eq!(campaign.click_id.as_deref(), Some("g"));
    }

    #[test]
    fn an_ordinary_url_tells_of_no_campaign() {
        for url in [
            "https://a.example/",
            "https://a.example/?q=utm_source",
            "https://a.example/?utm_source=",
            "x",
        ] {
            assert_eq!(campaign(url), None, "{url}");
        }
    }
}
