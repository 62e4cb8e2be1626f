//! What becomes of a page view, a click and a call of the site's: an event in the outbox, or a counted
//! drop.

use sillage_protocol::Timestamp;
use sillage_protocol::limits::{MAX_EVENT_NAME_CHARS, MAX_TEXT_CHARS};

use super::{MAX_BATCH_BYTES, Tracker};
use crate::batch::{ENVIRONMENT, Part, Recorded, event_line, push_word};
use crate::redact::redact_url;
use crate::shell::timed_id;
use crate::text::{self, cut, end_of, owned, put, put_ascii};
use crate::{Consent, Dropped, Fields, PageCause, Shell, json};

/// What an event is correlated with.
#[derive(Clone, Copy, Debug)]
enum Under {
    /// It is a page view.
    Itself,
    /// The page view.
    View,
    /// The page view too; it is a click itself.
    ViewAsClick,
    /// The click that was recorded last.
    Click,
}

impl Tracker {
    pub(super) fn page_seen(
        &mut self,
        now: Timestamp,
        mut facts: Fields<'_>,
        cause: PageCause,
        shell: &mut dyn Shell,
    ) {
        let url = redact_url(facts.take());
        let mut referrer = redact_url(facts.take());
        if cause == PageCause::AddressChanged {
            if self.counted_part(&url) == self.counted_part(&self.url) {
                return;
            }
            referrer = owned(&self.url);
        }
        let mut place = owned("\"page\":{\"url\":");
        json::push_str(&mut place, &url);
        put(&mut place, ",");
        put(&mut place, facts.take());
        put(&mut place, "},\"referrer\":");
        if referrer.is_empty() {
            put(&mut place, "null");
        } else {
            put(&mut place, "{\"url\":");
            json::push_str(&mut place, &referrer);
            put(&mut place, "}");
        }
        push_word(&mut place, "");
        let environment = facts.take();
        // Pages that were left early do not say it.
        if !environment.is_empty() {
            put(&mut place, ",");
            put(&mut place, environment);
        }
        self.come_back(now);
        self.url = url;
        self.place = place;
        let is_event = self.config.pageviews || cause == PageCause::Called;
        self.view = if is_event {
            timed_id(now, self.counters.tracked + 1, shell)
        } else {
            // Nor may it be the id of an event.
            timed_id(now, 0, shell)
        };
        if is_event {
            self.record(
                now,
                now,
                Under::Itself,
                Part {
                    word: "",
                    members: "\"eventName\":\"page_viewed\"",
                },
                shell,
            );
        }
    }

    /// The part of an address whose change is a new page view.
    fn counted_part<'u>(&self, url: &'u str) -> &'u [u8] {
        let url = url.as_bytes();
        &url[..if self.config.hash_routing {
            url.len()
        } else {
            end_of(url, 0, b"#")
        }]
    }

    pub(super) fn clicked(&mut self, now: Timestamp, mut facts: Fields<'_>, shell: &mut dyn Shell) {
        if !self.config.clicks {
            return;
        }
        let (name, selector) = (facts.take(), facts.take());
        let prompt = cut(facts.take(), MAX_TEXT_CHARS);
        let href = redact_url(facts.take());
        let media_type = if facts.take().is_empty() {
            "openAction"
        } else {
            "contentOffer"
        };
        let mut members =
            owned("\"webActionEvent\":{\"action\":{\"state\":\"engaged\",\"mediaType\":\"");
        put(&mut members, media_type);
        put(&mut members, "\",\"prompt\":");
        json::push_str(&mut members, prompt);
        put(&mut members, "},\"actionMap\":{\"displayName\":");
        json::push_str(&mut members, if name.is_empty() { selector } else { name });
        put(&mut members, "}");
        if !href.is_empty() {
            put(&mut members, ",\"actionTarget\":{\"selfUri\":");
            json::push_str(&mut members, &href);
            put(&mut members, "}");
        }
        put_ascii(&mut members, ENVIRONMENT as u8);
        put(&mut members, "}");
        put(&mut members, facts.take());
        let part = Part {
            word: "WebActionEvent",
            members: &members,
        };
        self.record(now, now, Under::ViewAsClick, part, shell);
    }

    pub(super) fn tracked(
        &mut self,
        at: Timestamp,
        mut event: Fields<'_>,
        active_at: Timestamp,
        shell: &mut dyn Shell,
    ) {
        let (name, props) = (event.take(), event.take());
        let under = if event.take().is_empty() {
            Under::View
        } else {
            Under::Click
        };
        let word = event.0;
        let mut members = String::new();
        if word.is_empty() {
            if name.is_empty() || text::count_chars(name) > MAX_EVENT_NAME_CHARS {
                self.counters.tracked += 1;
                self.drop_events(Dropped::Invalid, 1, shell);
                return;
            }
            put(&mut members, "\"eventName\":");
            json::push_str(&mut members, name);
            if !props.is_empty() {
                put(&mut members, ",\"attributes\":");
            }
        }
        put(&mut members, props);
        let members = &members;
        self.record(at, active_at, under, Part { word, members }, shell);
    }

    /// Takes an event: into its session, under its page view, into the outbox.
    fn record(
        &mut self,
        at: Timestamp,
        active_at: Timestamp,
        under: Under,
        part: Part<'_>,
        shell: &mut dyn Shell,
    ) {
        self.counters.tracked += 1;
        if self.consent() == Consent::Denied {
            self.drop_events(Dropped::NoConsent, 1, shell);
            return;
        }
        let created_at = at.max(self.last_created_at);
        self.last_created_at = created_at;
        let idle_timeout_ms = self.config.idle_timeout_ms;
        let is_news = self
            .visitor
            .continue_session(created_at, active_at, idle_timeout_ms, shell);
        if is_news && self.may_remember() {
            self.visitor.remember(true, shell);
        }
        let id = if matches!(under, Under::Itself) {
            owned(&self.view)
        } else {
            timed_id(created_at, self.counters.tracked, shell)
        };
        let mut line = event_line(Recorded {
            id: &id,
            created_at,
            epoch: self.visitor.epoch(),
            part,
        });
        push_word(&mut line, self.visitor.id());
        push_word(&mut line, self.visitor.session());
        push_word(
            &mut line,
            if matches!(under, Under::Click) {
                &self.click
            } else {
                &self.view
            },
        );
        put(&mut line, &self.place);
        if line.len() > MAX_BATCH_BYTES {
            self.drop_events(Dropped::TooLarge, 1, shell);
            return;
        }
        self.come_back(at);
        if !shell.put(&line) {
            self.drop_events(Dropped::Filtered, 1, shell);
            return;
        }
        if matches!(under, Under::ViewAsClick) {
            self.click = id;
        }
        self.share_counters(shell);
        self.fresh += 1;
        self.pending += 1;
        let is_full = u64::from(self.fresh) >= self.config.max_batch_events;
        let due_at = if is_full {
            at
        } else {
            at.plus_ms(self.config.flush_interval_ms)
        };
        self.flush_at = Some(self.flush_at.map_or(due_at, |before| before.min(due_at)));
    }

    pub(super) fn share_counters(&self, shell: &mut dyn Shell) {
        shell.put(&self.counters.line());
    }

    pub(super) fn drop_events(&mut self, reason: Dropped, events: u32, shell: &mut dyn Shell) {
        if events > 0 {
            self.counters.dropped[reason as usize] += events;
            if self.may_send() {
                self.share_counters(shell);
            }
            shell.dropped(reason, events);
        }
    }
}
