//! Reading JSON into the model, with errors that say where.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

use crate::error::{ErrorCode, ValidationError};
use crate::timestamp;

/// Reads a document from its bytes.
///
/// # Errors
///
/// [`ErrorCode::Unreadable`] when the bytes are not one JSON document in UTF-8,
/// [`ErrorCode::TooDeep`] when it nests deeper than the parser follows (128), otherwise as
/// [`from_value`].
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ValidationError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let document = serde_path_to_error::deserialize(&mut deserializer).map_err(located)?;
    deserializer.end().map_err(|error| classified("", &error))?;
    Ok(document)
}

/// Reads a document from a JSON value.
///
/// # Errors
///
/// [`ErrorCode::WrongType`], [`ErrorCode::OutOfRange`] or [`ErrorCode::BadFormat`] with the path of
/// the first member that does not fit.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, ValidationError> {
    serde_path_to_error::deserialize(value).map_err(located)
}

pub(crate) fn located(error: serde_path_to_error::Error<serde_json::Error>) -> ValidationError {
    let path = match error.path().to_string() {
        path if path == "." => String::new(),
        path => path,
    };
    classified(&path, error.inner())
}

fn classified(path: &str, error: &serde_json::Error) -> ValidationError {
    let message = error.to_string();
    if error.classify() != Category::Data {
        // The parser's own guard; it is named as what it protects from.
        let code = if message.starts_with("recursion limit exceeded") {
            ErrorCode::TooDeep
        } else {
            ErrorCode::Unreadable
        };
        return ValidationError::new(code, "", message);
    }
    // serde hands over words only. These beginnings are its public `de::Error` constructors' and
    // our own; whatever else there is, is a wrong shape.
    let code =
        if message.starts_with("invalid value") || message.starts_with(timestamp::OUT_OF_RANGE) {
            ErrorCode::OutOfRange
        } else if message.starts_with(timestamp::BAD_FORMAT) {
            ErrorCode::BadFormat
        } else if message.starts_with("duplicate field") {
            ErrorCode::Unreadable
        } else {
            ErrorCode::WrongType
        };
    ValidationError::new(code, path, message)
}

/// Depth of arrays and objects in a value; 0 for a scalar.
pub fn nesting(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nesting).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(nesting).max().unwrap_or(0),
        _ => 0,
    }
}

/// Reads a whole number that is not negative; a fraction is rounded, since browsers report sizes
/// such as 812.5 pixels where the model has an integer.
pub(crate) fn whole_number<'de, D>(deserializer: D) -> Result<Option<u64>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    use serde::Deserialize;
    use serde::de::{Error, Unexpected};

    let Some(number) = Option::<serde_json::Number>::deserialize(deserializer)? else {
        return Ok(None);
    };
    if let Some(whole) = number.as_u64() {
        return Ok(Some(whole));
    }
    let float = number.as_f64().unwrap_or(f64::NAN).round();
    // The largest float below 2^64 that is still a whole number on the wire of every client.
    if (0.0..=9_007_199_254_740_992.0).contains(&float) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked above"
        )]
        return Ok(Some(float as u64));
    }
    Err(D::Error::invalid_value(
        Unexpected::Float(float),
        &"a whole number from 0 to 2^53",
    ))
}
