//! A click, as the contract's `webActionEvent`.

use sillage_protocol::limits::MAX_TEXT_CHARS;
use sillage_protocol::wire::{Action, ActionMap, ActionTarget, WebAction, said};

use crate::ClickFacts;
use crate::context::members;
use crate::redact::{cut, redact_url};

/// The members of `webActionEvent` that say what was clicked.
pub(crate) fn action(facts: &ClickFacts<'_>) -> String {
    let href = redact_url(facts.href);
    let prompt = one_line(facts.text);
    members(&WebAction {
        action: Action {
            state: "engaged",
            media_type: if facts.is_offer {
                "contentOffer"
            } else {
                "openAction"
            },
            prompt: &prompt,
        },
        action_map: ActionMap {
            display_name: said(facts.name).unwrap_or(facts.selector),
        },
        action_target: said(&href).map(|self_uri| ActionTarget { self_uri }),
    })
}

/// The text as a reader sees it: runs of white space are one space, none at the ends.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for character in text.chars() {
        if !matches!(character, ' ' | '\t'..='\r' | '\u{a0}') {
            line.push(character);
        } else if !line.is_empty() && !line.ends_with(' ') {
            line.push(' ');
        }
    }
    if line.ends_with(' ') {
        line.pop();
    }
    cut(&mut line, MAX_TEXT_CHARS);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_a_person_reads_it() {
        assert_eq!(one_line("\n   Add to\u{a0}\n\t cart  "), "Add to cart");
        assert_eq!(one_line("  "), "");
        assert_eq!(one_line(&"ü".repeat(2_000)).len(), MAX_TEXT_CHARS);
    }
}
