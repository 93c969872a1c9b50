//! What may be written about words and pauses.

use callsheet_domain::{EventId, Timestamp, plus};
use clap::{Args, Subcommand};
use jiff::SignedDuration;

use super::{By, event_id};
use crate::overrides::Say;
use crate::time_args;

#[derive(Debug, Subcommand)]
pub(crate) enum PreferCommand {
    /// About one event: goes before everything, also before denied domains
    Event {
        /// Recall's id of the event
        #[arg(value_parser = event_id)]
        event: EventId,
        /// What to do with it
        say: Say,
        #[command(flatten)]
        by: By,
    },
    /// About the whole series that an event belongs to
    ///
    /// A word is kept by the name that the calendar's platform gives the series: Google's
    /// recurringEventId, Outlook's seriesMasterId. Only where there is none it is kept by the
    /// meeting's `ical_uid`, which on Outlook names that meeting alone. The two are not both
    /// written: on Google they name the same meetings, and the last of several words counts.
    ///
    /// Changing "this and following events" makes a new series under new names, on Google as on
    /// Outlook. A word stays with the old one: say it again on an event of the new one. To have
    /// a word outlive that, write a rule into the policy.
    Series {
        /// Recall's id of any event of the series
        #[arg(value_parser = event_id)]
        event: EventId,
        /// What to do with it
        say: Say,
        #[command(flatten)]
        by: By,
    },
    /// About a whole calendar: pause or resume recording
    Calendar {
        /// Recall's id of the calendar, or its owner's address
        calendar: String,
        #[command(subcommand)]
        change: CalendarChange,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum CalendarChange {
    /// Record nothing for a while, but what somebody's word says
    Pause {
        #[command(flatten)]
        span: PauseSpan,
        #[command(flatten)]
        by: By,
    },
    /// Record again
    Resume {
        #[command(flatten)]
        by: By,
    },
}

/// For how long.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct PauseSpan {
    /// Until an instant: 2026-12-24T18:00+01:00, or 2026-12-24T18:00[Europe/Berlin]
    #[arg(long, value_name = "TIME", value_parser = time_args::instant)]
    pub(crate) until: Option<Timestamp>,
    /// For so long from now on: 90m, 4h, 3d, 2w
    #[arg(long = "for", value_name = "DURATION", value_parser = time_args::duration)]
    pub(crate) length: Option<SignedDuration>,
}

impl PauseSpan {
    /// When the pause ends.
    pub(crate) fn end(&self, now: Timestamp) -> Option<Timestamp> {
        let after = self.length.map(|length| plus(now, length));
        self.until.or(after)
    }
}
