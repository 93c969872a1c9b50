//! What may be written about calendars as a whole.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum CalendarsCommand {
    /// List every calendar that is remembered, and how far each was looked at
    List {
        /// Also ask Recall for its list, and say where the two differ
        #[arg(long)]
        recall: bool,
    },
    /// Delete a calendar at Recall, and with it the bots of its upcoming meetings
    ///
    /// What was decided is kept to be looked at, and wants nothing any more. A calendar that is
    /// deleted cannot be brought back: its owner connects it anew, under a new id. Done again it
    /// changes nothing.
    Disconnect {
        /// Recall's id of the calendar, or its owner's address
        calendar: String,
        /// Do not ask whether it is meant
        #[arg(long)]
        yes: bool,
    },
}
