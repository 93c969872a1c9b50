//! Views of the decisions of all calendars together, for totals. They are read from indexes,
//! which may lag behind the writes by a moment.

use std::future::Future;

use callsheet_domain::{AlertKind, BotId, Decision, DecisionKey, Timestamp, Verdict};

use super::decisions::UnreadableRow;
use crate::PortError;
use crate::bot_state::BotState;

/// A decision, as the index by day shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayEntry {
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Whether it is to be recorded.
    pub is_recorded: bool,
    /// What became of its bot, [whenever its call may be made](BotState::at_any_time).
    pub bot: BotState,
    /// When its call may be made.
    pub not_before: Option<Timestamp>,
}

impl DayEntry {
    /// The entry of a row; none if another row of the event decides.
    #[must_use]
    pub fn of(row: &Decision) -> Option<Self> {
        (!row.is_superseded()).then(|| Self {
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            is_recorded: matches!(row.verdict, Verdict::Record(_)),
            bot: BotState::at_any_time(row),
            not_before: row.attempts.not_before,
        })
    }

    /// What became of the bot, as of `now`.
    #[must_use]
    pub fn bot_at(&self, now: Timestamp) -> BotState {
        self.bot.waiting(self.not_before, now)
    }
}

/// An alert about a meeting, as the index by day shows it. All copies that share a bot have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertEntry {
    /// The key of the copy's row.
    pub key: DecisionKey,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Why.
    pub kind: AlertKind,
    /// The bot that it is about.
    pub bot_id: BotId,
}

impl AlertEntry {
    /// The [alerts](Decision::standing_alerts) of a row; none if another row of the event decides.
    pub fn all_of(row: &Decision) -> impl Iterator<Item = Self> + '_ {
        let alerts = row.standing_alerts().into_iter();
        alerts.map(|alert| Self {
            key: row.key.clone(),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            kind: alert.kind,
            bot_id: alert.bot_id,
        })
    }
}

/// The decisions of some days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DayEntries {
    /// Those whose entries can be read, in any order.
    pub entries: Vec<DayEntry>,
    /// The alerts about their meetings, over or not, in any order.
    pub alerts: Vec<AlertEntry>,
    /// Rows whose entries cannot be read, such as those of a later version.
    pub unreadable: Vec<UnreadableRow>,
}

/// A due decision, as the index of due rows shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueStart {
    /// The row's key.
    pub key: DecisionKey,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// When its call may be made; none before its first call.
    pub not_before: Option<Timestamp>,
}

/// The first of several, in order of start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct First<T> {
    /// The first ones.
    pub first: Vec<T>,
    /// Whether there are more.
    pub has_more: bool,
}

/// Views of the decisions of all calendars together.
pub trait DecisionOverview: Send + Sync {
    /// The decisions about the meetings of all calendars that start at or after `from` and
    /// before `until`.
    fn starting_between(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> impl Future<Output = Result<DayEntries, PortError>> + Send;

    /// The first `most` due decisions, in order of start, waiting ones included.
    fn first_due(
        &self,
        most: usize,
    ) -> impl Future<Output = Result<First<DueStart>, PortError>> + Send;

    /// Keys of the first `most` abandoned decisions about meetings that start at or after
    /// `from`, in order of start. Those that have an owner check may be missing.
    fn abandoned(
        &self,
        from: Timestamp,
        most: usize,
    ) -> impl Future<Output = Result<First<DecisionKey>, PortError>> + Send;
}
