//! What a stored event must carry so that every published SDK version reads it.

use serde_json::Value;

use crate::Event;
use crate::error::{ErrorCode, ValidationError};

/// Which members are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequiredSet {
    /// What the collector promises: the top level of SDK 195.0.0 (2024) and later, the nested
    /// models of 173.1.0 (2023).
    Stored,
    /// Everything that SDK 257.1.0 (2026) lists as required, nested models too. Some of it only
    /// Genesys' own tracker knows.
    Latest,
}

const TOP: [&str; 6] = [
    "id",
    "correlationId",
    "session.id",
    "session.type",
    "eventType",
    "createdDate",
];

/// Paths are relative to the object that the first column names; they are asked for only where
/// that object is there. `*` stands for the part that carries it.
const STORED: [(&str, &[&str]); 17] = [
    ("webEvent", &["eventName"]),
    ("webActionEvent", &["action"]),
    ("genericActionEvent", &["action"]),
    ("outcomeAchievedEvent", &["outcome"]),
    ("segmentAssignedEvent", &["segment"]),
    ("*.action", &["id"]),
    ("*.actionMap", &["displayName"]),
    ("*.outcome", &["displayName"]),
    ("segmentAssignedEvent.segment", &["displayName"]),
    ("*.page", &["url", "domain", "hostname", "pathname"]),
    ("*.browser", &["family", "version"]),
    ("*.device", &["category", "type", "osFamily", "osVersion"]),
    ("*.referrer", &["url", "domain", "hostname", "pathname"]),
    (
        "*.visitReferrer",
        &["url", "domain", "hostname", "pathname"],
    ),
    ("*.attributes.*", &["dataType", "value"]),
    ("*.traits.*", &["dataType", "value"]),
    ("session", &["id", "type"]),
];

const LATEST: [(&str, &[&str]); 10] = [
    (
        "webEvent",
        &[
            "totalEventCount",
            "totalPageviewCount",
            "page",
            "userAgentString",
            "browser",
            "device",
            "attributes",
            "traits",
            "authenticated",
        ],
    ),
    (
        "webActionEvent",
        &[
            "actionMap",
            "actionTarget",
            "userAgentString",
            "browser",
            "device",
        ],
    ),
    ("segmentAssignmentEvent", &["segment"]),
    (
        "webActionEvent.action",
        &["state", "mediaType", "prompt", "createdDate"],
    ),
    ("*.actionMap", &["id", "version"]),
    ("*.outcome", &["id", "version"]),
    ("*.page", &["breadcrumb"]),
    (
        "*.browser",
        &[
            "featuresFlash",
            "featuresJava",
            "featuresPdf",
            "featuresWebrtc",
        ],
    ),
    ("*.device", &["isMobile"]),
    ("*.referrer", &["medium"]),
];

/// Paths of all members of a set that an event lacks; empty when it has them all.
pub fn missing_fields(event: &Event, set: RequiredSet) -> Vec<String> {
    let Ok(event) = serde_json::to_value(event) else {
        return Vec::new();
    };
    let mut missing: Vec<String> = TOP
        .iter()
        .filter(|path| find(&event, path).is_none())
        .map(ToString::to_string)
        .collect();
    let latest = if set == RequiredSet::Latest {
        LATEST.as_slice()
    } else {
        &[]
    };
    for (owner, members) in STORED.iter().chain(latest) {
        for (path, object) in expand(&event, owner) {
            for member in *members {
                let full = format!("{path}.{member}");
                if object.get(member).is_none() && !missing.contains(&full) {
                    missing.push(full);
                }
            }
        }
    }
    missing
}

/// Checks that an event has every member of [`RequiredSet::Stored`].
///
/// # Errors
///
/// [`ErrorCode::MissingField`] for the first that it lacks; the rule names them all.
pub fn validate_strict(event: &Event) -> Result<(), ValidationError> {
    let missing = missing_fields(event, RequiredSet::Stored);
    match missing.first() {
        None => Ok(()),
        Some(first) => Err(ValidationError::new(
            ErrorCode::MissingField,
            first,
            format!(
                "is required of a stored event; missing: {}",
                missing.join(", ")
            ),
        )),
    }
}

fn find<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.')
        .try_fold(value, |value, name| value.get(name))
}

/// The objects that a pattern names, with their paths.
fn expand<'v>(event: &'v Value, pattern: &str) -> Vec<(String, &'v Value)> {
    pattern
        .split('.')
        .fold(vec![(String::new(), event)], |found, step| {
            found
                .into_iter()
                .flat_map(|(path, value)| {
                    let members = value.as_object().into_iter().flatten();
                    members
                        .filter(move |(name, _)| step == "*" || step == name.as_str())
                        .filter(|(_, member)| member.is_object())
                        .map(move |(name, member)| {
                            let path = if path.is_empty() {
                                name.clone()
                            } else {
                                format!("{path}.{name}")
                            };
                            (path, member)
                        })
                })
                .collect()
        })
}
