//! What `js/members.ts` and `js/tracker.ts` make of a fact before the module hears of it.

use std::fmt::Write as _;

use sillage_core::{Id, Identified, PageCause, Receipt};

use super::texts::Texts;
use super::{Fields, Input, WORD_END};

const MAX_NAME_CHARS: usize = 256;
const MAX_TEXT_CHARS: usize = 1_024;

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn cut(text: &str, most: usize) -> &str {
    let end = text.char_indices().nth(most).map_or(text.len(), |it| it.0);
    &text[..end]
}

impl Texts {
    /// What the core hears of a fact; nothing where it is no news.
    pub(super) fn read(&mut self, input: Input<'_>) -> Option<sillage_core::Input> {
        use sillage_core::Input as Fact;

        Some(match input {
            Input::MemoryRead(record) => {
                record.clone_into(&mut self.to_read);
                Fact::MemoryRead
            }
            Input::TurnCame(lines) => Fact::TurnCame(self.begin(lines)),
            Input::PageLeft(lines) => Fact::PageLeft(self.begin(lines)),
            Input::PageSeen { facts, cause } => {
                if !self.see(facts, cause) {
                    return None;
                }
                Fact::PageSeen(cause)
            }
            Input::Clicked(facts) => {
                self.click(facts);
                Fact::Clicked
            }
            Input::Tracked { event, active_at } => {
                let (is_valid, follows_click) = self.track(event);
                Fact::Tracked {
                    active_at,
                    is_valid,
                    follows_click,
                }
            }
            Input::PageHidden => Fact::PageHidden,
            Input::Resumed => Fact::Resumed,
            Input::Woken => Fact::Woken,
            Input::FlushRequested => Fact::FlushRequested,
            Input::SendFinished {
                batch,
                outcome,
                mut receipts,
            } => {
                if batch != self.id(Id::InFlight) {
                    return None;
                }
                self.receipts.clear();
                while !receipts.0.is_empty() {
                    let (id, known) = (receipts.take(), receipts.take());
                    let receipt = Receipt {
                        known: known.parse().ok(),
                        rejected: u32::try_from(receipts.take_number()).unwrap(),
                    };
                    self.receipts.insert(id.into(), receipt);
                }
                Fact::SendFinished {
                    outcome,
                    has_receipts: !self.receipts.is_empty(),
                }
            }
            Input::ClockChanged => Fact::ClockChanged,
            Input::ConsentChanged(consent) => Fact::ConsentChanged(consent),
            Input::Identified(mut words) => {
                self.told = vec![words.take().into(), words.take().into()];
                Fact::Identified(Identified {
                    ends_session: !self.told[1].is_empty(),
                    is_somebody_new: !words.0.is_empty(),
                })
            }
            Input::Lost(events) => Fact::Lost(events),
        })
    }

    fn see(&mut self, mut facts: Fields<'_>, cause: PageCause) -> bool {
        let url = facts.take();
        let mut referrer = String::from(facts.take());
        let counted = |url: &str| -> String {
            let end = if self.hash_routing {
                None
            } else {
                url.find('#')
            };
            url[..end.unwrap_or(url.len())].into()
        };
        if cause == PageCause::AddressChanged {
            if counted(url) == counted(&self.url) {
                return false;
            }
            referrer.clone_from(&self.url);
        }
        let (members, environment) = (facts.take(), facts.take());
        self.place = format!("\"page\":{{\"url\":{},{members}}},\"referrer\":", json(url));
        if referrer.is_empty() {
            self.place += "null";
        } else {
            write!(self.place, "{{\"url\":{}}}", json(&referrer)).unwrap();
        }
        self.place.push(WORD_END);
        if !environment.is_empty() {
            self.place += ",";
            self.place += environment;
        }
        url.clone_into(&mut self.url);
        self.say("", "\"eventName\":\"page_viewed\"");
        true
    }

    fn say(&mut self, word: &str, members: &str) {
        word.clone_into(&mut self.word);
        members.clone_into(&mut self.members);
    }

    fn click(&mut self, mut facts: Fields<'_>) {
        let (name, selector) = (facts.take(), facts.take());
        let prompt = json(cut(facts.take(), MAX_TEXT_CHARS));
        let href = facts.take();
        let media_type = if facts.take().is_empty() {
            "openAction"
        } else {
            "contentOffer"
        };
        let name = json(if name.is_empty() { selector } else { name });
        let mut members = format!(
            "\"webActionEvent\":{{\"action\":{{\"state\":\"engaged\",\"mediaType\":\"{media_type}\",\"prompt\":{prompt}}},\
             \"actionMap\":{{\"displayName\":{name}}}"
        );
        if !href.is_empty() {
            write!(members, ",\"actionTarget\":{{\"selfUri\":{}}}", json(href)).unwrap();
        }
        members += "\x1c}";
        members += facts.take();
        self.say("WebActionEvent", &members);
    }

    /// Whether it can be recorded, and whether it followed from a click.
    fn track(&mut self, mut event: Fields<'_>) -> (bool, bool) {
        let (name, props) = (event.take(), event.take());
        let follows_click = !event.take().is_empty();
        let word = event.0;
        if !word.is_empty() {
            self.say(word, props);
            return (true, follows_click);
        }
        let mut members = format!("\"eventName\":{}", json(name));
        if !props.is_empty() {
            members += ",\"attributes\":";
            members += props;
        }
        self.say("", &members);
        (
            (1..=MAX_NAME_CHARS).contains(&name.chars().count()),
            follows_click,
        )
    }
}
