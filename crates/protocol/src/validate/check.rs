//! The single rules, and where in a document they are applied.

use url::Url;
use uuid::Uuid;

use crate::error::{ErrorCode, ValidationError};
use crate::{Timestamp, limits};

/// A place in a document. Cheap to make; the path is only written out for an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Member(&'a str),
    Item(usize),
}

pub(crate) type Checked = Result<(), ValidationError>;

impl<'a> At<'a> {
    pub(crate) const ROOT: At<'static> = At {
        parent: None,
        step: Step::Root,
    };

    pub(crate) const fn member(&'a self, name: &'a str) -> At<'a> {
        At {
            parent: Some(self),
            step: Step::Member(name),
        }
    }

    pub(crate) const fn item(&'a self, index: usize) -> At<'a> {
        At {
            parent: Some(self),
            step: Step::Item(index),
        }
    }

    fn path(self) -> String {
        let parent = self.parent.map_or_else(String::new, |parent| parent.path());
        match self.step {
            Step::Root => parent,
            Step::Member(name) if parent.is_empty() => name.to_owned(),
            Step::Member(name) => format!("{parent}.{name}"),
            Step::Item(index) => format!("{parent}[{index}]"),
        }
    }

    pub(crate) fn error(self, code: ErrorCode, rule: impl Into<String>) -> ValidationError {
        ValidationError::new(code, self.path(), rule)
    }

    pub(crate) fn required<T>(self, value: Option<T>) -> Result<T, ValidationError> {
        value.ok_or_else(|| self.error(ErrorCode::MissingField, "is required"))
    }

    /// Length of a text, in characters.
    pub(crate) fn length(self, text: &str, least: usize, most: usize) -> Checked {
        // Bytes bound characters from above, so that most texts need not be walked.
        let chars = if text.len() <= most {
            text.len()
        } else {
            text.chars().count()
        };
        if chars > most {
            return Err(self.error(
                ErrorCode::TooLong,
                format!("must have at most {most} characters"),
            ));
        }
        if text.is_empty() && least == 1 {
            return Err(self.error(ErrorCode::TooShort, "must not be empty"));
        }
        if least > 1 && text.chars().count() < least {
            return Err(self.error(
                ErrorCode::TooShort,
                format!("must have at least {least} characters"),
            ));
        }
        Ok(())
    }

    /// An optional text of at most `most` characters.
    pub(crate) fn text(self, text: Option<&String>, most: usize) -> Checked {
        text.map_or(Ok(()), |text| self.length(text, 0, most))
    }

    /// An optional identifier: not empty, at most [`limits::MAX_ID_CHARS`] characters.
    pub(crate) fn id(self, id: Option<&String>) -> Checked {
        id.map_or(Ok(()), |id| self.length(id, 1, limits::MAX_ID_CHARS))
    }

    pub(crate) fn count(self, count: usize, least: usize, most: usize) -> Checked {
        if count > most {
            return Err(self.error(
                ErrorCode::TooMany,
                format!("must have at most {most} items"),
            ));
        }
        if count < least {
            return Err(self.error(
                ErrorCode::TooFew,
                format!("must have at least {least} items"),
            ));
        }
        Ok(())
    }

    /// A UUID in its hyphenated form, any version, either case.
    pub(crate) fn uuid(self, text: &str) -> Checked {
        const HYPHENATED_CHARS: usize = 36;
        if text.len() == HYPHENATED_CHARS && Uuid::try_parse(text).is_ok() {
            return Ok(());
        }
        Err(self.error(ErrorCode::BadFormat, "must be a UUID"))
    }

    /// An absolute URL of any scheme.
    pub(crate) fn url(self, text: &str) -> Checked {
        self.length(text, 1, limits::MAX_URL_CHARS)?;
        Url::parse(text)
            .map(drop)
            .map_err(|_| self.error(ErrorCode::BadFormat, "must be an absolute URL"))
    }

    /// A point in time that can be meant: not before 2000, not more than a day ahead of `now`.
    pub(crate) fn date(self, date: Timestamp, now: Timestamp) -> Checked {
        if date.0 < limits::MIN_CREATED_AT_MS {
            return Err(self.error(ErrorCode::OutOfRange, "must not be before the year 2000"));
        }
        if date > now.plus_ms(limits::MAX_CREATED_AHEAD_MS) {
            return Err(self.error(
                ErrorCode::OutOfRange,
                "must not be more than 24 hours ahead",
            ));
        }
        Ok(())
    }

    pub(crate) fn range(self, value: Option<f64>, least: f64, most: f64) -> Checked {
        match value {
            Some(value) if !(least..=most).contains(&value) => Err(self.error(
                ErrorCode::OutOfRange,
                format!("must be from {least} to {most}"),
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_a_programmer_would() {
        let root = At::ROOT;
        let list = root.member("eventList");
        let item = list.item(3);
        assert_eq!(item.member("sentAt").path(), "eventList[3].sentAt");
        assert_eq!(root.path(), "");
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        let at = At::ROOT.member("x");
        assert!(at.length(&"é".repeat(10), 1, 10).is_ok());
        assert_eq!(
            at.length(&"é".repeat(11), 1, 10).unwrap_err().code,
            ErrorCode::TooLong
        );
        assert_eq!(at.length("", 1, 10).unwrap_err().code, ErrorCode::TooShort);
        assert_eq!(at.length("é", 2, 10).unwrap_err().code, ErrorCode::TooShort);
    }
}
