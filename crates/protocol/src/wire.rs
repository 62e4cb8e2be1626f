//! What the tracker writes: parts of an event, borrowed, in the contract's names.
//!
//! Only what a browser alone can know is written. What follows from it (URL parts, campaign,
//! referrer medium, action id, user agent, totals) is derived once, by the collector.

use serde::{Serialize, Serializer};

/// Marks a newtype whose string is JSON already and is to be copied as it is.
///
/// A serializer that knows the name copies; `serde_json` would quote the string.
pub const RAW_JSON: &str = "$sillage::RawJson";

/// JSON text that was made elsewhere, by `JSON.stringify` or by an earlier serialisation.
#[derive(Clone, Copy, Debug)]
pub struct RawJson<'a>(pub &'a str);

impl Serialize for RawJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(RAW_JSON, self.0)
    }
}

/// `Some` where the page said something: an empty string means that it was silent.
pub fn said(text: &str) -> Option<&str> {
    if text.is_empty() { None } else { Some(text) }
}

/// JSON text, or nothing where the page was silent.
pub fn said_json(text: &str) -> Option<RawJson<'_>> {
    said(text).map(RawJson)
}

/// Where an event happened: members of `webEvent` that all events of one page view share.
///
/// Absent parts are written as `null`: under RFC 7396 that also removes a default of another page.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Place<'a> {
    /// The page.
    pub page: Page<'a>,
    /// The page that led to it.
    pub referrer: Option<Referrer<'a>>,
}

/// With what an event was made: members that `webEvent` and `webActionEvent` have in common.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Environment<'a> {
    /// The browser.
    pub browser: Browser<'a>,
    /// The device.
    pub device: Device<'a>,
}

/// Of `JourneyPage`, what only the browser knows.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Page<'a> {
    /// Redacted address.
    pub url: &'a str,
    /// `document.title`; the model wants it even when empty.
    pub title: &'a str,
    /// `<html lang>`.
    pub lang: Option<&'a str>,
    /// `<meta name="keywords">`.
    pub keywords: Option<&'a str>,
    /// Place in the site's tree, a JSON array of names.
    pub breadcrumb: Option<RawJson<'a>>,
}

/// Of `Referrer`, what only the browser knows.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Referrer<'a> {
    /// Redacted address.
    pub url: &'a str,
}

/// Of `Browser`, what the page and the client hints say.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Browser<'a> {
    /// Name.
    pub family: Option<&'a str>,
    /// Version.
    pub version: Option<&'a str>,
    /// BCP 47 language.
    pub lang: Option<&'a str>,
    /// Inner width of the window, CSS pixels.
    pub view_width: Option<RawJson<'a>>,
    /// Inner height of the window, CSS pixels.
    pub view_height: Option<RawJson<'a>>,
}

/// Of `Device`, what the page and the client hints say.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Device<'a> {
    /// Width of the screen, CSS pixels.
    pub screen_width: Option<RawJson<'a>>,
    /// Height of the screen, CSS pixels.
    pub screen_height: Option<RawJson<'a>>,
    /// Device pixels per CSS pixel.
    pub screen_density: Option<RawJson<'a>>,
    /// Operating system.
    pub os_family: Option<&'a str>,
    /// Its version.
    pub os_version: Option<&'a str>,
    /// Device model, as the model's `type`.
    #[serde(rename = "type")]
    pub model: Option<&'a str>,
    /// Whether it is a phone.
    pub is_mobile: Option<RawJson<'a>>,
}

/// Value of `webActionEvent`: a click.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebAction<'a> {
    /// What was clicked. The collector derives `id` from the name below.
    pub action: Action<'a>,
    /// What the element is called.
    pub action_map: ActionMap<'a>,
    /// Where it leads.
    pub action_target: Option<ActionTarget<'a>>,
}

/// Of `EventAction`, what only the browser knows.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Action<'a> {
    /// Where the action is in its life.
    pub state: &'a str,
    /// How it is delivered.
    pub media_type: &'a str,
    /// The visible text.
    pub prompt: &'a str,
}

/// Of `ActionEventActionMap`, what only the browser knows.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionMap<'a> {
    /// Declared name or selector.
    pub display_name: &'a str,
}

/// Of the action's target, what only the browser knows.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionTarget<'a> {
    /// Redacted address of the link.
    pub self_uri: &'a str,
}
