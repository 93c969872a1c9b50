//! What is deleted with a calendar, who wants that, and what became of it.

use callsheet_app::ports::Removed;
use callsheet_app::removal_effects::RemovalEffects;
use callsheet_domain::RequestedDisconnection;
use schemars::JsonSchema;
use serde::Serialize;

use crate::calendars::owner_address;
use crate::delivery::{Delivery, RequestsSync};
pub use crate::requested::Requested;
use crate::unreadable::UnreadableDecision;

/// A calendar that is to be deleted, and what is deleted with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Removal {
    /// Recall's id of the calendar.
    pub calendar: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// Its status before.
    pub status: String,
    /// Number of its upcoming meetings.
    pub meetings: usize,
    /// Number of bots that only its events have.
    pub bots: usize,
    /// Number of bots that events in other calendars share.
    pub shared_bots: usize,
    /// Decisions that cannot be read: they may have further bots, and cannot be retired.
    pub unreadable: Vec<UnreadableDecision>,
}

/// The answer to an operator who disconnects a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Disconnected {
    /// The disconnection.
    #[serde(flatten)]
    pub disconnection: CalendarDisconnection,
    /// What became of it.
    pub outcome: Outcome,
    /// Request of the sync that deletes the calendar at Recall and retires its decisions; none in
    /// a dry run, and none if the calendar was deleted without a sync.
    pub sync_request: Option<Delivery>,
}

/// What became of a disconnection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing was changed: this is a dry run.
    DryRun,
    /// It is stored now as wanted, and a sync carries it out.
    Requested,
    /// It was stored before as wanted, and a sync carries it out.
    AlreadyRequested,
    /// The calendar was deleted at Recall now, without a sync.
    Deleted,
    /// The calendar was deleted at Recall before.
    AlreadyDeleted,
}

impl Removal {
    /// Represents what is deleted with a calendar.
    #[must_use]
    pub fn of(effects: RemovalEffects) -> Self {
        let calendar = &effects.calendar;
        Self {
            calendar: calendar.id.to_string(),
            owner: owner_address(calendar),
            status: calendar.status.to_string(),
            meetings: effects.meetings,
            bots: effects.bots,
            shared_bots: effects.shared_bots,
            unreadable: UnreadableDecision::all_of(effects.unreadable),
        }
    }
}

impl Outcome {
    /// Represents the result of a deletion at Recall.
    #[must_use]
    pub fn of(removed: Removed) -> Self {
        match removed {
            Removed::Deleted => Self::Deleted,
            Removed::AlreadyGone => Self::AlreadyDeleted,
        }
    }
}

/// The disconnection of a calendar: what is deleted with it, and who asked for that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CalendarDisconnection {
    /// What is deleted.
    #[serde(flatten)]
    pub removal: Removal,
    /// Who asked for it; none if nobody did. It stays once the calendar is deleted.
    pub requested: Option<Requested>,
}

/// A calendar whose disconnection was asked for, which a sync carries out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DisconnectionRequested {
    /// The disconnection.
    #[serde(flatten)]
    pub disconnection: CalendarDisconnection,
    /// Request of the sync that deletes the calendar at Recall and retires its decisions.
    pub sync_request: Delivery,
}

impl RequestsSync for DisconnectionRequested {
    fn sync_request(&mut self) -> &mut Delivery {
        &mut self.sync_request
    }
}

impl CalendarDisconnection {
    /// Represents what is deleted, and who wants that.
    #[must_use]
    pub fn of(effects: RemovalEffects, wanted: Option<&RequestedDisconnection>) -> Self {
        Self {
            removal: Removal::of(effects),
            requested: wanted.map(Requested::of),
        }
    }
}
