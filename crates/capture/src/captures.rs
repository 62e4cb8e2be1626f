//! The state machine: facts in, events out.

use crate::members::Members;
use crate::page::Page;
use crate::{Captured, Fact, Options, Shell, links, search};

/// Less engaged time than this, in milliseconds, waits to be recorded with what follows; at the end of
/// the page view it is nothing.
const MIN_ENGAGED_MS: u64 = 1_000;

/// The captures of one tracker on one page.
#[derive(Debug)]
pub struct Captures {
    options: Options,
    /// The page in view; none once it was left.
    page: Option<Page>,
}

impl Captures {
    /// Captures that have heard nothing yet.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            page: None,
        }
    }

    /// Takes the fact that something happened at `now_ms`, in milliseconds of a clock that never goes
    /// back, and gives `shell` what is to be recorded.
    pub fn handle(&mut self, now_ms: u64, fact: Fact<'_>, shell: &mut dyn Shell) {
        if let Fact::PageChanged {
            url,
            change,
            is_visible,
            has_focus,
        } = fact
        {
            let hash_routing = self.options.hash_routing;
            let is_another = |page: &Page| page.is_another(url, change, hash_routing);
            if self.page.as_ref().is_none_or(is_another) {
                self.end_page(now_ms, shell);
                self.page = Some(Page::begin(url, now_ms, is_visible, has_focus));
            }
            return;
        }
        if matches!(fact, Fact::Left) {
            self.end_page(now_ms, shell);
            return;
        }
        let Some(page) = &mut self.page else { return };
        let most_ms = self.options.engaged_for_ms;
        match fact {
            Fact::FormEntered(_) | Fact::FieldChanged { .. } | Fact::FormSubmitted { .. }
                if !self.options.forms => {}
            Fact::Active | Fact::Shown => page.time.active(now_ms, most_ms),
            Fact::Blurred => page.time.blurred(now_ms, most_ms),
            Fact::DepthSeen {
                percent,
                by_scrolling,
            } => {
                page.depth.seen(percent);
                if by_scrolling {
                    self.scrolled(shell);
                }
            }
            Fact::Hidden => {
                page.frustration.reacted();
                page.time.hidden(now_ms, most_ms);
                self.engaged(now_ms, shell);
            }
            Fact::PageRecorded => {
                if !core::mem::replace(&mut page.is_recorded, true) {
                    search::performed(&page.url, &self.options.search_parameters, shell);
                }
            }
            Fact::FormEntered(form) => page.forms.entered(now_ms, form),
            Fact::FieldChanged { form, field } => page.forms.changed(now_ms, form, field, shell),
            Fact::FormSubmitted {
                form,
                action,
                values,
            } => page.forms.submitted(now_ms, form, action, values, shell),
            Fact::LinkFollowed(link) => {
                links::followed(&page.url, link, &self.options.links, shell);
            }
            Fact::Clicked(click) => {
                let looks_for = (self.options.rage, self.options.dead);
                page.frustration.clicked(now_ms, click, looks_for, shell);
            }
            Fact::Reacted => page.frustration.reacted(),
            Fact::Waited => page.frustration.waited(now_ms, shell),
            Fact::ErrorThrown(thrown) => {
                if self.options.errors {
                    page.errors.thrown(thrown, shell);
                }
            }
            Fact::MediaPlayed { media, playing } => {
                if let Some(percentages) = &self.options.media {
                    page.recordings.heard(media, playing, percentages, shell);
                }
            }
            Fact::PageChanged { .. } | Fact::Left => {}
        }
    }

    fn scrolled(&mut self, shell: &mut dyn Shell) {
        let Some(page) = &mut self.page else { return };
        while let Some(percent) = page.depth.take_reached(&self.options.scroll_percentages) {
            let mut props = Members::default();
            props.number("percent", percent);
            shell.record(Captured {
                name: "page_scrolled",
                props: &props.finish(),
                ago_ms: 0,
                is_activity: true,
                follows_click: false,
            });
        }
    }

    /// Records the engaged time that was not recorded yet.
    fn engaged(&mut self, now_ms: u64, shell: &mut dyn Shell) {
        let Some(page) = &mut self.page else { return };
        if !self.options.engagement {
            return;
        }
        if let Some(engaged_ms) = page.time.take_engaged(MIN_ENGAGED_MS) {
            let mut props = Members::default();
            props.number("engagedMs", engaged_ms);
            shell.record(page_event("page_engaged", &props.finish(), page, now_ms));
        }
    }

    /// The page in view is none any more.
    fn end_page(&mut self, now_ms: u64, shell: &mut dyn Shell) {
        let most_ms = self.options.engaged_for_ms;
        if let Some(page) = &mut self.page {
            page.time.hidden(now_ms, most_ms);
        }
        self.engaged(now_ms, shell);
        let Some(mut page) = self.page.take() else {
            return;
        };
        core::mem::take(&mut page.forms).abandon(now_ms, shell);
        core::mem::take(&mut page.recordings).stop(shell);
        if self.options.leave {
            let mut props = Members::default();
            props.number("timeOnPageMs", page.time.visible_ms());
            if page.depth.greatest() > 0 {
                props.number("scrollDepthPercent", page.depth.greatest());
            }
            shell.record(page_event("page_left", &props.finish(), &page, now_ms));
        }
    }
}

/// An event about a page as a whole. It is dated when the visitor last did something there: a tab that is
/// closed hours later was left then, and must not begin a session.
fn page_event<'a>(name: &'a str, props: &'a str, page: &Page, now_ms: u64) -> Captured<'a> {
    Captured {
        name,
        props,
        ago_ms: now_ms.saturating_sub(page.time.active_at()),
        is_activity: false,
        follows_click: false,
    }
}
