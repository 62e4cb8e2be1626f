//! The command line: settings, and what to do instead of serving.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::Config;

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
