//! Abandoned decisions, and those that were reopened.

use callsheet_app::retry::Reopened;
use callsheet_domain::{Decision, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::unreadable::UnreadableDecision;

/// The decisions that were reopened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Retried {
    /// Their meetings, by start.
    pub meetings: Vec<AbandonedMeeting>,
    /// Decisions that cannot be read, so that they may be abandoned or not.
    pub unreadable: Vec<UnreadableDecision>,
    /// Whether there may be more abandoned decisions, which were not reopened.
    pub has_more: bool,
}

impl Retried {
    /// Represents decisions that were reopened.
    #[must_use]
    pub fn of(reopened: Reopened) -> Self {
        Self {
            meetings: AbandonedMeeting::all_of(&reopened.decisions),
            unreadable: UnreadableDecision::all_of(reopened.unreadable),
            has_more: reopened.has_more,
        }
    }
}

/// A meeting whose decision is or was abandoned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AbandonedMeeting {
    /// Recall's id of the event.
    pub event_id: String,
    /// The meeting's title.
    pub title: Option<String>,
    /// When it starts.
    pub starts_at: Timestamp,
    /// Why the decision was abandoned.
    pub reason: String,
}

impl AbandonedMeeting {
    /// The meeting of `row`, if the decision is abandoned.
    #[must_use]
    pub fn of(row: &Decision) -> Option<Self> {
        let abandoned = row.abandoned.as_ref().filter(|_| row.is_abandoned())?;
        Some(Self {
            event_id: row.key.event_id.to_string(),
            title: row.title.clone(),
            starts_at: row.starts_at,
            reason: abandoned.reason.clone(),
        })
    }

    /// The meetings of those `rows` whose decision is abandoned, by start.
    #[must_use]
    pub fn all_of(rows: &[Decision]) -> Vec<Self> {
        let mut meetings: Vec<_> = rows.iter().filter_map(Self::of).collect();
        meetings.sort_by(|one, other| {
            (one.starts_at, &one.event_id).cmp(&(other.starts_at, &other.event_id))
        });
        meetings
    }
}
