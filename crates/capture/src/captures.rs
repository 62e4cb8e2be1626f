//! The state machine: facts in, events out.

use sillage_text::Fields;

use crate::members::Members;
use crate::page::Page;
use crate::triggers::{On, Trigger, Triggers};
use crate::views::Views;
use crate::{Captured, Fact, Options, Shell, Thrown, links, search};

/// Less engaged time than this, in milliseconds, waits to be recorded with what follows; at the end of
/// the page view it is nothing.
const MIN_ENGAGED_MS: u64 = 1_000;

/// The captures of one tracker on one page.
#[derive(Debug)]
pub struct Captures {
    options: Options,
    /// The page in view; none once it was left.
    page: Option<Page>,
    triggers: Triggers,
    /// What is in view outlasts a page: it is in view of the next one too, and out of the back-forward cache.
    views: Views,
    /// When it was asked to be woken; far away where it was not.
    wakes_at: u64,
}

impl Captures {
    /// Captures that have heard nothing yet.
    pub fn new(options: Options) -> Self {
        let mut triggers = Triggers::default();
        if let Some(seconds) = options.idle_seconds {
            triggers.0.push(Trigger::idle(seconds));
        }
        Self {
            options,
            page: None,
            triggers,
            views: Views::default(),
            wakes_at: u64::MAX,
        }
    }

    /// Takes a trigger: what it waits for (`view`, `click`, `submit`, `scroll`, `idle`, `time`), per cent,
    /// milliseconds, whether it repeats, the event's name, and its properties as members of a JSON object. Gives
    /// its number, which [`Fact::ElementSeen`] and [`Fact::Triggered`] name.
    ///
    /// Range: 1 to 100 per cent, default for views 50. Views: 0 to 600 s, default 1 s; idle: 5 to 1,200 s; time: 1 to
    /// 3,600 s. At most 500.
    ///
    /// # Errors
    ///
    /// What is wrong with it, for people; an empty text where there are too many.
    pub fn add_trigger(&mut self, words: Fields<'_>) -> Result<usize, &'static str> {
        self.triggers.add(words)
    }

    /// Takes the fact that something happened at `now_ms`, in milliseconds of a clock that never goes
    /// back, and gives `shell` what is to be recorded.
    pub fn handle(&mut self, now_ms: u64, fact: Fact<'_>, shell: &mut dyn Shell) {
        if matches!(fact, Fact::Woken) {
            self.wakes_at = u64::MAX;
        }
        self.hear(now_ms, fact, shell);
        self.settle(now_ms, shell);
    }

    fn hear(&mut self, now_ms: u64, fact: Fact<'_>, shell: &mut dyn Shell) {
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
                self.views.begin_again(now_ms, is_visible);
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
            Fact::Active => page.time.active(now_ms, most_ms),
            Fact::Shown => {
                page.time.active(now_ms, most_ms);
                self.views.shown(now_ms);
            }
            Fact::Blurred => page.time.blurred(now_ms, most_ms),
            Fact::DepthSeen {
                percent,
                by_scrolling,
            } => {
                page.depth.seen(percent, by_scrolling);
                if by_scrolling {
                    self.scrolled(shell);
                }
            }
            Fact::Hidden => {
                page.frustration.reacted();
                page.time.hidden(now_ms, most_ms);
                self.views.hidden(now_ms);
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
            Fact::ErrorThrown(thrown) => self.failed(now_ms, thrown, shell),
            Fact::MediaPlayed { media, playing } => {
                if let Some(percentages) = &self.options.media {
                    page.recordings.heard(media, playing, percentages, shell);
                }
            }
            Fact::ElementSeen { .. } | Fact::Triggered { .. } => self.declared(now_ms, fact, shell),
            Fact::PageChanged { .. } | Fact::Left | Fact::Woken => {}
        }
    }

    /// The page did not catch an error.
    fn failed(&mut self, now_ms: u64, thrown: Thrown<'_>, shell: &mut dyn Shell) {
        let Some(page) = self.page.as_mut().filter(|_| thrown.is_the_pages()) else {
            return;
        };
        if self.options.errors {
            page.errors.thrown(thrown, shell);
        }
        if self.options.error_clicks {
            page.frustration.failed(now_ms, thrown, shell);
        }
    }

    /// Takes what a site has declared that it waits for.
    fn declared(&mut self, now_ms: u64, fact: Fact<'_>, shell: &mut dyn Shell) {
        match fact {
            Fact::ElementSeen {
                trigger: number,
                element,
                name,
                percent,
            } => {
                if let Some(trigger) = self.triggers.0.get(number) {
                    let is_shown = self.page.as_ref().is_some_and(|it| it.time.is_visible());
                    self.views.seen(
                        now_ms,
                        is_shown,
                        (number, trigger),
                        (element, name),
                        percent,
                    );
                }
            }
            Fact::Triggered {
                trigger,
                name,
                follows_click,
            } => {
                if let Some(trigger) = self.triggers.0.get(trigger) {
                    trigger.record(name, true, follows_click, shell);
                }
            }
            _ => {}
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

    /// Records what time alone has brought about, and asks to be woken for what comes next.
    fn settle(&mut self, now_ms: u64, shell: &mut dyn Shell) {
        let mut next = u64::MAX;
        let triggers = &self.triggers.0;
        if let Some(page) = self.page.as_mut().filter(|it| it.time.is_visible()) {
            next = self.views.settle(now_ms, triggers, shell);
            page.time.count(now_ms, self.options.engaged_for_ms);
            for (number, trigger) in triggers.iter().enumerate() {
                let (since, due) = match trigger.on {
                    On::Idle => {
                        let active_at = page.time.active_at();
                        (active_at, active_at + trigger.ms)
                    }
                    On::Time => {
                        let left_ms = trigger.ms.saturating_sub(page.time.visible_ms());
                        (0, now_ms + left_ms)
                    }
                    On::Scroll if page.depth.greatest_scrolled() >= trigger.percent => (0, now_ms),
                    _ => continue,
                };
                if page.told.contains(&(number, since)) {
                    continue;
                }
                if due <= now_ms {
                    page.told.retain(|(told, _)| *told != number);
                    page.told.push((number, since));
                    trigger.record("", trigger.on == On::Scroll, false, shell);
                } else {
                    next = next.min(due);
                }
            }
        }
        // One that comes too early is repeated: activity puts off the end of idle time a thousand times.
        if next < self.wakes_at {
            shell.wake_in(Some(next - now_ms));
        } else if next == u64::MAX && self.wakes_at != next {
            shell.wake_in(None);
        } else {
            return;
        }
        self.wakes_at = next;
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
        self.views.hidden(now_ms);
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
