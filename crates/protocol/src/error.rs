//! What is wrong with a document: a stable code for programs, a path and a rule for people.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Longest path or rule that an error repeats, in characters: a message never carries a whole
/// document back.
const MAX_MESSAGE_CHARS: usize = 200;

/// Stable names of what can be wrong. Part of the contract: a name is never reused or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// A required member is absent or null.
    MissingField,
    /// A member has another JSON type than the contract says.
    WrongType,
    /// A text has more characters than allowed.
    TooLong,
    /// A text has fewer characters than required; mostly: it is empty.
    TooShort,
    /// A list or map has more members than allowed.
    TooMany,
    /// A list has fewer members than required.
    TooFew,
    /// Arrays and objects are nested deeper than allowed.
    TooDeep,
    /// A body or an event has more bytes than allowed.
    TooLarge,
    /// A number or a date lies outside its range.
    OutOfRange,
    /// A text is not of the required form (UUID, date, URL, name).
    BadFormat,
    /// The date lies further back than the receiver takes.
    TooOld,
    /// The document says it is of a version that the receiver does not know.
    UnknownVersion,
    /// The bytes are not one JSON document.
    Unreadable,
    /// A property uses a name that the receiver keeps for itself.
    ReservedKey,
    /// The event has no counterpart in the other model.
    Unmappable,
}

impl ErrorCode {
    /// The name on the wire, in `snake_case`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingField => "missing_field",
            Self::WrongType => "wrong_type",
            Self::TooLong => "too_long",
            Self::TooShort => "too_short",
            Self::TooMany => "too_many",
            Self::TooFew => "too_few",
            Self::TooDeep => "too_deep",
            Self::TooLarge => "too_large",
            Self::OutOfRange => "out_of_range",
            Self::BadFormat => "bad_format",
            Self::TooOld => "too_old",
            Self::UnknownVersion => "unknown_version",
            Self::Unreadable => "unreadable",
            Self::ReservedKey => "reserved_key",
            Self::Unmappable => "unmappable",
        }
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One violated rule. Displayed as `webEvent.page.url: must be an absolute URL`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}{}{rule}", field, if field.is_empty() { "" } else { ": " })]
pub struct ValidationError {
    /// What kind of rule.
    pub code: ErrorCode,
    /// Path of the member, as in `webEvent.page.url` or `eventList[3].sentAt`; empty for the
    /// document itself.
    pub field: String,
    /// The rule, in words.
    pub rule: String,
}

impl ValidationError {
    /// Names a violated rule; overlong texts are cut.
    pub fn new(code: ErrorCode, field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self {
            code,
            field: cut(field.into()),
            rule: cut(rule.into()),
        }
    }

    /// The same error seen from the object that holds the document under `parent`.
    #[must_use]
    pub fn under(self, parent: &str) -> Self {
        let field = match self.field.as_str() {
            field if parent.is_empty() => field.to_owned(),
            "" => parent.to_owned(),
            field if field.starts_with('[') => format!("{parent}{field}"),
            field => format!("{parent}.{field}"),
        };
        Self {
            field: cut(field),
            ..self
        }
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(MAX_MESSAGE_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_written_as_they_are_displayed() {
        for code in [
            ErrorCode::MissingField,
            ErrorCode::TooDeep,
            ErrorCode::Unmappable,
        ] {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }

    #[test]
    fn an_error_never_repeats_a_whole_document() {
        let error =
            ValidationError::new(ErrorCode::WrongType, "é".repeat(9_999), "x".repeat(9_999));
        assert!(error.to_string().chars().count() < 500, "{error}");
    }
}
