//! Writes the properties of an event.

use sillage_text::json;
use sillage_text::text::put;

/// A JSON object that is being written.
#[derive(Debug, Default)]
pub(crate) struct Members(String);

impl Members {
    fn key(&mut self, key: &str) {
        let before = if self.0.is_empty() { "{" } else { "," };
        put(&mut self.0, before);
        json::push_str(&mut self.0, key);
        put(&mut self.0, ":");
    }

    /// A whole number.
    pub(crate) fn number(&mut self, key: &str, value: u64) {
        self.key(key);
        json::push_decimal(&mut self.0, value);
    }

    /// A text.
    pub(crate) fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        json::push_str(&mut self.0, value);
    }

    /// Whether something is so.
    pub(crate) fn flag(&mut self, key: &str, value: bool) {
        self.key(key);
        put(&mut self.0, if value { "true" } else { "false" });
    }

    /// Members that are written already, parted by commas.
    pub(crate) fn written(&mut self, members: &str) {
        if !members.is_empty() {
            let before = if self.0.is_empty() { "{" } else { "," };
            put(&mut self.0, before);
            put(&mut self.0, members);
        }
    }

    /// An object.
    pub(crate) fn object(&mut self, key: &str, value: Self) {
        self.key(key);
        put(&mut self.0, &value.finish());
    }

    /// Whether nothing was written yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The object as text.
    pub(crate) fn finish(mut self) -> String {
        let end = if self.0.is_empty() { "{}" } else { "}" };
        put(&mut self.0, end);
        self.0
    }
}
