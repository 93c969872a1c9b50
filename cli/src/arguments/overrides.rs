//! Arguments of `callsheet override`.

use std::path::PathBuf;

use callsheet_domain::OverrideChoice;
use clap::{Subcommand, ValueEnum};

use super::by::By;
use super::event::EventArgument;

#[derive(Debug, Subcommand)]
pub(crate) enum OverrideCommand {
    /// List the overrides and pauses that are in force
    List {
        /// Only this calendar, by Recall's id or the owner's address; may be repeated
        #[arg(long = "calendar", value_name = "CALENDAR")]
        calendars: Vec<String>,
        /// Print comma-separated values, which `override import` takes
        #[arg(long, conflicts_with = "json")]
        csv: bool,
    },
    /// Set the overrides and pauses of a file with comma-separated values
    ///
    /// The first line names the columns: `scope` (event, series, `ical_uid` or pause), `choice`
    /// (record, skip or clear), `until`, `platform`, `owner`, `calendar`, `id`, `event_id`, `by`.
    /// `callsheet override list --csv` prints such a file. If a line has a problem, each problem is
    /// reported and nothing is changed.
    Import {
        /// The file; - is standard input
        file: PathBuf,
        /// Only show what each line would change
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        by: By,
    },
    /// Override the policy for one event
    ///
    /// It goes before the policy, also before denied domains, and before an override of the
    /// event's series. Only facts such as a deleted event go before it.
    #[command(allow_missing_positional = true)]
    Event {
        #[command(flatten)]
        event: EventArgument,
        /// Whether the event is recorded
        choice: Choice,
        #[command(flatten)]
        by: By,
    },
    /// Choose for a whole meeting: for all of its copies, in every calendar
    ///
    /// A skip goes before every other override and the policy. Each person has one choice, and the
    /// meeting is skipped as long as one of them says so. A record holds unless somebody says skip,
    /// and goes before denied domains, overrides of series and pauses.
    ///
    /// The sync of the event has the copies in other calendars take the choice in; a skip is
    /// written to them at once.
    #[command(allow_missing_positional = true)]
    Meeting {
        #[command(flatten)]
        event: EventArgument,
        /// Whether the meeting is recorded; clear takes your own choice back
        choice: Choice,
        /// With clear: take the choices of all people back
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        by: By,
    },
    /// Override the policy for the series that an event belongs to
    ///
    /// It goes before the policy's rules and before a pause. Denied domains and overrides of single
    /// events go before it.
    ///
    /// It belongs to the owner of the calendar, so it holds for all connections of the mailbox.
    ///
    /// The override is stored under the platform's id of the series: Google's recurringEventId,
    /// Outlook's seriesMasterId. If there is none, or if only the `ical_uid` tells the split-offs of
    /// the series, it is stored under the `ical_uid`.
    ///
    /// Changing "this and following events" makes a new series. In Google it is the same series for
    /// an override. In Outlook nothing tells that: the override stays with the old one. Set it again
    /// for an event of the new series, or write a rule, which outlives that. EVENT is any event of
    /// the series.
    #[command(allow_missing_positional = true)]
    Series {
        #[command(flatten)]
        event: EventArgument,
        /// Whether the series is recorded
        choice: Choice,
        #[command(flatten)]
        by: By,
    },
}

/// What an override says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Choice {
    /// Record it
    Record,
    /// Do not record it
    Skip,
    /// Remove the override, so that the policy decides again
    Clear,
}

impl From<Choice> for OverrideChoice {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::Record => Self::Record,
            Choice::Skip => Self::Skip,
            Choice::Clear => Self::Clear,
        }
    }
}
