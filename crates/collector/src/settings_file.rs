//! The settings file: TOML whose keys are the long flags with `_` for `-`.
//!
//! What it says becomes the default of its flag, so the checks and the order (flag, environment,
//! file, default) are those of the command line, and no setting can be forgotten here.

use std::path::Path;

use clap::Command;
use clap::error::ErrorKind;
use toml::{Table, Value};

/// Arguments that are no settings.
const NO_SETTINGS: [&str; 3] = ["config", "help", "version"];

/// Gives the command line the defaults of a file.
pub(crate) fn apply(mut command: Command, file: &Path) -> Result<Command, clap::Error> {
    let wrong = |what: String| {
        clap::Error::raw(
            ErrorKind::Io,
            format!("settings file {}: {what}\n", file.display()),
        )
    };
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let table: Table = text
        .parse()
        .map_err(|error: toml::de::Error| wrong(describe(&error, &text)))?;
    for (name, value) in table {
        let is_setting = !NO_SETTINGS.contains(&&*name)
            && command
                .get_arguments()
                .any(|argument| argument.get_id() == &*name && argument.get_long().is_some());
        if !is_setting {
            return Err(wrong(format!("there is no setting `{name}`")));
        }
        let texts = texts(value).ok_or_else(|| {
            wrong(format!(
                "`{name}` must be a text, a number, true or false, or a list of texts"
            ))
        })?;
        command = command.mut_arg(&name, |argument| {
            let hides_value = argument.is_hide_env_values_set();
            argument
                .default_values(texts)
                .hide_default_value(hides_value)
        });
    }
    Ok(command)
}

/// The value as it would be written behind its flag.
fn texts(value: Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Integer(number) => Some(vec![number.to_string()]),
        Value::Boolean(is_true) => Some(vec![is_true.to_string()]),
        Value::Array(values) => values
            .into_iter()
            .map(|value| match value {
                Value::String(text) => Some(text),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// The line and the rule; not the text of the line, which may hold a token.
fn describe(error: &toml::de::Error, text: &str) -> String {
    let line = error
        .span()
        .and_then(|span| text.get(..span.start))
        .map_or(1, |before| before.lines().count().max(1));
    format!("line {line}: {}", error.message())
}
