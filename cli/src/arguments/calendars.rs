//! Arguments of `callsheet calendars`.

use std::path::PathBuf;

use callsheet_domain::{CalendarId, CalendarMetadata, CalendarStatus};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum};

use super::by::By;

#[derive(Debug, Subcommand)]
pub(crate) enum CalendarsCommand {
    /// List known calendars: status, last syncs, and by which policy their meetings are decided
    ///
    /// Shows a page, and how to get the next one. A page that is filtered may be short and still
    /// have a next one.
    List(ListArguments),
    /// Connect your own calendar, to try Callsheet with it
    ///
    /// Opens the consent of Google or Microsoft in the browser, with your company's OAuth client,
    /// and creates the calendar at Recall. The secret of the client is read from a file or from
    /// `CALLSHEET_OAUTH_CLIENT_SECRET`. Your product's users connect theirs through the product.
    Connect(ConnectArguments),
    /// Delete a calendar at Recall, and with it the bots of its upcoming meetings
    ///
    /// Stores who wants that, and a sync carries it out in a few seconds. This cannot be undone:
    /// the owner has to connect the calendar again, and it gets a new id. Its decisions are retired
    /// and stay readable. Running the command again requests the sync again.
    Disconnect(DisconnectArguments),
}

/// Which calendar is disconnected, and how.
#[derive(Debug, Args)]
pub(crate) struct DisconnectArguments {
    /// Recall's id of the calendar, or its owner's address
    pub(crate) calendar: String,
    /// Do not ask for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    /// Only show what would be deleted
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    /// Delete it at Recall right away, with Recall's key: for a calendar that is not stored, or
    /// whose stored record cannot be read
    #[arg(long)]
    pub(crate) at_recall: bool,
    #[command(flatten)]
    pub(crate) by: By,
}

/// Whose consent is asked for, and how.
#[derive(Debug, Args)]
pub(crate) struct ConnectArguments {
    /// The service that keeps the calendar
    #[arg(value_enum)]
    pub(crate) provider: Provider,
    /// Id of the OAuth client
    #[arg(long, value_name = "ID", env = "CALLSHEET_OAUTH_CLIENT_ID",
          value_parser = NonEmptyStringValueParser::new())]
    pub(crate) client_id: String,
    /// File with the secret of the OAuth client
    #[arg(long, value_name = "FILE")]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// Port of this machine that the browser is sent back to [default: a free one]
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub(crate) port: u16,
    /// Metadata that the calendar gets, which policies read. May be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) metadata: Vec<(String, String)>,
    /// Only print the address, and open no browser
    #[arg(long)]
    pub(crate) no_browser: bool,
}

/// A service that keeps calendars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Provider {
    /// Google Calendar
    Google,
    /// Microsoft Outlook
    Microsoft,
}

/// Which calendars are listed.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct ListArguments {
    /// Only calendars with this status: connecting, connected, disconnected or deleted
    #[arg(long, value_name = "STATUS", value_parser = status)]
    pub(crate) status: Option<CalendarStatus>,
    /// Only calendars that need a full sync
    #[arg(long)]
    pub(crate) needs_full_sync: bool,
    /// Only calendars with a problem: disconnected, not synced, or with events that cannot be read
    #[arg(long)]
    pub(crate) problem: bool,
    /// Only calendars whose owner's address or whose id contains TEXT
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) find: Option<String>,
    /// Show the value of this key of the calendars' metadata; with `=VALUE`, only calendars that
    /// have it. May be given several times
    #[arg(long, value_name = "KEY[=VALUE]", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) metadata: Vec<String>,
    /// Also count the upcoming meetings of each calendar
    #[arg(long)]
    pub(crate) meetings: bool,
    /// Calendars of a page
    #[arg(long, value_name = "N", default_value_t = 25,
          value_parser = clap::value_parser!(u16).range(1..=200))]
    pub(crate) limit: u16,
    /// Continue where the page before ended: its `next`
    #[arg(long, value_name = "CURSOR", value_parser = cursor)]
    pub(crate) cursor: Option<CalendarId>,
    /// Read all pages, and Recall's list of calendars too, and show differences
    #[arg(long, conflicts_with_all = ["status", "needs_full_sync", "problem", "find", "metadata", "limit", "cursor"])]
    pub(crate) recall: bool,
}

fn status(text: &str) -> Result<CalendarStatus, String> {
    CalendarStatus::parse(text).ok_or_else(|| "a status is expected, such as connected".to_owned())
}

/// A key and a value of metadata, as policies can name them.
fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or("a key and its value are expected, such as team=sales")?;
    if !CalendarMetadata::is_key(key) {
        return Err("a key has 1 to 100 characters".to_owned());
    }
    if !CalendarMetadata::is_value(value) {
        return Err("a value has 1 to 500 characters".to_owned());
    }
    Ok((key.to_owned(), value.to_owned()))
}

fn cursor(text: &str) -> Result<CalendarId, String> {
    CalendarId::parse(text).map_err(|_| "give the `next` of the page before".to_owned())
}
