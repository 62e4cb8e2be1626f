//! Merging the defaults of a batch under one event: JSON Merge Patch, RFC 7396.

use serde_json::Value;
use serde_json::value::RawValue;

use super::surrogates;
use crate::error::{ErrorCode, ValidationError};
use crate::read::Object;
use crate::{limits, read};

/// The merged event and its length in bytes of JSON.
pub(super) fn merged(defaults: &Value, text: &RawValue) -> Result<(Value, usize), ValidationError> {
    let patch: Value = read::from_slice(surrogates::repaired(text.get()).as_bytes())?;
    if !patch.is_object() {
        return Err(ValidationError::new(
            ErrorCode::WrongType,
            "",
            "must be an object",
        ));
    }
    let mut event = defaults.clone();
    json_patch::merge(&mut event, &patch);
    if read::nesting(&event) > limits::MAX_NESTING {
        let rule = format!("must not nest deeper than {}", limits::MAX_NESTING);
        return Err(ValidationError::new(ErrorCode::TooDeep, "", rule));
    }
    let bytes = json_bytes(&event);
    if bytes > limits::MAX_EVENT_BYTES {
        let rule = format!(
            "must have at most {} bytes with the defaults",
            limits::MAX_EVENT_BYTES
        );
        return Err(ValidationError::new(ErrorCode::TooLarge, "", rule));
    }
    Ok((event, bytes))
}

/// The id of an event that may be unfit in everything else.
pub(super) fn event_id(defaults: &Value, text: &RawValue) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct IdAlone {
        id: Option<Value>,
    }

    let own = serde_json::from_str::<Object<IdAlone>>(text.get())
        .ok()
        .and_then(|Object(event)| event.id);
    match own.as_ref().or_else(|| defaults.get("id")) {
        Some(Value::String(id)) if id.chars().count() <= limits::MAX_ID_CHARS => Some(id.clone()),
        _ => None,
    }
}

/// Length of a value's compact JSON text, in bytes.
pub(super) fn json_bytes(value: &Value) -> usize {
    struct Count(usize);

    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let mut count = Count(0);
    // Neither the value nor the counter can fail; a failure would count as over every limit.
    match serde_json::to_writer(&mut count, value) {
        Ok(()) => count.0,
        Err(_) => usize::MAX,
    }
}
