//! What a batch is answered with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, ValidationError};

/// The answer to a batch that was taken: one verdict for each event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Id of the batch, as it came.
    pub id: String,
    /// How many events are now stored durably.
    pub stored: u64,
    /// How many were stored before.
    pub duplicates: u64,
    /// Which were refused, and why.
    pub rejected: Vec<Rejection>,
    /// What became of the batches that were asked about.
    #[serde(default)]
    pub receipts: BTreeMap<String, Receipt>,
}

/// One refused event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Position of the event in its batch, from 0. The only way to name an event without an id.
    pub index: usize,
    /// Id of the event, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What kind of rule it violates.
    pub code: ErrorCode,
    /// The member and the rule, for people.
    pub message: String,
}

impl Rejection {
    /// Refuses the event at `index`.
    pub fn new(index: usize, id: Option<String>, error: &ValidationError) -> Self {
        Self {
            index,
            id,
            code: error.code,
            message: error.to_string(),
        }
    }
}

/// What became of an earlier batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// It was never stored: send it again.
    Unknown,
    /// It was stored, with these verdicts.
    Stored(Verdicts),
}

/// How many events of a batch got which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdicts {
    /// Stored with the batch.
    pub stored: u64,
    /// Stored before.
    pub duplicates: u64,
    /// Refused.
    pub rejected: u64,
}

/// How a [`Receipt`] looks on the wire: `"unknown"` or an object.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ReceiptWire {
    Word(Unknown),
    Verdicts(Verdicts),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Unknown {
    Unknown,
}

impl Serialize for Receipt {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unknown => ReceiptWire::Word(Unknown::Unknown),
            Self::Stored(verdicts) => ReceiptWire::Verdicts(*verdicts),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Receipt {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match ReceiptWire::deserialize(deserializer)? {
            ReceiptWire::Word(Unknown::Unknown) => Self::Unknown,
            ReceiptWire::Verdicts(verdicts) => Self::Stored(verdicts),
        })
    }
}

/// The answer to a batch that was not taken; the status says whether to try again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Id of the batch, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A stable word for programs: an [`ErrorCode`], or what the collector names besides
    /// (`rate_limited`, `unavailable`).
    pub code: String,
    /// The reason, for people.
    pub message: String,
}

impl From<&super::ContractError> for Refusal {
    fn from(error: &super::ContractError) -> Self {
        Self {
            id: error.batch_id.clone(),
            code: error.cause.code.as_str().to_owned(),
            message: error.cause.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_written_as_the_tracker_reads_it() {
        let answer = Answer {
            id: "b".into(),
            stored: 2,
            duplicates: 1,
            rejected: vec![Rejection::new(
                3,
                Some("e".into()),
                &ValidationError::new(ErrorCode::MissingField, "session.id", "is required"),
            )],
            receipts: BTreeMap::from([
                ("p".into(), Receipt::Unknown),
                (
                    "q".into(),
                    Receipt::Stored(Verdicts {
                        stored: 7,
                        duplicates: 0,
                        rejected: 1,
                    }),
                ),
            ]),
        };
        let wire = json!({
            "id": "b",
            "stored": 2,
            "duplicates": 1,
            "rejected": [
                {"index": 3, "id": "e", "code": "missing_field", "message": "session.id: is required"}
            ],
            "receipts": {"p": "unknown", "q": {"stored": 7, "duplicates": 0, "rejected": 1}},
        });
        assert_eq!(serde_json::to_value(&answer).unwrap(), wire);
        assert_eq!(serde_json::from_value::<Answer>(wire).unwrap(), answer);
    }
}
