//! Events with their decisions, in a list.

use callsheet_app::bot_state::BotState;
use callsheet_app::events::{FoundEvent, FoundEvents};
use callsheet_domain::{Email, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::explained_bot::AlertSummary;
use crate::unreadable::UnreadableDecision;

/// Events by start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EventList {
    /// When this was read.
    pub now: Timestamp,
    /// The events.
    pub events: Vec<EventEntry>,
    /// Decisions that cannot be read.
    pub unreadable_decisions: Vec<UnreadableDecision>,
    /// Cursor of the next page; none if these are all.
    pub next: Option<String>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EventEntry {
    /// Recall's id of the event.
    pub id: String,
    /// The shortest beginning of the id that names this event only, when it was read.
    pub short_id: String,
    /// Recall's id of the calendar.
    pub calendar: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// The meeting's title.
    pub title: Option<String>,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Whether it is recorded.
    #[schemars(extend("enum" = ["record", "skip"]))]
    pub verdict: &'static str,
    /// Name of the rule that decided.
    pub rule: String,
    /// Whether the policy locks the verdict, so that no override goes before it.
    pub locked: bool,
    /// The reason, in a sentence.
    pub reason: String,
    /// What became of the bot so far.
    #[schemars(extend("enum" = ["none", "due", "retrying", "uncertain", "abandoned", "scheduled", "dispatched"]))]
    pub bot: &'static str,
    /// Where the bot is in its life, by the statuses that Recall reported; none if there are none.
    #[schemars(extend("enum" = ["scheduled", "joining", "waiting_room", "in_call", "recording", "done", "not_recorded", null]))]
    pub outcome: Option<&'static str>,
    /// What is wrong with the meeting while it runs, and what a person can do, oldest first.
    pub alerts: Vec<AlertSummary>,
}

impl EventList {
    /// Represents events that were listed at `now`, and the cursor of the next page.
    #[must_use]
    pub fn of(found: FoundEvents, next: Option<String>, now: Timestamp) -> Self {
        let events = found.events.iter();
        Self {
            now,
            events: events.map(|event| EventEntry::of(event, now)).collect(),
            unreadable_decisions: UnreadableDecision::all_of(found.unreadable),
            next,
        }
    }
}

impl EventEntry {
    /// Represents an event that was read at `now`.
    #[must_use]
    pub fn of(event: &FoundEvent, now: Timestamp) -> Self {
        let row = &event.decision;
        let reason = row.verdict.reason();
        let owner = event.owner.as_ref().map(Email::as_str);
        Self {
            id: row.key.event_id.to_string(),
            short_id: event.short_id.clone(),
            calendar: row.calendar_id.to_string(),
            owner: owner.map(str::to_owned),
            title: row.title.clone(),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            verdict: row.verdict.as_str(),
            rule: reason.rule.to_string(),
            locked: reason.is_locked,
            reason: reason.reason.clone(),
            bot: BotState::of(row, now).as_str(),
            outcome: row.bot_outcome().map(|outcome| outcome.phase().as_str()),
            alerts: AlertSummary::all_of(row, now),
        }
    }
}
