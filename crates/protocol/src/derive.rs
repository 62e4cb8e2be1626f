//! What follows from what a sender knows: derived once, by the receiver, in one place.
//!
//! Every function fills only what is absent: what a sender says is kept.

mod action;
mod campaign;
mod page;
mod referrer;

pub use self::{
    action::{ACTION_NAMESPACE, action_id},
    campaign::{ClickId, Traffic, campaign, click_id_of},
    page::{UrlParts, fill_page, url_parts},
    referrer::{fill_referrer, medium},
};
use crate::{Event, JourneyCampaign, JourneyPage, Referrer, SessionType};

/// Derives everything that can be derived without looking outside the event: the correlation id,
/// the session's type and address, the parts of the page's and the referrer's URL, the campaign,
/// the referrer's medium and the action's id.
pub fn complete(event: &mut Event, site_id: &str) {
    if event.correlation_id.is_none() {
        event.correlation_id.clone_from(&event.id);
    }
    if let Some(session) = &mut event.session {
        session.session_type.get_or_insert(SessionType::Web);
        if let (None, Some(id)) = (&session.self_uri, &session.id) {
            session.self_uri = Some(format!("/api/v2/journey/sessions/{id}"));
        }
    }
    if let Some(web) = &mut event.web_event {
        if let Some(page) = &mut web.page {
            fill_page(page);
        }
        surroundings(
            web.page.as_ref(),
            &mut web.mkt_campaign,
            web.referrer.as_mut(),
        );
    }
    if let Some(action) = &mut event.web_action_event {
        surroundings(
            None,
            &mut action.mkt_campaign,
            action.visit_referrer.as_mut(),
        );
        let name = action
            .action_map
            .as_ref()
            .and_then(|map| map.display_name.as_deref());
        if let (Some(action), Some(name)) = (&mut action.action, name) {
            action
                .id
                .get_or_insert_with(|| action_id(site_id, name).to_string());
        }
    }
    if let Some(outcome) = &mut event.outcome_achieved_event {
        surroundings(
            None,
            &mut outcome.mkt_campaign,
            outcome.visit_referrer.as_mut(),
        );
    }
    if let Some(segment) = &mut event.segment_assigned_event {
        surroundings(
            None,
            &mut segment.mkt_campaign,
            segment.visit_referrer.as_mut(),
        );
    }
}

fn surroundings(
    page: Option<&JourneyPage>,
    found: &mut Option<JourneyCampaign>,
    referrer: Option<&mut Referrer>,
) {
    let page_url = page.and_then(|page| page.url.as_deref());
    if found.is_none() {
        *found = page_url.and_then(campaign);
    }
    if let Some(referrer) = referrer {
        fill_referrer(referrer, page, found.as_ref());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_view_as_the_tracker_sends_it_becomes_complete() {
        let mut event = Event::read(json!({
            "id": "018f0000-0000-7000-8000-000000000001",
            "session": {"id": "018f0000-0000-7000-8000-00000000000a"},
            "webEvent": {
                "page": {"url": "https://www.shop.example/c/shoes?utm_source=news&gclid=abc#top"},
                "referrer": {"url": "https://shop.example/"},
            },
        }))
        .unwrap();
        complete(&mut event, "shop");
        let expected = json!({
            "id": "018f0000-0000-7000-8000-000000000001",
            "correlationId": "018f0000-0000-7000-8000-000000000001",
            "session": {
                "id": "018f0000-0000-7000-8000-00000000000a",
                "selfUri": "/api/v2/journey/sessions/018f0000-0000-7000-8000-00000000000a",
                "type": "web",
            },
            "webEvent": {
                "page": {
                    "url": "https://www.shop.example/c/shoes?utm_source=news&gclid=abc#top",
                    "domain": "shop.example",
                    "hostname": "www.shop.example",
                    "pathname": "/c/shoes",
                    "queryString": "utm_source=news&gclid=abc",
                    "fragment": "top",
                },
                "mktCampaign": {"source": "news", "clickId": "abc", "network": "google"},
                "referrer": {
                    "url": "https://shop.example/",
                    "domain": "shop.example",
                    "hostname": "shop.example",
                    "pathname": "/",
                    "medium": "paid",
                },
            },
        });
        assert_eq!(serde_json::to_value(&event).unwrap(), expected);
    }

    #[test]
    fn a_click_gets_the_id_of_its_element() {
        let click = json!({"webActionEvent": {"action": {}, "actionMap": {"displayName": "buy"}}});
        let mut first = Event::read(click.clone()).unwrap();
        let mut second = Event::read(click).unwrap();
        complete(&mut first, "shop");
        complete(&mut second, "shop");
        let id = |event: Event| event.web_action_event.unwrap().action.unwrap().id.unwrap();
        assert_eq!(id(first), id(second));
    }

    #[test]
    fn what_a_sender_says_is_kept() {
        let mut event = Event::read(json!({
            "correlationId": "c",
            "session": {"id": "s", "selfUri": "/own", "type": "app"},
            "webEvent": {
                "page": {"url": "https://a.example/x?utm_source=s", "domain": "own"},
                "mktCampaign": {"name": "own"},
                "referrer": {"url": "https://a.example/", "medium": "email"},
            },
        }))
        .unwrap();
        complete(&mut event, "shop");
        let web = event.web_event.unwrap();
        assert_eq!(event.correlation_id.as_deref(), Some("c"));
        assert_eq!(event.session.unwrap().self_uri.as_deref(), Some("/own"));
        assert_eq!(web.page.unwrap().domain.as_deref(), Some("own"));
        assert_eq!(web.mkt_campaign.unwrap().source, None);
        assert_eq!(web.referrer.unwrap().medium, Some(crate::Medium::Email));
    }
}
