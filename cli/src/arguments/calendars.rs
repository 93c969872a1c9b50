//! Arguments of `callsheet calendars`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum CalendarsCommand {
    /// List every known calendar: status, last syncs, meetings and bots
    List {
        /// Also read Recall's list of calendars, and show differences
        #[arg(long)]
        recall: bool,
    },
    /// Delete a calendar at Recall, and with it the bots of its upcoming meetings
    ///
    /// This cannot be undone: the owner has to connect the calendar again, and it gets a new id.
    /// Its decisions are retired and stay readable. Running the command again changes nothing.
    Disconnect {
        /// Recall's id of the calendar, or its owner's address
        calendar: String,
        /// Do not ask for confirmation
        #[arg(long)]
        yes: bool,
    },
}
