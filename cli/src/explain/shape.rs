//! What an explanation holds.

use std::collections::BTreeMap;

use callsheet_domain::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// A decision, and what it was made from beside what there is now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Explained {
    pub(crate) event_id: String,
    pub(crate) ical_uid: String,
    pub(crate) calendar: CalendarShown,
    pub(crate) title: Option<String>,
    pub(crate) starts_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) is_over: bool,
    pub(crate) verdict: &'static str,
    pub(crate) rule: String,
    pub(crate) reason: String,
    /// The facts that decided, by their names in policies.
    pub(crate) facts: BTreeMap<&'static str, Value>,
    /// The rule is an expression that failed.
    pub(crate) has_failed: bool,
    pub(crate) seen: Seen,
    pub(crate) said: Vec<SaidAbout>,
    pub(crate) paused: Option<PauseShown>,
    pub(crate) bot: BotShown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CalendarShown {
    pub(crate) id: String,
    pub(crate) owner: Option<String>,
    pub(crate) status: Option<&'static str>,
}

/// What it was decided from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Seen {
    /// The version of the event, by its last change.
    pub(crate) event_changed_at: Timestamp,
    pub(crate) calendar: Revisions,
    pub(crate) policy: Revisions,
    /// 0 if nobody had spoken.
    pub(crate) overrides: Revisions,
}

/// A revision beside the newest there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Revisions {
    pub(crate) seen: u64,
    pub(crate) newest: u64,
}

/// A word that concerns the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SaidAbout {
    /// `event` or `series`.
    pub(crate) about: &'static str,
    pub(crate) choice: &'static str,
    pub(crate) by: String,
    pub(crate) at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PauseShown {
    pub(crate) until: Timestamp,
    pub(crate) by: String,
}

/// What is wanted at Recall, and what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct BotShown {
    pub(crate) wanted: Option<WantedShown>,
    pub(crate) applied: AppliedShown,
    /// What is still to be done.
    pub(crate) step: &'static str,
    pub(crate) attempts: u32,
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) last_error: Option<String>,
    /// Why what is wanted was given up on.
    pub(crate) abandoned: Option<String>,
    /// The last calls, oldest first.
    pub(crate) calls: Vec<CallShown>,
}

/// A call that was made to Recall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CallShown {
    /// When it was answered.
    pub(crate) at: Timestamp,
    pub(crate) call: &'static str,
    /// Why it was made.
    pub(crate) cause: &'static str,
    pub(crate) outcome: &'static str,
    /// Why it did not go through.
    pub(crate) reason: Option<String>,
    /// It was made within ten minutes of the start.
    pub(crate) is_late: bool,
}

/// A bot without its link, which may carry a passcode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct WantedShown {
    pub(crate) joins_at: Timestamp,
    pub(crate) name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum AppliedShown {
    /// No bot.
    Nothing,
    /// The bot that is wanted.
    AsWanted { bot_id: Option<String> },
    /// Another than is wanted.
    Another {
        bot_id: Option<String>,
        joins_at: Timestamp,
    },
    /// Perhaps one.
    Uncertain,
    /// More than are wanted.
    TooMany,
    /// On its way, or in the call.
    Dispatched { bot_id: Option<String> },
}
