//! The state machine: facts in, events out.

use crate::page::Page;
use crate::triggers::{On, Trigger, record};
use crate::views::Views;
use crate::{Captured, Event, Fact, Options, Shell};

/// Less engaged time than this, in milliseconds, waits to be recorded with what follows; at the end of
/// the page view it is nothing.
const MIN_ENGAGED_MS: u64 = 1_000;

/// The captures of one tracker on one page.
#[derive(Debug)]
pub struct Captures {
    options: Options,
    /// The page in view; none once it was left.
    page: Option<Page>,
    /// By their numbers.
    triggers: Vec<Trigger>,
    /// What is in view outlasts a page: it is in view of the next one too, and out of the back-forward cache.
    views: Views,
    /// When it was asked to be woken; far away where it was not.
    wakes_at: u64,
}

impl Captures {
    /// Captures that have heard nothing yet.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            page: None,
            triggers: Vec::new(),
            views: Views::default(),
            wakes_at: u64::MAX,
        }
    }

    /// Takes a trigger. Gives its number, which [`Fact::ElementSeen`] and [`Event::Triggered`] name.
    pub fn add_trigger(&mut self, trigger: Trigger) -> usize {
        self.triggers.push(trigger);
        self.triggers.len() - 1
    }

    /// Adds a percentage at which scrolling, or else the progress of recordings, is recorded: after all that are lower.
    pub fn add_percentage(&mut self, of_scrolling: bool, percent: u64) {
        if of_scrolling {
            self.options.scroll_percentages.push(percent);
        } else {
            self.options.media_percentages.push(percent);
        }
    }

    /// Takes the fact that something happened at `now_ms`, in milliseconds of a clock that never goes
    /// back, and gives `shell` what is to be recorded.
    pub fn handle(&mut self, now_ms: u64, fact: Fact, shell: &mut dyn Shell) {
        if matches!(fact, Fact::Woken) {
            self.wakes_at = u64::MAX;
        }
        self.hear(now_ms, fact, shell);
        self.settle(now_ms, shell);
    }

    fn hear(&mut self, now_ms: u64, fact: Fact, shell: &mut dyn Shell) {
        match fact {
            Fact::PageBegan {
                is_visible,
                has_focus,
            } => {
                self.end_page(now_ms, shell);
                self.page = Some(Page::begin(now_ms, is_visible, has_focus));
                self.views.begin_again(now_ms, is_visible);
            }
            Fact::Left => self.end_page(now_ms, shell),
            _ => self.hear_of_page(now_ms, fact, shell),
        }
    }

    fn hear_of_page(&mut self, now_ms: u64, fact: Fact, shell: &mut dyn Shell) {
        let Some(page) = &mut self.page else { return };
        let options = &self.options;
        let most_ms = options.engaged_for_ms;
        match fact {
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
            Fact::FormEntered { form } => page.forms.entered(now_ms, form),
            Fact::FieldChanged { form, field } => page.forms.changed(now_ms, form, field, shell),
            Fact::FormSubmitted { form } => page.forms.submitted(now_ms, form, shell),
            Fact::Clicked(click) => page.frustration.clicked(now_ms, click, options.rage, shell),
            Fact::Reacted => page.frustration.reacted(),
            Fact::Waited => page.frustration.waited(now_ms, shell),
            Fact::ErrorThrown { error } => {
                if options.errors {
                    page.errors.thrown(error, shell);
                }
                if options.error_clicks {
                    page.frustration.failed(now_ms, shell);
                }
            }
            Fact::MediaPlayed { media, playing } => {
                let percentages = &options.media_percentages;
                page.recordings.heard(media, playing, percentages, shell);
            }
            Fact::ElementSeen {
                trigger: number,
                element,
                percent,
            } => {
                if let Some(trigger) = self.triggers.get(number) {
                    let is_shown = page.time.is_visible();
                    self.views
                        .seen(now_ms, is_shown, (number, trigger), element, percent);
                }
            }
            Fact::PageBegan { .. } | Fact::Left | Fact::Woken => {}
        }
    }

    fn scrolled(&mut self, shell: &mut dyn Shell) {
        let Some(page) = &mut self.page else { return };
        while let Some(percent) = page.depth.take_reached(&self.options.scroll_percentages) {
            shell.record(Captured::activity(
                Event::PageScrolled,
                [percent, 0, 0, 0, 0],
            ));
        }
    }

    /// Records what time alone has brought about, and asks to be woken for what comes next.
    fn settle(&mut self, now_ms: u64, shell: &mut dyn Shell) {
        let mut next = u64::MAX;
        let triggers = &self.triggers;
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
                    record(number, 0, trigger.on == On::Scroll, shell);
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
            let numbers = [engaged_ms, 0, 0, 0, 0];
            shell.record(page_event(Event::PageEngaged, numbers, page, now_ms));
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
        page.forms.abandon(now_ms, shell);
        page.recordings.stop(shell);
        if self.options.leave {
            let numbers = [page.time.visible_ms(), page.depth.greatest(), 0, 0, 0];
            shell.record(page_event(Event::PageLeft, numbers, &page, now_ms));
        }
    }
}

/// An event about a page as a whole. It is dated when the visitor last did something there: a tab that is
/// closed hours later was left then, and must not begin a session.
fn page_event(event: Event, numbers: [u64; 5], page: &Page, now_ms: u64) -> Captured {
    Captured {
        ago_ms: now_ms.saturating_sub(page.time.active_at()),
        ..Captured::observation(event, numbers)
    }
}
