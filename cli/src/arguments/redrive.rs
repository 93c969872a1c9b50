//! What may be written about messages that were given up on.

use clap::Args;

/// Send the messages that were given up on back to the queue of notices.
#[derive(Debug, Args)]
pub(crate) struct RedriveArguments {
    /// Show what lies there, and leave all of it there
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// How many messages at most
    #[arg(long, default_value_t = 1_000, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) most: u32,
    /// Delete those that no version of ours wrote, which are otherwise left there
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) drop_unreadable: bool,
}
