//! Rules for the objects that say where an event happened.

use crate::limits::{
    MAX_ATTRIBUTE_NAME_CHARS, MAX_ATTRIBUTE_VALUE_CHARS, MAX_ATTRIBUTES, MAX_BREADCRUMB,
    MAX_NAME_CHARS, MAX_TEXT_CHARS, MAX_URL_CHARS,
};
use crate::{
    Attributes, Browser, Device, JourneyCampaign, JourneyGeolocation, JourneyPage, Referrer,
};

use super::check::{At, Checked};

pub(super) fn page(at: At<'_>, page: &JourneyPage) -> Checked {
    at.member("url")
        .url(at.member("url").required(page.url.as_ref())?)?;
    at.member("title")
        .text(page.title.as_ref(), MAX_TEXT_CHARS)?;
    at.member("domain")
        .text(page.domain.as_ref(), MAX_NAME_CHARS)?;
    at.member("hostname")
        .text(page.hostname.as_ref(), MAX_NAME_CHARS)?;
    at.member("pathname")
        .text(page.pathname.as_ref(), MAX_URL_CHARS)?;
    at.member("queryString")
        .text(page.query_string.as_ref(), MAX_URL_CHARS)?;
    at.member("fragment")
        .text(page.fragment.as_ref(), MAX_URL_CHARS)?;
    at.member("keywords")
        .text(page.keywords.as_ref(), MAX_TEXT_CHARS)?;
    at.member("lang").text(page.lang.as_ref(), MAX_NAME_CHARS)?;
    let breadcrumb = page.breadcrumb.as_deref().unwrap_or_default();
    let at_breadcrumb = at.member("breadcrumb");
    at_breadcrumb.count(breadcrumb.len(), 0, MAX_BREADCRUMB)?;
    breadcrumb
        .iter()
        .enumerate()
        .try_for_each(|(index, name)| at_breadcrumb.item(index).length(name, 0, MAX_TEXT_CHARS))
}

pub(super) fn referrer(at: At<'_>, referrer: &Referrer) -> Checked {
    at.member("url")
        .url(at.member("url").required(referrer.url.as_ref())?)?;
    at.member("domain")
        .text(referrer.domain.as_ref(), MAX_NAME_CHARS)?;
    at.member("hostname")
        .text(referrer.hostname.as_ref(), MAX_NAME_CHARS)?;
    at.member("pathname")
        .text(referrer.pathname.as_ref(), MAX_URL_CHARS)?;
    at.member("queryString")
        .text(referrer.query_string.as_ref(), MAX_URL_CHARS)?;
    at.member("fragment")
        .text(referrer.fragment.as_ref(), MAX_URL_CHARS)?;
    at.member("keywords")
        .text(referrer.keywords.as_ref(), MAX_TEXT_CHARS)?;
    at.member("name")
        .text(referrer.name.as_ref(), MAX_NAME_CHARS)?;
    open(
        at.member("medium"),
        referrer.medium.as_ref().map(crate::Medium::as_str),
    )
}

pub(super) fn browser(at: At<'_>, browser: &Browser) -> Checked {
    at.member("family")
        .text(browser.family.as_ref(), MAX_NAME_CHARS)?;
    at.member("version")
        .text(browser.version.as_ref(), MAX_NAME_CHARS)?;
    at.member("lang")
        .text(browser.lang.as_ref(), MAX_NAME_CHARS)?;
    at.member("fingerprint")
        .text(browser.fingerprint.as_ref(), MAX_NAME_CHARS)
}

pub(super) fn device(at: At<'_>, device: &Device) -> Checked {
    open(
        at.member("category"),
        device.category.as_ref().map(crate::DeviceCategory::as_str),
    )?;
    at.member("type")
        .text(device.device_type.as_ref(), MAX_NAME_CHARS)?;
    at.member("fingerprint")
        .text(device.fingerprint.as_ref(), MAX_NAME_CHARS)?;
    at.member("osFamily")
        .text(device.os_family.as_ref(), MAX_NAME_CHARS)?;
    at.member("osVersion")
        .text(device.os_version.as_ref(), MAX_NAME_CHARS)?;
    at.member("manufacturer")
        .text(device.manufacturer.as_ref(), MAX_NAME_CHARS)
}

pub(super) fn campaign(at: At<'_>, campaign: &JourneyCampaign) -> Checked {
    at.member("content")
        .text(campaign.content.as_ref(), MAX_TEXT_CHARS)?;
    at.member("medium")
        .text(campaign.medium.as_ref(), MAX_TEXT_CHARS)?;
    at.member("name")
        .text(campaign.name.as_ref(), MAX_TEXT_CHARS)?;
    at.member("source")
        .text(campaign.source.as_ref(), MAX_TEXT_CHARS)?;
    at.member("term")
        .text(campaign.term.as_ref(), MAX_TEXT_CHARS)?;
    at.member("clickId")
        .text(campaign.click_id.as_ref(), MAX_URL_CHARS)?;
    at.member("network")
        .text(campaign.network.as_ref(), MAX_NAME_CHARS)
}

pub(super) fn geolocation(at: At<'_>, place: &JourneyGeolocation) -> Checked {
    at.member("latitude").range(place.latitude, -90.0, 90.0)?;
    at.member("longitude")
        .range(place.longitude, -180.0, 180.0)?;
    for (name, text) in [
        ("country", &place.country),
        ("countryName", &place.country_name),
        ("locality", &place.locality),
        ("postalCode", &place.postal_code),
        ("region", &place.region),
        ("regionName", &place.region_name),
        ("source", &place.source),
        ("timezone", &place.timezone),
    ] {
        at.member(name).text(text.as_ref(), MAX_NAME_CHARS)?;
    }
    Ok(())
}

pub(crate) fn attributes(at: At<'_>, attributes: &Attributes) -> Checked {
    at.count(attributes.len(), 0, MAX_ATTRIBUTES)?;
    for (name, attribute) in attributes {
        let at_attribute = at.member(name);
        at_attribute.length(name, 1, MAX_ATTRIBUTE_NAME_CHARS)?;
        at_attribute
            .member("dataType")
            .length(attribute.data_type.as_str(), 1, MAX_NAME_CHARS)?;
        at_attribute
            .member("value")
            .length(&attribute.value, 0, MAX_ATTRIBUTE_VALUE_CHARS)?;
    }
    Ok(())
}

/// A value of an open list: any, of a sensible length.
pub(super) fn open(at: At<'_>, value: Option<&str>) -> Checked {
    value.map_or(Ok(()), |value| at.length(value, 1, MAX_NAME_CHARS))
}
