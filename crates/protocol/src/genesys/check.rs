//! The rules of the write calls. Genesys Cloud answers 422 where one is violated.

use super::{ActionEventRequest, MAX_AGE_MS, RequestPage, WebEventRequest};
use crate::error::{ErrorCode, ValidationError};
use crate::limits::{
    MAX_EVENT_NAME_CHARS, MAX_NAME_CHARS, MAX_TEXT_CHARS, MAX_URL_CHARS, MAX_USER_AGENT_CHARS,
};
use crate::validate::check::{At, Checked};
use crate::{ActionState, Timestamp, validate};

impl WebEventRequest {
    /// Checks the request as Genesys Cloud would at the time `now`.
    ///
    /// # Errors
    ///
    /// The first rule that is violated, with the path of the member; [`ErrorCode::TooOld`] for an
    /// event of more than an hour ago.
    pub fn validate(&self, now: Timestamp) -> Result<(), ValidationError> {
        let at = At::ROOT;
        let at_cookie = at.member("customerCookieId");
        at_cookie.uuid(at_cookie.required(self.customer_cookie_id.as_ref())?)?;
        event_name(at.member("eventName"), self.event_name.as_ref())?;
        let at_page = at.member("page");
        page(at_page, at_page.required(self.page.as_ref())?)?;
        let at_created = at.member("createdDate");
        let created = at_created.required(self.created_date)?;
        at_created.date(created, now)?;
        if now.since(created) > MAX_AGE_MS {
            return Err(at_created.error(ErrorCode::TooOld, "must not be older than one hour"));
        }
        at.member("userAgentString")
            .text(self.user_agent_string.as_ref(), MAX_USER_AGENT_CHARS)?;
        at.member("searchQuery")
            .text(self.search_query.as_ref(), MAX_TEXT_CHARS)?;
        at.member("ipAddress")
            .text(self.ip_address.as_ref(), MAX_NAME_CHARS)?;
        at.member("externalId").id(self.external_id.as_ref())?;
        if let Some(url) = &self.referrer_url {
            at.member("referrerUrl").url(url)?;
        }
        self.check_browser(at.member("browser"))?;
        self.check_device(at.member("device"))?;
        if let Some(attributes) = &self.attributes {
            validate::check_attributes(at.member("attributes"), attributes)?;
        }
        if let Some(traits) = &self.traits {
            validate::check_attributes(at.member("traits"), traits)?;
        }
        Ok(())
    }

    fn check_browser(&self, at: At<'_>) -> Checked {
        let Some(browser) = &self.browser else {
            return Ok(());
        };
        at.member("family").required(browser.family.as_ref())?;
        at.member("version").required(browser.version.as_ref())?;
        at.member("family")
            .text(browser.family.as_ref(), MAX_NAME_CHARS)?;
        at.member("version")
            .text(browser.version.as_ref(), MAX_NAME_CHARS)?;
        at.member("lang")
            .text(browser.lang.as_ref(), MAX_NAME_CHARS)
    }

    fn check_device(&self, at: At<'_>) -> Checked {
        let Some(device) = &self.device else {
            return Ok(());
        };
        at.member("category").required(device.category.as_ref())?;
        for (name, text) in [
            ("type", &device.device_type),
            ("osFamily", &device.os_family),
            ("osVersion", &device.os_version),
        ] {
            at.member(name).required(text.as_ref())?;
            at.member(name).text(text.as_ref(), MAX_NAME_CHARS)?;
        }
        at.member("manufacturer")
            .text(device.manufacturer.as_ref(), MAX_NAME_CHARS)
    }
}

fn event_name(at: At<'_>, name: Option<&String>) -> Checked {
    let name = at.required(name)?;
    at.length(name, 1, MAX_EVENT_NAME_CHARS)?;
    if name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return Ok(());
    }
    Err(at.error(
        ErrorCode::BadFormat,
        "must consist of letters, digits and underscores",
    ))
}

fn page(at: At<'_>, page: &RequestPage) -> Checked {
    at.member("url")
        .url(at.member("url").required(page.url.as_ref())?)?;
    at.member("title").required(page.title.as_ref())?;
    at.member("title")
        .text(page.title.as_ref(), MAX_TEXT_CHARS)?;
    at.member("keywords")
        .text(page.keywords.as_ref(), MAX_TEXT_CHARS)?;
    at.member("lang").text(page.lang.as_ref(), MAX_NAME_CHARS)
}

impl ActionEventRequest {
    /// Checks the request.
    ///
    /// Session and action ids are not held to be UUIDs: the ids that the collector's own ping call
    /// hands out are whatever it says they are.
    ///
    /// # Errors
    ///
    /// The first rule that is violated, with the path of the member.
    pub fn validate(&self) -> Result<(), ValidationError> {
        let at = At::ROOT;
        at.member("sessionId").required(self.session_id.as_ref())?;
        at.member("sessionId").id(self.session_id.as_ref())?;
        at.member("actionId").required(self.action_id.as_ref())?;
        at.member("actionId").id(self.action_id.as_ref())?;
        let at_state = at.member("actionState");
        if let ActionState::Unlisted(_) = at_state.required(self.action_state.as_ref())? {
            return Err(at_state.error(ErrorCode::OutOfRange, "must be a known state of an action"));
        }
        at.member("errorCode")
            .text(self.error_code.as_ref(), MAX_NAME_CHARS)?;
        at.member("errorMessage")
            .text(self.error_message.as_ref(), MAX_TEXT_CHARS)?;
        at.member("selfUri")
            .text(self.self_uri.as_ref(), MAX_URL_CHARS)
    }
}
