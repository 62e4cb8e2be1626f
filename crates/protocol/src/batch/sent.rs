//! An event as it was sent: the event, and what the wire says of it besides.

use serde_json::Value;

use crate::Event;
use crate::error::{ErrorCode, ValidationError};

/// Member of an event that exists on the wire only.
const CLOCK_CHANGED: &str = "clockChanged";

/// One event of a batch, the defaults merged under it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SentEvent {
    /// The event. What is about the sending only is no part of it.
    pub event: Event,
    /// Whether its dates are by another clock than the batch's `sentAt`, because the client's clock
    /// was set in between; `clockChanged` on the wire, false where absent. How far `sentAt` is off
    /// then says nothing about the event's dates.
    pub clock_changed: bool,
}

/// Reads a merged event.
pub(super) fn read(mut document: Value) -> Result<SentEvent, ValidationError> {
    let clock_changed = take_clock_changed(&mut document)?;
    Ok(SentEvent {
        event: Event::read(document)?,
        clock_changed,
    })
}

fn take_clock_changed(document: &mut Value) -> Result<bool, ValidationError> {
    let said = document
        .as_object_mut()
        .and_then(|members| members.remove(CLOCK_CHANGED));
    match said {
        // A null of the defaults survives the merge; everywhere else it removes the member.
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(clock_changed)) => Ok(clock_changed),
        Some(_) => Err(ValidationError::new(
            ErrorCode::WrongType,
            CLOCK_CHANGED,
            "must be true or false",
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn that_the_clock_was_changed_is_said_of_the_event_and_is_no_part_of_it() {
        for (said, clock_changed) in [
            (json!(true), true),
            (json!(false), false),
            (json!(null), false),
        ] {
            let sent = read(json!({"id": "e", "clockChanged": said, "other": 1})).unwrap();
            assert_eq!(sent.clock_changed, clock_changed);
            assert_eq!(
                serde_json::to_value(&sent.event).unwrap(),
                json!({"id": "e", "other": 1})
            );
        }
        assert!(!read(json!({"id": "e"})).unwrap().clock_changed);
    }

    #[test]
    fn anything_but_true_and_false_is_refused_by_name() {
        for said in [json!("true"), json!(1), json!([]), json!({})] {
            let error = read(json!({"id": "e", "clockChanged": said})).unwrap_err();
            assert_eq!(
                (error.code, error.field.as_str()),
                (ErrorCode::WrongType, "clockChanged"),
            );
        }
    }
}
