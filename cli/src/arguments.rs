//! What may be written on the command line, and in the environment instead.

mod calendars;
mod overrides;
mod redrive;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub(crate) use calendars::CalendarsCommand;
use callsheet_domain::{Actor, CalendarId, EventId, InvalidActor, InvalidId};
use clap::{Args, Parser, Subcommand, ValueEnum};
pub(crate) use overrides::{CalendarChange, PreferCommand};
pub(crate) use redrive::RedriveArguments;

/// Decides which meetings Recall.ai records: policies, previews, explanations, words.
///
/// Works against the local cloud (`. .local/up/environment`) or against AWS,
/// with the credentials and the region that any AWS tool finds.
///
/// Ends with 0 if all is well, 1 if the answer is no (a policy that makes no
/// sense, a push that is refused, an event nobody knows), 2 if it cannot be
/// answered.
#[derive(Debug, Parser)]
#[command(name = "callsheet", version)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) reach: ConnectionArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where things are. What is not needed need not be named.
#[derive(Debug, Args)]
#[command(next_help_heading = "Where things are")]
pub(crate) struct ConnectionArgs {
    /// Print JSON for programs instead of text for people
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) json: bool,
    /// The table of calendars, words and policies
    #[arg(
        long,
        global = true,
        env = "CALLSHEET_STATE_TABLE",
        value_name = "NAME"
    )]
    pub(crate) state_table: Option<String>,
    /// The table of decisions
    #[arg(
        long,
        global = true,
        env = "CALLSHEET_DECISIONS_TABLE",
        value_name = "NAME"
    )]
    pub(crate) decisions_table: Option<String>,
    /// The queue of notices
    #[arg(long, global = true, env = "CALLSHEET_QUEUE_URL", value_name = "URL")]
    pub(crate) queue_url: Option<String>,
    /// The queue of messages that were given up on
    #[arg(long, global = true, env = "CALLSHEET_DLQ_URL", value_name = "URL")]
    pub(crate) dlq_url: Option<String>,
    /// Recall's address in your region [default: that of us-east-1]. The key
    /// comes from the environment alone: `CALLSHEET_RECALL_API_KEY`
    #[arg(long, global = true, env = "CALLSHEET_RECALL_URL", value_name = "URL")]
    pub(crate) recall_url: Option<String>,
    /// Calls a minute to list events, as the stack is told
    #[arg(
        long,
        global = true,
        env = "CALLSHEET_LIST_EVENTS_PER_MINUTE",
        default_value_t = 60,
        value_name = "CALLS"
    )]
    pub(crate) list_events_per_minute: u32,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check, push and read the policy
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Show which upcoming meetings would gain, lose or change a bot under another policy
    Preview(PreviewArguments),
    /// Say why a meeting is recorded or not, and how far that is carried out
    Explain {
        /// Recall's id of the event
        #[arg(value_parser = event_id)]
        event: EventId,
    },
    /// Say what a person wants recorded, which goes before the policy
    #[command(subcommand)]
    Prefer(PreferCommand),
    /// Try again what was given up on
    Retry(RetryArguments),
    /// Show the policy, the calendars and the decisions as they stand
    Status,
    /// Show of which upcoming meetings Recall has other bots than it is known to have
    ///
    /// Ends with 1 if there are any. Nothing is changed: the next look at each mends it.
    Drift {
        /// Only this calendar, by Recall's id or its owner's address; may be given several times
        #[arg(long = "calendar", value_name = "CALENDAR")]
        calendars: Vec<String>,
    },
    /// List calendars, and disconnect one
    #[command(subcommand)]
    Calendars(CalendarsCommand),
    /// Have what changed looked at now, and every calendar that is owed a look
    Sweep {
        /// Have everything in every calendar looked at again, whatever was looked at before
        #[arg(long)]
        everything: bool,
    },
    /// Send the messages that were given up on back to the queue of notices
    Redrive(RedriveArguments),
}

/// What to try again.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct RetryArguments {
    /// Recall's id of the event
    #[arg(value_parser = event_id)]
    pub(crate) event: Option<EventId>,
    /// Everything that was given up on and is not over
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Say everything that is wrong with a policy, and where
    Lint {
        /// The policy, in YAML or JSON; - for standard input
        file: PathBuf,
    },
    /// Print the JSON Schema of a policy, for editors
    Schema,
    /// Put a policy into force for every meeting to come
    Push {
        /// The policy, in YAML or JSON; - for standard input
        file: PathBuf,
        /// What changes, for the history
        #[arg(long, value_name = "TEXT", value_parser = note)]
        note: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Print the policy that is in force
    Pull {
        /// One that was in force, instead
        #[arg(long, value_name = "N")]
        revision: Option<u64>,
        /// How it is written
        #[arg(long, value_enum, default_value_t = Format::Yaml)]
        format: Format,
    },
    /// List the policies that were in force, newest first
    History {
        /// How many at most
        #[arg(long, default_value_t = 20, value_name = "N")]
        most: usize,
    },
}

/// How a policy is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Yaml,
    Json,
}

/// Which upcoming meetings would gain, lose or change a bot. Nothing is written
/// but the file after `--save`.
#[derive(Debug, Args)]
pub(crate) struct PreviewArguments {
    /// The policy to preview, in YAML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: PathBuf,
    /// Take the events out of a file that --save wrote, instead of listing them at Recall.
    ///
    /// Then the meetings are compared with what the policy before would decide (--against, or
    /// the one in force if a state table is named, or the built-in one), and no words are heeded.
    #[arg(long, value_name = "FILE", conflicts_with = "save")]
    pub(crate) events: Option<PathBuf>,
    /// With --events: take the calendars, people's words and the decisions out of the tables
    #[arg(long, requires = "events", conflicts_with = "against")]
    pub(crate) stored: bool,
    /// With --events: the policy before
    #[arg(long, value_name = "FILE", requires = "events")]
    pub(crate) against: Option<PathBuf>,
    /// Also write the calendars and events that were listed to a file. It holds titles,
    /// addresses and meeting links: only you may read it
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    /// Only this calendar, by Recall's id or its owner's address; may be given several times
    #[arg(long = "calendar", value_name = "CALENDAR")]
    pub(crate) calendars: Vec<String>,
    /// Print the counts alone
    #[arg(long)]
    pub(crate) summary: bool,
}

/// Who says so.
#[derive(Debug, Args)]
pub(crate) struct By {
    /// Who says so, for explanations and the history [default: your name on this machine]
    #[arg(long, env = "CALLSHEET_BY", value_name = "NAME", value_parser = name)]
    pub(crate) by: Option<Actor>,
}

/// The longest note of a push, in characters.
const LONGEST_NOTE: usize = 500;

fn event_id(text: &str) -> Result<EventId, InvalidId> {
    EventId::parse(text)
}

fn name(text: &str) -> Result<Actor, InvalidActor> {
    Actor::parse(text)
}

fn note(text: &str) -> Result<String, String> {
    if (1..=LONGEST_NOTE).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err(format!("a note has 1 to {LONGEST_NOTE} characters"))
    }
}

/// The calendars among `all` that `asked` names, by id or owner's address.
pub(crate) fn is_asked(asked: &[String], id: &CalendarId, owner: Option<&str>) -> bool {
    let names = |text: &String| {
        text == id.as_str() || owner.is_some_and(|owner| owner.eq_ignore_ascii_case(text))
    };
    asked.is_empty() || asked.iter().any(names)
}
