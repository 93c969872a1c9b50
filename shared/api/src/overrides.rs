//! An override that was set or cleared.

use callsheet_app::overrides::{Obstacle, SetOverride};
use callsheet_domain::{OverrideScope, RuleName};
use schemars::JsonSchema;
use serde::Serialize;

use crate::delivery::{Delivery, RequestsSync};
use crate::explain::{Keeper, UNREADABLE};

/// An override that was set or cleared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OverrideSet {
    /// Recall's id of the event.
    pub event_id: String,
    /// Recall's id of the calendar.
    pub calendar: String,
    /// The meeting's title.
    pub title: Option<String>,
    /// What the override is stored under.
    pub scope: Scope,
    /// What it says.
    #[schemars(extend("enum" = ["record", "skip", "clear"]))]
    pub choice: &'static str,
    /// Who set it.
    pub by: String,
    /// Sequence number of this override among the owner's overrides and pauses.
    pub revision: u64,
    /// Whether it holds for the person; else for this connection, until the owner's
    /// address is known.
    pub is_of_person: bool,
    /// Why it has no effect on the meeting for now; none if it has.
    pub obstacle: Option<ObstacleKind>,
    /// Other copies of the meeting that keep a bot in it: after a `skip`, the bot stays for
    /// them.
    pub kept_by: Vec<Keeper>,
    /// Problems of stored rows that cannot be read, so that a copy may be missing.
    pub unreadable: Vec<String>,
    /// When the decisions take it in.
    pub takes_effect: TakesEffect,
    /// Name of the locked rule that decides in spite of it, `denied-domain` for locked denied
    /// domains; none unless `takes_effect` is `locked`.
    pub rule: Option<String>,
    /// Whether a sync of the calendar was requested.
    pub sync_request: Delivery,
}

/// When the decisions take an override in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TakesEffect {
    /// They have taken it in: a bot that is not wanted any more is about to be removed.
    Now,
    /// The next sync takes it in. One is requested, or else the next resync finds it.
    Soon,
    /// The policy locks that the event is skipped. It is stored, and counts once the lock does not
    /// apply any more.
    Locked,
}

impl TakesEffect {
    pub(crate) fn of(lock: Option<&RuleName>, is_applied: bool) -> Self {
        match lock {
            Some(_) => Self::Locked,
            None if is_applied => Self::Now,
            None => Self::Soon,
        }
    }
}

/// What an override is stored under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The whole meeting: all of its copies, in every calendar.
    Meeting,
    /// The platform's id of the event.
    Event,
    /// The platform's id of the series.
    Series,
    /// The `ical_uid` of the meeting.
    IcalUid,
}

/// Why an override has no effect on its meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ObstacleKind {
    /// The calendar is disconnected or deleted.
    CalendarGone,
    /// The event is deleted, or the meeting is cancelled.
    Cancelled,
    /// The meeting is over.
    Over,
    /// The event has no meeting link that a bot could join.
    NoLink,
}

impl ObstacleKind {
    pub(crate) fn of(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::CalendarGone => Self::CalendarGone,
            Obstacle::Cancelled => Self::Cancelled,
            Obstacle::Over => Self::Over,
            Obstacle::NoLink => Self::NoLink,
        }
    }
}

impl Scope {
    /// Represents a scope.
    #[must_use]
    pub fn of(scope: &OverrideScope) -> Self {
        match scope {
            OverrideScope::Event(_) => Self::Event,
            OverrideScope::PlatformSeries(_) => Self::Series,
            OverrideScope::Series(_) => Self::IcalUid,
        }
    }
}

impl RequestsSync for OverrideSet {
    fn sync_request(&mut self) -> &mut Delivery {
        &mut self.sync_request
    }
}

impl OverrideSet {
    /// Represents an override that was set.
    #[must_use]
    pub fn of(set: &SetOverride) -> Self {
        Self {
            event_id: set.decision.key.event_id.to_string(),
            calendar: set.decision.calendar_id.to_string(),
            title: set.decision.title.clone(),
            scope: Scope::of(&set.scope),
            choice: set.choice.as_str(),
            by: set.by.as_str().to_owned(),
            revision: set.revision.0,
            is_of_person: set.is_of_person,
            obstacle: set.obstacle.map(ObstacleKind::of),
            kept_by: Keeper::all_of(&set.decision, &set.kept_by),
            unreadable: set.unreadable.clone(),
            takes_effect: TakesEffect::of(set.lock(), set.is_applied),
            rule: set.lock().map(ToString::to_string),
            sync_request: Delivery::of(&set.notification),
        }
    }

    /// The same for the owner of the calendar: other calendars are not named.
    #[must_use]
    pub fn for_owner(mut self) -> Self {
        let kept_by = self.kept_by.into_iter();
        self.kept_by = kept_by.map(Keeper::unnamed).collect();
        self.unreadable.truncate(1);
        self.unreadable.fill(UNREADABLE.to_owned());
        self
    }
}
