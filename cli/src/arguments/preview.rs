//! Arguments of `callsheet preview`.

use std::path::PathBuf;

use clap::Args;

/// What is previewed, and against which events and which policy.
#[derive(Debug, Args)]
pub(crate) struct PreviewArguments {
    /// The policy to preview, in YAML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: PathBuf,
    /// Read the events from a file that --save wrote, instead of listing them at Recall
    ///
    /// No overrides are applied then. Meetings are compared with the policy of --against, else with
    /// the active one if a state table is given, else with the built-in one.
    #[arg(long, value_name = "FILE", conflicts_with = "save")]
    pub(crate) events: Option<PathBuf>,
    /// With --events: read calendars, overrides and decisions from the tables
    #[arg(long, requires = "events", conflicts_with = "against")]
    pub(crate) stored: bool,
    /// With --events: the policy to compare with
    #[arg(long, value_name = "FILE", requires = "events")]
    pub(crate) against: Option<PathBuf>,
    /// Also write the listed calendars and events to a file
    ///
    /// It contains titles, addresses and meeting links, and only you can read it.
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    /// Only this calendar, by Recall's id or the owner's address; may be repeated
    #[arg(long = "calendar", value_name = "CALENDAR")]
    pub(crate) calendars: Vec<String>,
    /// Print counts only
    #[arg(long)]
    pub(crate) summary: bool,
}
