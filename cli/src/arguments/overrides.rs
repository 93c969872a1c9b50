//! Arguments of `callsheet override`.

use callsheet_domain::{EventId, OverrideChoice};
use clap::{Subcommand, ValueEnum};

use super::by::By;
use super::values::event_id;

#[derive(Debug, Subcommand)]
pub(crate) enum OverrideCommand {
    /// Override the policy for one event
    ///
    /// It goes before the policy, also before denied domains, and before an override of the
    /// event's series. Only facts such as a deleted event go before it.
    Event {
        /// Recall's id of the event
        #[arg(value_parser = event_id)]
        event: EventId,
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
    /// rule, which outlives that.
    Series {
        /// Recall's id of any event of the series
        #[arg(value_parser = event_id)]
        event: EventId,
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
