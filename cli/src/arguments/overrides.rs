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
    /// It belongs to the owner of the calendar, so it holds for all connections of the mailbox.
    ///
    /// The override is stored under the platform's id of the series: Google's recurringEventId,
    /// Outlook's seriesMasterId. If there is none, or if only the `ical_uid` tells the split-offs of
    /// the series, it is stored under the `ical_uid`.
    ///
    /// Changing "this and following events" makes a new series. In Google it is the same series for
    /// an override. In Outlook nothing tells that: the override stays with the old one. Set it again
    /// for an event of the new series, or write a rule, which outlives that.
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
