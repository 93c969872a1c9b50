//! Arguments of `callsheet console`.

use callsheet_auth::Role;
use clap::{Args, Subcommand};
use jiff::SignedDuration;

use super::by::By;
use crate::time_args;

/// Commands about access to the console.
#[derive(Debug, Subcommand)]
pub(crate) enum ConsoleCommand {
    /// Print an access token: an operator's, unless told otherwise
    ///
    /// Reads the signing keys with your AWS credentials: who may read that secret may do anything
    /// in the console.
    Token(TokenArguments),
    /// Print a link that opens the console as an operator
    ///
    /// Whoever has the link has the access in it, until it expires.
    Open {
        /// A link that shows everything and changes nothing
        #[arg(long)]
        reader: bool,
        /// How long it is valid: 15m, 8h. At most 1h for readers, 8h for operators
        #[arg(long = "for", value_name = "DURATION", default_value = "1h", value_parser = time_args::duration)]
        life: SignedDuration,
        #[command(flatten)]
        by: By,
    },
    /// Print a link that opens the console as the owner of calendars, or as a participant of a meeting
    ///
    /// Whoever has the link has the access in it, until it expires. A participant's asks one question:
    /// may the meeting be recorded? The name of `--by` tells participants apart.
    #[command(group = clap::ArgGroup::new("whom").required(true))]
    Link {
        /// A calendar, by Recall's id, or all calendars of the owner's address; may be repeated
        #[arg(long = "owner", value_name = "CALENDAR", group = "whom")]
        calendars: Vec<String>,
        /// An event of the participant's meeting, by Recall's id
        #[arg(long, value_name = "EVENT", group = "whom")]
        participant: Option<String>,
        /// How long it is valid: at most 1h for owners, 31d for participants
        #[arg(long = "for", value_name = "DURATION", default_value = "1h", value_parser = time_args::duration)]
        life: SignedDuration,
        #[command(flatten)]
        by: By,
    },
    /// Add, remove or list the signing keys of host applications
    #[command(subcommand)]
    Key(KeyCommand),
}

/// Commands about signing keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Add a key, and print its secret, once
    Add {
        /// Its name: letters, digits, '-', '_' and '.'. It is in the tokens, and in the log
        name: String,
        /// The roles that it may sign: owner, participant, reader, operator
        #[arg(long, value_delimiter = ',', required = true)]
        roles: Vec<Role>,
    },
    /// Remove a key: within minutes the console refuses its tokens
    Remove {
        /// Its name
        name: String,
    },
    /// List the keys: their names and roles, not their secrets
    List,
}

/// The access token that is printed.
#[derive(Debug, Args)]
pub(crate) struct TokenArguments {
    /// A token of the owner of this calendar, by Recall's id, or of all calendars of an address; may be repeated
    #[arg(long = "calendar", value_name = "CALENDAR", group = "role")]
    pub(crate) calendars: Vec<String>,
    /// A token of a participant of this event, by Recall's id
    #[arg(long, value_name = "EVENT", group = "role")]
    pub(crate) event: Option<String>,
    /// A token that reads everything and writes nothing
    #[arg(long, group = "role")]
    pub(crate) reader: bool,
    /// How long it is valid: 15m, 8h. At most 1h for owners and readers, 8h for operators
    #[arg(long = "for", value_name = "DURATION", default_value = "1h", value_parser = time_args::duration)]
    pub(crate) life: SignedDuration,
    #[command(flatten)]
    pub(crate) by: By,
}
