//! Arguments of `callsheet rebuild`.

use callsheet_domain::EventId;
use clap::Args;

use super::values::event_id;

/// Which unreadable decisions are rebuilt.
#[derive(Debug, Args)]
pub(crate) struct RebuildArguments {
    #[command(flatten)]
    pub(crate) target: RebuildTarget,
    /// Show the rows that cannot be read, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// One event, or all.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct RebuildTarget {
    /// Recall's id of the event
    #[arg(value_parser = event_id)]
    pub(crate) event: Option<EventId>,
    /// Rebuild every decision about an upcoming meeting that cannot be read
    #[arg(long)]
    pub(crate) all: bool,
}
