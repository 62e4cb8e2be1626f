//! Cutting the texts that a page's author or a browser's maker chose.

use crate::limits::{MAX_BREADCRUMB, MAX_TEXT_CHARS, MAX_USER_AGENT_CHARS};
use crate::{Event, JourneyPage};

/// The event with the texts cut that nobody who tracks has in hand.
pub(super) fn texts(mut event: Event) -> Event {
    if let Some(web) = &mut event.web_event {
        if let Some(page) = &mut web.page {
            page_texts(page);
        }
        cut(web.search_query.as_mut(), MAX_TEXT_CHARS);
        cut(web.user_agent_string.as_mut(), MAX_USER_AGENT_CHARS);
    }
    if let Some(web_action) = &mut event.web_action_event {
        if let Some(action) = &mut web_action.action {
            cut(action.prompt.as_mut(), MAX_TEXT_CHARS);
        }
        cut(web_action.user_agent_string.as_mut(), MAX_USER_AGENT_CHARS);
    }
    event
}

fn page_texts(page: &mut JourneyPage) {
    cut(page.title.as_mut(), MAX_TEXT_CHARS);
    cut(page.keywords.as_mut(), MAX_TEXT_CHARS);
    if let Some(breadcrumb) = &mut page.breadcrumb {
        breadcrumb.truncate(MAX_BREADCRUMB);
        for name in breadcrumb {
            cut(Some(name), MAX_TEXT_CHARS);
        }
    }
}

fn cut(text: Option<&mut String>, most_chars: usize) {
    if let Some(text) = text
        && let Some((end, _)) = text.char_indices().nth(most_chars)
    {
        text.truncate(end);
    }
}
