//! Reading JSON into the model, with errors that say where.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::{Number, Value};

use crate::error::{ErrorCode, ValidationError};
use crate::timestamp;

/// Up to where floats tell all whole numbers apart, 2^53.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads a document from its bytes.
///
/// # Errors
///
/// [`ErrorCode::Unreadable`] when the bytes are not one JSON document in UTF-8,
/// [`ErrorCode::TooDeep`] when it nests deeper than the parser follows (128), otherwise as
/// [`from_value`].
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ValidationError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let document =
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| located(&error))?;
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
    serde_path_to_error::deserialize(value).map_err(|error| located(&error))
}

fn located(error: &serde_path_to_error::Error<serde_json::Error>) -> ValidationError {
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
    if let Some(name) = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next())
    {
        return ValidationError::new(ErrorCode::MissingField, name, "is required").under(path);
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

/// A whole number that is not negative, however it is written: 7 or 7.0. Programs whose only number is
/// a float write the second.
pub(crate) fn whole(value: &Value) -> Option<u64> {
    let number = value.as_number()?;
    number.as_u64().or_else(|| {
        let float = number.as_f64()?;
        let is_whole = float.fract() == 0.0 && (0.0..=LARGEST_EXACT).contains(&float);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked above"
        )]
        is_whole.then_some(float as u64)
    })
}

/// Reads a count.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Count::deserialize(deserializer).map(|Count(count)| count)
}

/// Reads counts by name.
pub(crate) fn counts<'de, D>(deserializer: D) -> Result<BTreeMap<String, u64>, D::Error>
where
    D: Deserializer<'de>,
{
    let counts = BTreeMap::<String, Count>::deserialize(deserializer)?;
    Ok(counts
        .into_iter()
        .map(|(name, Count(count))| (name, count))
        .collect())
}

struct Count(u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        let text = number.to_string();
        whole(&Value::Number(number)).map(Self).ok_or_else(|| {
            D::Error::invalid_value(Unexpected::Other(&text), &"a whole number from 0")
        })
    }
}

/// Reads a whole number that is not negative; a fraction is rounded, since browsers report sizes
/// such as 812.5 pixels where the model has an integer.
pub(crate) fn whole_number<'de, D>(deserializer: D) -> Result<Option<u64>, D::Error>
where
    D: Deserializer<'de>,
{
    let Some(number) = Option::<Number>::deserialize(deserializer)? else {
        return Ok(None);
    };
    if let Some(whole) = number.as_u64() {
        return Ok(Some(whole));
    }
    let float = number.as_f64().unwrap_or(f64::NAN).round();
    if (0.0..=LARGEST_EXACT).contains(&float) {
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

/// Reads `T` from a JSON object only. serde's derived structs take an array of their members too.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}
