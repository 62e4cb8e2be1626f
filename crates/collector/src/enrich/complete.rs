//! Filling the members that published SDKs require and the tracker leaves out.

use std::net::IpAddr;
use std::sync::Arc;

use sillage_protocol::{
    ActionMediaType, AddressableEntityRef, Browser, Device, DeviceCategory, Event,
    JourneyGeolocation, JourneyPage, Referrer,
};

use super::place::Place;
use super::referrer::Referrers;
use super::{Surroundings, UserAgent};

/// Fills the registrable domains of page and referrer. Gives whether the sender had named the
/// referrer's medium.
pub(super) fn fill_domains(event: &mut Event) -> bool {
    let Some(part) = &mut event.web_event else {
        return referrer(event).is_some_and(|referrer| fill_domain(referrer, None));
    };
    if let Some(page) = &mut part.page {
        Referrers::fill_page_domain(page);
    }
    let page = part.page.as_ref();
    part.referrer
        .as_mut()
        .is_some_and(|referrer| fill_domain(referrer, page))
}

fn fill_domain(referrer: &mut Referrer, page: Option<&JourneyPage>) -> bool {
    let has_said = referrer.medium.is_some();
    Referrers::fill_domain(referrer, page);
    has_said
}

/// Fills where the visitor came from.
pub(super) fn fill_referrer(event: &mut Event, has_said: bool, referrers: &Referrers) {
    if let Some(referrer) = referrer(event) {
        referrers.fill(referrer, has_said);
    }
}

/// What led to the page, or to the visit. An event has one part.
fn referrer(event: &mut Event) -> Option<&mut Referrer> {
    let web = event.web_event.as_mut().map(|part| &mut part.referrer);
    let action = event.web_action_event.as_mut();
    let outcome = event.outcome_achieved_event.as_mut();
    let segment = event.segment_assigned_event.as_mut();
    web.or(action.map(|part| &mut part.visit_referrer))
        .or(outcome.map(|part| &mut part.visit_referrer))
        .or(segment.map(|part| &mut part.visit_referrer))?
        .as_mut()
}

/// Fills user agent, browser, device and place of each part that has them. Gives whether the user
/// agent is a program's.
pub(super) fn fill_surroundings(event: &mut Event, surroundings: &mut Surroundings<'_>) -> bool {
    let is_anonymous = event.customer_id.is_none();
    let mut is_bot = false;
    macro_rules! fill {
        ($($part:ident),*) => {
            $(if let Some(part) = &mut event.$part {
                is_bot |= fill_user_agent(
                    &mut part.user_agent_string,
                    &mut part.browser,
                    &mut part.device,
                    surroundings,
                );
                fill_place(
                    &mut part.ip_address,
                    &mut part.ip_organization,
                    &mut part.geolocation,
                    surroundings.place(is_anonymous),
                );
            })*
        };
    }
    fill!(
        web_event,
        web_action_event,
        outcome_achieved_event,
        segment_assigned_event
    );
    is_bot
}

fn fill_place(
    address: &mut Option<String>,
    organization: &mut Option<String>,
    geolocation: &mut Option<JourneyGeolocation>,
    found: Option<(IpAddr, Arc<Place>)>,
) {
    // An address that the sender named is not that of the request, and so is the place of neither.
    if let (None, Some((kept, place))) = (&address, found) {
        *address = Some(kept.to_string());
        if organization.is_none() {
            organization.clone_from(&place.organization);
        }
        if let Some(found) = &place.geolocation {
            complete_geolocation(geolocation.get_or_insert_default(), found);
        }
    }
}

/// A browser may have named its time zone and nothing else.
fn complete_geolocation(told: &mut JourneyGeolocation, found: &JourneyGeolocation) {
    macro_rules! fill {
        ($($member:ident),*) => {
            $(if told.$member.is_none() {
                told.$member.clone_from(&found.$member);
            })*
        };
    }
    // A place that the sender named is not mixed with another one.
    if told.country.is_none() && told.latitude.is_none() && told.locality.is_none() {
        fill!(
            country,
            country_name,
            latitude,
            longitude,
            locality,
            postal_code,
            region,
            region_name,
            source,
            timezone
        );
    }
}

fn fill_user_agent(
    text: &mut Option<String>,
    browser: &mut Option<Browser>,
    device: &mut Option<Device>,
    surroundings: &mut Surroundings<'_>,
) -> bool {
    let Some((agent_text, agent)) = surroundings.user_agent(text.as_deref()) else {
        return false;
    };
    text.get_or_insert(agent_text);
    fill_browser(browser.get_or_insert_default(), &agent);
    fill_device(device.get_or_insert_default(), &agent);
    agent.is_bot
}

fn fill_browser(browser: &mut Browser, agent: &UserAgent) {
    // A family told by hints has its own version or none; another family's would be wrong.
    if browser.family.is_none() {
        browser
            .version
            .get_or_insert_with(|| agent.browser_version.clone());
        browser.family = Some(agent.browser_family.clone());
    }
    browser.version.get_or_insert_with(|| {
        if browser.family.as_ref() == Some(&agent.browser_family) {
            agent.browser_version.clone()
        } else {
            "unknown".to_owned()
        }
    });
    // No browser that can run the tracker has plugins; the other two are its own to say.
    browser.features_flash.get_or_insert(false);
    browser.features_java.get_or_insert(false);
    browser.features_pdf.get_or_insert(false);
    browser.features_webrtc.get_or_insert(false);
}

