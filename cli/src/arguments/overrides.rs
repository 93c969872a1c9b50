//! Arguments of `callsheet override`.

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
    /// Override the policy for the series that an event belongs to
    ///
    /// It goes before the policy's rules and before a pause. Denied domains and overrides of single
    /// events go before it.
    ///
    /// The override is stored under the platform's id of the series: Google's recurringEventId,
    /// Outlook's seriesMasterId. Only if there is none, it is stored under the `ical_uid`. In Google
    /// that is every event with this `ical_uid`, in Outlook this meeting only. If both exist, the
    /// one that was set last wins.
    ///
    /// Changing "this and following events" makes a new series with a new id on either platform.
    /// The override stays with the old one. Set it again for an event of the new series, or write a
    /// rule, which outlives that. EVENT is any event of the series.
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
