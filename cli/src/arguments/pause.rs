//! Arguments of `callsheet pause`.

use callsheet_domain::{Timestamp, plus};
use clap::Args;
use jiff::SignedDuration;

use super::by::By;
use crate::time_args;

/// Which calendar is paused, and for how long.
#[derive(Debug, Args)]
pub(crate) struct PauseArguments {
    /// Recall's id of the calendar, or its owner's address
    pub(crate) calendar: String,
    #[command(flatten)]
    pub(crate) length: PauseLength,
    #[command(flatten)]
    pub(crate) by: By,
}

/// Length of a pause: an end, or a duration from now.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct PauseLength {
    /// End of the pause: 2026-12-24T18:00+01:00, or 2026-12-24T18:00[Europe/Berlin]
    #[arg(long, value_name = "TIME", value_parser = time_args::instant)]
    pub(crate) until: Option<Timestamp>,
    /// Length of the pause from now: 90m, 4h, 3d or 2w
    #[arg(long = "for", value_name = "DURATION", value_parser = time_args::duration)]
    pub(crate) duration: Option<SignedDuration>,
}

impl PauseLength {
    /// When a pause that begins at `now` ends.
    pub(crate) fn end(&self, now: Timestamp) -> Option<Timestamp> {
        let end = self.duration.map(|duration| plus(now, duration));
        self.until.or(end)
    }
}