fn fill_device(device: &mut Device, agent: &UserAgent) {
    let hinted_mobile = device.is_mobile;
    let category = device
        .category
        .get_or_insert_with(|| match (hinted_mobile, &agent.category) {
            // The user agent of a phone that shows a desktop site says desktop; the hint knows better.
            (Some(true), DeviceCategory::Desktop) => DeviceCategory::Mobile,
            (_, told) => told.clone(),
        });
    let is_mobile = matches!(category, DeviceCategory::Mobile | DeviceCategory::Tablet);
    device.is_mobile.get_or_insert(is_mobile);
    device
        .device_type
        .get_or_insert_with(|| agent.device_type.clone());
    if device.manufacturer.is_none() {
        device.manufacturer.clone_from(&agent.manufacturer);
    }
    // As with the browser: a version belongs to its family.
    let is_same_family = device
        .os_family
        .as_ref()
        .is_none_or(|family| same_system(family, &agent.os_family));
    device
        .os_family
        .get_or_insert_with(|| agent.os_family.clone());
    device.os_version.get_or_insert_with(|| {
        if is_same_family {
            agent.os_version.clone()
        } else {
            "unknown".to_owned()
        }
    });
}

/// Client hints say `macOS` where user agents say `Mac OS X`.
fn same_system(hinted: &str, told: &str) -> bool {
    hinted.eq_ignore_ascii_case(told) || (hinted == "macOS" && told == "Mac OS X")
}

/// Fills what the newest SDKs require and what has one honest value when it is absent.
pub(super) fn fill_required(event: &mut Event) {
    let created_date = event.created_date;
    if let Some(part) = &mut event.web_event {
        part.attributes.get_or_insert_default();
        part.traits.get_or_insert_default();
        part.authenticated.get_or_insert(false);
        if let Some(page) = &mut part.page {
            page.breadcrumb.get_or_insert_default();
        }
    }
    if let Some(part) = &mut event.web_action_event {
        part.action_target
            .get_or_insert_with(AddressableEntityRef::default);
        let action_id = part.action.as_ref().and_then(|action| action.id.clone());
        if let Some(action) = &mut part.action {
            action.media_type.get_or_insert(ActionMediaType::OpenAction);
            action.prompt.get_or_insert_default();
            if action.created_date.is_none() {
                action.created_date = created_date;
            }
        }
        if let Some(map) = &mut part.action_map {
            // What a site declares has one version, and the id of what it launches.
            map.version.get_or_insert(1);
            if map.id.is_none() {
                map.id = action_id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::Config;
    use crate::enrich::Sources;

    const CHROME_ON_WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

    fn sources() -> Sources {
        Sources::open(&Config::parse_from(["sillage-collector"])).unwrap()
    }

    #[test]
    fn what_client_hints_said_is_kept_and_the_rest_is_filled() {
        let sources = sources();
        let mut surroundings = Surroundings::new(&sources, Some(CHROME_ON_WINDOWS), None);
        let mut browser = Some(Browser {
            family: Some("Vivaldi".into()),
            view_width: Some(800),
            ..Browser::default()
        });
        let mut device = Some(Device {
            os_version: Some("11".into()),
            ..Device::default()
        });
        fill_user_agent(&mut None, &mut browser, &mut device, &mut surroundings);
        let (browser, device) = (browser.unwrap(), device.unwrap());
        assert_eq!(browser.family.as_deref(), Some("Vivaldi"));
        assert_eq!(
            browser.version.as_deref(),
            Some("unknown"),
            "Chrome's version is not Vivaldi's"
        );
        assert_eq!(browser.view_width, Some(800));
        assert_eq!(device.os_family.as_deref(), Some("Windows"));
        assert_eq!(device.os_version.as_deref(), Some("11"));
        assert_eq!(device.category, Some(DeviceCategory::Desktop));
        assert_eq!(device.is_mobile, Some(false));
    }

    #[test]
    fn without_a_user_agent_nothing_is_invented() {
        let sources = sources();
        let mut surroundings = Surroundings::new(&sources, None, None);
        let (mut text, mut browser, mut device) = (None, None, None);
        fill_user_agent(&mut text, &mut browser, &mut device, &mut surroundings);
        assert_eq!((text, browser, device), (None, None, None));
    }

    #[test]
    fn an_address_that_the_sender_named_is_not_looked_up_as_that_of_the_request() {
        let (mut address, mut organization, mut geolocation) =
            (Some("10.0.0.1".into()), None, None);
        let found = Place {
            organization: Some("Example Networks".into()),
            ..Place::default()
        };
        let found = Some(("203.0.113.0".parse().unwrap(), Arc::new(found)));
        fill_place(&mut address, &mut organization, &mut geolocation, found);
        assert_eq!((address.as_deref(), organization), (Some("10.0.0.1"), None));
    }

    #[test]
    fn a_time_zone_that_the_browser_named_is_kept_beside_the_place_that_was_found() {
        let geolocation = |country: &str, timezone: &str| JourneyGeolocation {
            country: Some(country.into()),
            timezone: Some(timezone.into()),
            ..JourneyGeolocation::default()
        };
        let place = |geolocation| {
            let geolocation = Some(geolocation);
            let found = Place {
                geolocation,
                ..Place::default()
            };
            Some(("203.0.113.0".parse().unwrap(), Arc::new(found)))
        };
        let found = geolocation("CH", "Europe/Zurich");
        let mut told = Some(JourneyGeolocation {
            timezone: Some("Europe/Paris".into()),
            ..JourneyGeolocation::default()
        });
        fill_place(&mut None, &mut None, &mut told, place(found.clone()));
        assert_eq!(told, Some(geolocation("CH", "Europe/Paris")));

        let mut told = Some(geolocation("FR", "Europe/Paris"));
        fill_place(&mut None, &mut None, &mut told, place(found));
        assert_eq!(told, Some(geolocation("FR", "Europe/Paris")));
    }
}
