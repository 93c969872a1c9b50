//! Arguments of `callsheet policy`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::by::By;
use super::values::note;

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Report every problem of a policy, with its place
    ///
    /// A warning names what can hardly be meant, such as a rule that is never tested. Warnings do
    /// not make the check fail, unless it is strict.
    Lint {
        /// The policy, in YAML or JSON; - is standard input
        file: PathBuf,
        /// Exit with 1 for a warning, too
        #[arg(long)]
        strict: bool,
    },
    /// Print the JSON Schema of policies, for editors
    Schema,
    /// Activate a policy, and sync every calendar with it
    ///
    /// An invalid policy is refused. So is a change of `deduplication` while any upcoming meeting
    /// has a bot or is about to get one.
    Push {
        /// The policy, in YAML or JSON; - is standard input
        file: PathBuf,
        /// What changes, for the history
        #[arg(long, value_name = "TEXT", value_parser = note)]
        note: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Print the active policy, or an earlier one
    Pull {
        /// Print this revision instead of the active one
        #[arg(long, value_name = "N")]
        revision: Option<u64>,
        /// Format of the output
        #[arg(long, value_enum, default_value_t = Format::Yaml)]
        format: Format,
    },
    /// List the policies that were pushed, newest first
    History {
        /// Number of policies at most
        #[arg(long, default_value_t = 20, value_name = "N")]
        most: usize,
    },
}

/// Format of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Yaml,
    Json,
}
