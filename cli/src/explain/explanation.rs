//! The parts of an explanation.

use std::collections::BTreeMap;

use callsheet_domain::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// A decision, its inputs beside the newest ones, and the state of the bot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Explanation {
    pub(crate) event_id: String,
    pub(crate) ical_uid: String,
    pub(crate) calendar: CalendarSummary,
    pub(crate) title: Option<String>,
    pub(crate) starts_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) is_over: bool,
    /// `record` or `skip`.
    pub(crate) verdict: &'static str,
    pub(crate) rule: String,
    pub(crate) reason: String,
    /// The facts that decided, by their names in policies.
    pub(crate) facts: BTreeMap<&'static str, Value>,
    /// Whether the rule is an expression that failed.
    pub(crate) expression_failed: bool,
    pub(crate) inputs: InputRevisions,
    /// The present overrides of the event and of its series.
    pub(crate) overrides: Vec<OverrideSummary>,
    /// The present pause of the calendar.
    pub(crate) pause: Option<PauseSummary>,
    pub(crate) bot: BotState,
    /// Problems of stored rows that cannot be read: what they say is missing above.
    pub(crate) unreadable: Vec<String>,
}

/// The calendar of the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CalendarSummary {
    pub(crate) id: String,
    pub(crate) owner: Option<String>,
    /// None if the calendar is not stored any more.
    pub(crate) status: Option<String>,
}

/// The inputs of the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct InputRevisions {
    /// Version of the event: when it was last changed.
    pub(crate) event_changed_at: Timestamp,
    pub(crate) calendar: Revisions,
    pub(crate) policy: Revisions,
    /// Revision 0 stands for no override.
    pub(crate) overrides: Revisions,
}

/// The revision of an input that was used, and the newest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Revisions {
    pub(crate) used: u64,
    pub(crate) newest: u64,
}

/// An override of the event or of its series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OverrideSummary {
    /// `event` or `series`.
    pub(crate) scope: &'static str,
    pub(crate) choice: &'static str,
    pub(crate) by: String,
    pub(crate) at: Timestamp,
}

/// A pause of the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PauseSummary {
    pub(crate) until: Timestamp,
    pub(crate) by: String,
}

/// The wanted bot, the applied bot, and the calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct BotState {
    pub(crate) wanted: Option<WantedSummary>,
    pub(crate) applied: AppliedState,
    /// The scheduler's next step.
    pub(crate) step: &'static str,
    pub(crate) attempts: u32,
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) last_error: Option<String>,
    /// Why the decision is abandoned, if it is.
    pub(crate) abandoned: Option<String>,
    /// The last calls, oldest first.
    pub(crate) calls: Vec<CallSummary>,
    /// Other copies of the meeting that keep a bot in it.
    pub(crate) kept_by: Vec<Keeper>,
}

/// A copy of the meeting, in another calendar, that keeps a bot in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Keeper {
    pub(crate) calendar: String,
    pub(crate) owner: Option<String>,
    pub(crate) event_id: String,
    pub(crate) state: KeptState,
    pub(crate) bot_id: Option<String>,
    pub(crate) joins_at: Timestamp,
    /// Whether it is the bot that this event wants too.
    pub(crate) is_shared: bool,
}

/// State of a bot that another copy keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeptState {
    AtRecall,
    /// The bot is on its way to the call or in it.
    Dispatched,
    ToBeScheduled,
}

/// A call to Recall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CallSummary {
    /// When the response arrived.
    pub(crate) at: Timestamp,
    pub(crate) call: &'static str,
    /// Why it was made.
    pub(crate) cause: &'static str,
    pub(crate) outcome: &'static str,
    /// Why it failed, if it did.
    pub(crate) reason: Option<String>,
    /// Whether it was made less than ten minutes before the start.
    pub(crate) is_late: bool,
}

/// The wanted bot, without its link, which may carry a passcode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct WantedSummary {
    pub(crate) joins_at: Timestamp,
    pub(crate) name: Option<String>,
}

/// State of the applied bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum AppliedState {
    /// No bot is applied.
    Nothing,
    /// The wanted bot is applied.
    AsWanted { bot_id: Option<String> },
    /// A bot is applied that is not the wanted one.
    Another {
        bot_id: Option<String>,
        joins_at: Timestamp,
    },
    /// A bot may or may not be applied.
    Uncertain,
    /// More bots exist than are wanted.
    TooMany,
    /// The bot is on its way to the call or in it.
    Dispatched { bot_id: Option<String> },
}
