//! The caller's own properties, in the typed form of the Genesys model.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::macros::open_enum;

/// Properties by name.
pub type Attributes = BTreeMap<String, CustomEventAttribute>;

open_enum! {
    /// What the text of an attribute's value stands for.
    ///
    /// Source: the names of the Genesys Journey SDK's custom attributes; `json` is our own, for
    /// what none of them can hold.
    pub enum DataType {
        /// Any text.
        String = "string",
        /// A whole number in decimal digits.
        Integer = "integer",
        /// A number with a fraction or an exponent.
        Number = "number",
        /// `true` or `false`.
        Boolean = "boolean",
        /// The JSON text of an array or an object.
        Json = "json",
    }
}

/// One property: its type's name and its value, which is always a string.
///
/// Reading takes a bare JSON value as well: `3` becomes `{"dataType":"integer","value":"3"}`, an
/// array or an object becomes `json`. An object with exactly `dataType` and `value`, both strings,
/// is the attribute itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomEventAttribute {
    /// What `value` stands for.
    pub data_type: DataType,
    /// The value as text, also for numbers and booleans.
    pub value: String,
}

impl CustomEventAttribute {
    /// Makes an attribute of any JSON value; `None` for null, which takes the property away.
    pub fn from_json(value: Value) -> Option<Self> {
        let (data_type, value) = match value {
            Value::Null => return None,
            Value::String(text) => (DataType::String, text),
            Value::Bool(flag) => (DataType::Boolean, flag.to_string()),
            Value::Number(number) if number.is_f64() => (DataType::Number, number.to_string()),
            Value::Number(number) => (DataType::Integer, number.to_string()),
            Value::Object(members) => {
                match (members.len(), members.get("dataType"), members.get("value")) {
                    (2, Some(Value::String(data_type)), Some(Value::String(value))) => {
                        (DataType::from(data_type.as_str()), value.clone())
                    }
                    _ => (DataType::Json, Value::Object(members).to_string()),
                }
            }
            Value::Array(items) => (DataType::Json, Value::Array(items).to_string()),
        };
        Some(Self { data_type, value })
    }

    /// The JSON value that the attribute stands for; its text where that does not fit its type.
    pub fn to_json(&self) -> Value {
        let typed = match self.data_type {
            DataType::Integer | DataType::Number => serde_json::from_str(&self.value)
                .ok()
                .filter(Value::is_number),
            DataType::Boolean => serde_json::from_str(&self.value)
                .ok()
                .filter(Value::is_boolean),
            DataType::Json => serde_json::from_str(&self.value).ok(),
            DataType::String | DataType::Unlisted(_) => None,
        };
        typed.unwrap_or_else(|| Value::String(self.value.clone()))
    }
}

impl<'de> Deserialize<'de> for CustomEventAttribute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(Value::deserialize(deserializer)?)
            .ok_or_else(|| serde::de::Error::custom("invalid type: null, expected a value"))
    }
}

/// Reads a map of attributes and leaves out those that are null.
pub(crate) fn read_map<'de, D>(deserializer: D) -> Result<Option<Attributes>, D::Error>
where
    D: Deserializer<'de>,
{
    let values = Option::<BTreeMap<String, Value>>::deserialize(deserializer)?;
    Ok(values.map(from_values))
}

/// Makes attributes of JSON values, without those that are null.
pub(crate) fn from_values(values: impl IntoIterator<Item = (String, Value)>) -> Attributes {
    values
        .into_iter()
        .filter_map(|(name, value)| Some((name, CustomEventAttribute::from_json(value)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Option<(String, String)> {
        CustomEventAttribute::from_json(value)
            .map(|attribute| (attribute.data_type.as_str().to_owned(), attribute.value))
    }

    #[test]
    fn bare_values_get_the_type_they_have() {
        for (value, data_type, text) in [
            (json!("pro"), "string", "pro"),
            (json!(""), "string", ""),
            (json!(3), "integer", "3"),
            (json!(-3), "integer", "-3"),
            (json!(2.5), "number", "2.5"),
            (json!(true), "boolean", "true"),
            (json!(["a", null]), "json", r#"["a",null]"#),
            (json!({"a": 1}), "json", r#"{"a":1}"#),
            (json!({"dataType": "INTEGER", "value": "7"}), "integer", "7"),
            (json!({"dataType": "money", "value": "7"}), "money", "7"),
            (
                json!({"dataType": "integer", "value": 7}),
                "json",
                r#"{"dataType":"integer","value":7}"#,
            ),
        ] {
            assert_eq!(
                read(value.clone()),
                Some((data_type.into(), text.into())),
                "{value}"
            );
        }
        assert_eq!(read(Value::Null), None);
    }

    #[test]
    fn a_value_comes_back_as_it_was_sent() {
        for value in [
            json!("3"),
            json!(3),
            json!(2.5),
            json!(false),
            json!([1, {"a": null}]),
        ] {
            let attribute = CustomEventAttribute::from_json(value.clone()).unwrap();
            assert_eq!(attribute.to_json(), value);
        }
    }
}
