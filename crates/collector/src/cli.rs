//! The command line: settings, and what to do instead of serving.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::{Config, settings_file};

/// The command line. Without a command, the collector serves.
#[derive(Clone, Debug, Parser)]
#[command(name = "sillage-collector", version, about, max_term_width = 100)]
pub struct Cli {
    /// The settings.
    #[command(flatten)]
    pub config: Config,

    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do instead of serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Copies the store of the data folder to a file, also while a collector runs.
    Backup {
        /// Where to; must not exist yet.
        file: PathBuf,
    },
}

impl Cli {
    /// Reads the command line, the environment and the settings file. Where several say the same, a
    /// flag counts more than the environment, and that more than the file.
    ///
    /// # Errors
    ///
    /// What is wrong, for people: a flag, a variable, the file, or one of its lines.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let arguments: Vec<_> = arguments.into_iter().collect();
        let mut command = Self::command();
        // Which file: asked of a reader that minds nothing else.
        let lenient = Self::command().ignore_errors(true);
        let file = lenient
            .try_get_matches_from(&arguments)
            .ok()
            .and_then(|matches| matches.get_one::<PathBuf>("config").cloned());
        if let Some(file) = file {
            command = settings_file::apply(command, &file)?;
        }
        let matches = command
            .try_get_matches_from(&arguments)
            .map_err(concealed)?;
        Self::from_arg_matches(&matches)
    }
}

/// The error without the value that was wrong, where that may be most of a secret: of settings whose
/// value in the environment `--help` does not show either.
fn concealed(mut error: clap::Error) -> clap::Error {
    let flag = match error.get(ContextKind::InvalidArg) {
        // As `--read-token <TOKEN>`.
        Some(ContextValue::String(written)) => written.split(' ').next().unwrap_or_default(),
        _ => return error,
    };
    let is_secret = Cli::command().get_arguments().any(|it| {
        it.is_hide_env_values_set() && it.get_long() == Some(flag.trim_start_matches('-'))
    });
    if is_secret {
        let hidden = ContextValue::String("...".to_owned());
        error.insert(ContextKind::InvalidValue, hidden);
    }
    error
}
