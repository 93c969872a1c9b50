//! Arguments of `callsheet redrive`.

use clap::Args;

/// Which dead letters are sent back, and what happens to unreadable ones.
#[derive(Debug, Args)]
pub(crate) struct RedriveArguments {
    /// Show the dead letters, and leave all of them where they are
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Number of messages at most
    #[arg(long, default_value_t = 1_000, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) most: u32,
    /// Delete messages that this version cannot read. Do not use it after a rollback: a later
    /// version may have written them
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) drop_unreadable: bool,
}
