//! Command-line arguments, and the environment variables that stand in for them.

mod activity;
mod by;
mod calendars;
mod console;
mod coverage;
mod event;
mod events;
mod forget;
mod init;
mod overrides;
mod pause;
mod policy;
mod preview;
mod rebuild;
mod redrive;
mod status;

#[cfg(test)]
mod documents;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use activity::ActivityArguments;
pub(crate) use by::By;
pub(crate) use calendars::{
    CalendarsCommand, ConnectArguments, DisconnectArguments, ListArguments, Provider,
};
use callsheet_app::events::EventName;
use callsheet_domain::CalendarId;
use clap::{Args, Parser, Subcommand};
pub(crate) use console::{ConsoleCommand, KeyCommand};
pub(crate) use coverage::CoverageArguments;
pub(crate) use event::EventArgument;
pub(crate) use events::{EventsArguments, VerdictChoice};
pub(crate) use forget::ForgetArguments;
pub(crate) use init::{InitArguments, Recorded};
pub(crate) use overrides::{Choice, OverrideCommand};
pub(crate) use pause::PauseArguments;
pub(crate) use policy::{Format, PolicyCommand};
pub(crate) use preview::PreviewArguments;
pub(crate) use rebuild::RebuildArguments;
pub(crate) use redrive::RedriveArguments;
pub(crate) use status::StatusArguments;
use values::{calendar_id, event_name};

