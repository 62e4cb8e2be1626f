//! The properties of events, counted: which there are, and which values they had.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

/// Most properties that are told.
const MAX_PROPERTIES: usize = 50;

/// Most values that are told of one property.
const MAX_VALUES: usize = 20;

/// Most characters of a value. A longer one is cut and ends with `…`.
const MAX_VALUE_CHARS: usize = 200;

/// A property.
#[derive(Debug, Serialize)]
pub(super) struct Property {
    name: String,
    /// Events that had it.
    events: u64,
    /// Its most frequent values.
    values: Vec<PropertyValue>,
}

/// A value of a property.
#[derive(Debug, Serialize)]
pub(super) struct PropertyValue {
    value: String,
    /// Events in which the property had it.
    events: u64,
}

/// Counts what events, as JSON, carry: the attributes of their parts, and of actions the element,
/// its text and its link. The most frequent first.
pub(super) fn count<'a>(events: impl Iterator<Item = &'a str>) -> Vec<Property> {
    let mut counts: HashMap<String, HashMap<String, u64>> = HashMap::new();
    for json in events {
        let Ok(event) = serde_json::from_str::<Value>(json) else {
            continue;
        };
        for (name, value) in of(&event) {
            let values = counts.entry(name).or_default();
            *values.entry(shown(value)).or_default() += 1;
        }
    }
    let mut properties: Vec<Property> = counts
        .into_iter()
        .map(|(name, values)| {
            let events = values.values().sum();
            let mut values: Vec<PropertyValue> = values
                .into_iter()
                .map(|(value, events)| PropertyValue { value, events })
                .collect();
            values
                .sort_by(|a, b| (Reverse(a.events), &a.value).cmp(&(Reverse(b.events), &b.value)));
            values.truncate(MAX_VALUES);
            Property {
                name,
                events,
                values,
            }
        })
        .collect();
    properties.sort_by(|a, b| (Reverse(a.events), &a.name).cmp(&(Reverse(b.events), &b.name)));
    properties.truncate(MAX_PROPERTIES);
    properties
}

fn of(event: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for part in ["webEvent", "webActionEvent", "outcomeAchievedEvent"] {
        if let Some(attributes) = event[part]["attributes"].as_object() {
            found.extend(attributes.iter().map(|(name, attribute)| {
                (name.clone(), attribute.get("value").unwrap_or(attribute))
            }));
        }
    }
    let action = &event["webActionEvent"];
    for (name, value) in [
        ("element", &action["actionMap"]["displayName"]),
        ("text", &action["action"]["prompt"]),
        ("link", &action["actionTarget"]["selfUri"]),
        ("searchQuery", &event["webEvent"]["searchQuery"]),
    ] {
        if !value.is_null() {
            found.push((name.to_owned(), value));
        }
    }
    found
}

fn shown(value: &Value) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_counted_with_their_most_frequent_values() {
        let event = |total: &str, extra: &str| {
            format!(r#"{{"webEvent":{{"attributes":{{"total":{{"value":{total}}}{extra}}}}}}}"#)
        };
        let events = [
            event("\"5\"", ""),
            event("\"5\"", r#","gift":{"dataType":"boolean","value":"true"}"#),
            event("7", ""),
            "no JSON".to_owned(),
        ];
        let counted = count(events.iter().map(String::as_str));
        let told = serde_json::to_value(&counted).unwrap();
        assert_eq!(
            told,
            serde_json::json!([
                {"name": "total", "events": 3, "values": [
                    {"value": "5", "events": 2}, {"value": "7", "events": 1}]},
                {"name": "gift", "events": 1, "values": [{"value": "true", "events": 1}]},
            ])
        );
    }

    #[test]
    fn a_click_tells_of_its_element() {
        let click = r##"{"webActionEvent":{"action":{"prompt":"Buy"},"actionMap":{"displayName":"#buy"}}}"##;
        let names: Vec<_> = count([click].into_iter())
            .into_iter()
            .map(|property| (property.name, property.values[0].value.clone()))
            .collect();
        assert_eq!(
            names,
            [
                ("element".to_owned(), "#buy".to_owned()),
                ("text".to_owned(), "Buy".to_owned())
            ]
        );
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let value = Value::from("é".repeat(300));
        assert_eq!(shown(&value), format!("{}…", "é".repeat(200)));
    }
}