/// Operates Callsheet, which decides which meetings Recall.ai bots record
///
/// Works on a deployed stack, or on the local cloud (`. .local/up/environment`). Region and
/// credentials come from the usual AWS chain. Settings that a command does not use need not be
/// given.
///
/// Exit codes: 0 it is done, or the answer is yes; 1 the answer is no, or not complete (an invalid
/// policy, a refused push, an unknown event, bots that drifted, a row that cannot be read); 2 the
/// question cannot be answered (a missing setting, a service that does not respond, a wrong
/// argument).
#[derive(Debug, Parser)]
#[command(name = "callsheet", version)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Addresses of the stack and of Recall. A command needs only those that it uses.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    /// Print JSON for programs instead of text
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) json: bool,
    /// Show times in UTC, and not in your time zone (`TZ`, or the machine's)
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) utc: bool,
    /// Profile of the configuration file, whose settings stand in for those that are not given
    #[arg(long, global = true, env = "CALLSHEET_PROFILE", value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Stack of CloudFormation, from whose outputs tables, queues and the webhook's address are read
    #[arg(long, global = true, env = "CALLSHEET_STACK", value_name = "NAME")]
    pub(crate) stack: Option<String>,
    /// Table of calendars, overrides and policies
    #[arg(
        long,
        global = true,
        env = "CALLSHEET_STATE_TABLE",
        value_name = "NAME"
    )]
    pub(crate) state_table: Option<String>,
    /// Table of decisions
    #[arg(
        long,
        global = true,
        env = "CALLSHEET_DECISIONS_TABLE",
        value_name = "NAME"
    )]
    pub(crate) decisions_table: Option<String>,
    /// Queue of sync requests
    #[arg(long, global = true, env = "CALLSHEET_QUEUE_URL", value_name = "URL")]
    pub(crate) queue_url: Option<String>,
    /// Dead-letter queue of the sync queue
    #[arg(long, global = true, env = "CALLSHEET_DLQ_URL", value_name = "URL")]
    pub(crate) dlq_url: Option<String>,
    /// Address of the webhook function
    #[arg(long, global = true, env = "CALLSHEET_WEBHOOK_URL", value_name = "URL")]
    pub(crate) webhook_url: Option<String>,
    /// Secret with the signing keys of the console
    #[arg(
        long,
        global = true,
        env = "CALLSHEET_SIGNING_KEYS",
        value_name = "ARN"
    )]
    pub(crate) signing_keys: Option<String>,
    /// Address of the console
    #[arg(long, global = true, env = "CALLSHEET_CONSOLE_URL", value_name = "URL")]
    pub(crate) console_url: Option<String>,
    /// Recall's address in your region [default: that of us-east-1]. The API key
    /// is read from the environment only: `CALLSHEET_RECALL_API_KEY`
    #[arg(long, global = true, env = "CALLSHEET_RECALL_URL", value_name = "URL")]
    pub(crate) recall_url: Option<String>,
    /// Rate limit of listing events: the stack's `ListEventsPerMinute` [default: 60]
    #[arg(
        long,
        global = true,
        env = "CALLSHEET_LIST_EVENTS_PER_MINUTE",
        value_name = "CALLS"
    )]
    pub(crate) list_events_per_minute: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a first policy, by five questions or by flags, and preview it
    ///
    /// Asks on the terminal what no flag answers. Activates nothing: `callsheet policy push` does.
    Init(InitArguments),
    /// Check, push and read policies
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Show which upcoming meetings would gain, lose or change a bot under another policy
    ///
    /// Changes nothing. Events are listed at Recall within the stack's rate limit, unless they are
    /// read from a file with --events.
    Preview(PreviewArguments),
    /// List events: what is recorded, what became of the bots, and the ids that other commands take
    Events(EventsArguments),
    /// Explain why a meeting is or is not recorded, and which calls were made
    Explain {
        #[command(flatten)]
        event: EventArgument,
    },
    /// Record or skip one event or a series, whatever the policy says
    #[command(subcommand)]
    Override(OverrideCommand),
    /// Stop recording in a calendar for some time
    ///
    /// Meetings with a `record` override are still recorded. When the pause ends, the next resync
    /// syncs the calendar.
    Pause(PauseArguments),
    /// End the pause of a calendar
    Resume {
        /// Recall's id of the calendar, or its owner's address
        calendar: String,
        #[command(flatten)]
        by: By,
    },
    /// List what people did: pushes of policies, overrides, pauses and disconnections, newest first
    ///
    /// What was replaced, cleared or ended since is listed, too.
    Activity(ActivityArguments),
    /// Remove what is stored about a person or a calendar
    ///
    /// Only shows what it would do, unless --yes is given. Removes a person's name from overrides,
    /// pauses, policies and the log of activity; titles, links, facts and reasons from decisions
    /// that are over; and all rows of calendars that are deleted at Recall. Exit code 1 if
    /// something has to stay for now.
    Forget(ForgetArguments),
    /// Send a bot to a running meeting, now
    ///
    /// The wish is kept as an override of the event, so that the policy does not take the bot out
    /// again. If the meeting had a bot that has ended, another one is sent in its place, whatever
    /// became of it. Exit code 1 if the meeting does not run, or if its bot may be in the call.
    Send {
        #[command(flatten)]
        event: EventArgument,
        #[command(flatten)]
        by: By,
    },
    /// Reopen abandoned decisions, so that the scheduler calls Recall again
    Retry(RetryArguments),
    /// Rebuild decisions that cannot be read, from Recall
    ///
    /// Deletes the stored rows that cannot be read, and no others, and requests a full sync of
    /// their calendars, which decides again. The history of calls is lost. Do not use it after a
    /// rollback: deploy the later version again, which can read them.
    Rebuild(RebuildArguments),
    /// Show the health of the stack, the active policy, and totals of calendars and meetings
    ///
    /// Exit code 1 if anything needs a person. Each problem is shown with what to do about it.
    Status(StatusArguments),
    /// Count how many meetings were recorded, and why the others were not
    ///
    /// Meetings that are over are counted by the day of their start in UTC, each once, whatever the
    /// number of its copies. Of days whose decisions have expired, kept totals are counted. Exit
    /// code 1 if a decision cannot be read, or if no totals of a day are kept.
    Coverage(CoverageArguments),
    /// Show upcoming meetings for which Recall has other bots than Callsheet knows
    ///
    /// Also shows calendars that are gone at Recall. Exit code 1 if there are any, or if not every
    /// meeting could be compared. Changes nothing: the next sync of each event repairs it.
    Drift {
        /// Only this calendar, by Recall's id or the owner's address; may be repeated
        #[arg(long = "calendar", value_name = "CALENDAR")]
        calendars: Vec<String>,
    },
    /// List calendars, connect one, or disconnect one
    #[command(subcommand)]
    Calendars(CalendarsCommand),
    /// Check a deployment from the outside, and say what to do about what is wrong
    ///
    /// Checks credentials, the stack and its settings, Recall's key and region, webhooks, calendars,
    /// clocks, syncs, rate limits and alarms. Sends the webhook function one webhook without a
    /// signature, and a signed one about a known calendar, which is synced once. Exit code 1 if a
    /// check fails.
    Doctor {
        /// Recall's id of the calendar that the test webhook is about [default: a known one]
        #[arg(long, value_name = "CALENDAR", value_parser = calendar_id)]
        calendar: Option<CalendarId>,
    },
    /// Give access to the HTTP API: tokens and signing keys
    #[command(subcommand)]
    Console(ConsoleCommand),
    /// Start a resync now: catch up with changes, and run the full syncs that are needed
    Resync {
        /// Request a full sync of every calendar, and a comparison with Recall's list of calendars
        #[arg(long)]
        full: bool,
    },
    /// Send dead letters back to the sync queue
    ///
    /// A dead letter is a message that failed ten times. Messages that no version of Callsheet
    /// wrote, or that a later version wrote, stay where they are.
    Redrive(RedriveArguments),
}

/// Which abandoned decisions are reopened.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct RetryArguments {
    /// Recall's id of the event, or the beginning of it: `callsheet events` lists them
    #[arg(value_parser = event_name)]
    event: Option<String>,
    /// The event whose title contains TITLE, in place of its id
    #[arg(long, value_name = "TITLE", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    find: Option<String>,
    /// Reopen every abandoned decision whose meeting is not over
    #[arg(long)]
    pub(crate) all: bool,
}

impl RetryArguments {
    /// How the event is named; none for all.
    pub(crate) fn name(self) -> Option<EventName> {
        let id = self.event.map(EventName::Id);
        id.or(self.find.map(EventName::Title))
    }
}
