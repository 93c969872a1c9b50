//! The alerts about meetings that run.

use std::collections::BTreeMap;

use callsheet_app::status as read;
use callsheet_domain::{AlertKind, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::explained_bot::AlertSummary;

/// The alerts about meetings that run: a person in the call can still save the recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MeetingAlerts {
    /// Number of them by kind. Copies of a meeting that share a bot count once.
    pub by_kind: BTreeMap<&'static str, usize>,
    /// The first of them, at most twenty, by start.
    pub first: Vec<MeetingAlert>,
}

/// An alert about a meeting that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MeetingAlert {
    /// Recall's id of the event of one of the copies.
    pub event_id: String,
    /// The meeting's title.
    pub title: Option<String>,
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Since when the bot waits, is late, may not record, is gone, or is not alone.
    pub since: Option<Timestamp>,
    /// What is wrong, and what a person can do.
    pub alert: AlertSummary,
}

impl MeetingAlerts {
    pub(crate) fn of(read: &read::MeetingAlerts) -> Self {
        let by_kind = read.by_kind.iter();
        Self {
            by_kind: by_kind
                .map(|(kind, count)| (AlertKind::as_str(*kind), *count))
                .collect(),
            first: read.first.iter().map(MeetingAlert::of).collect(),
        }
    }

    /// Number of all of them.
    #[must_use]
    pub fn count(&self) -> usize {
        self.by_kind.values().sum()
    }
}

impl MeetingAlert {
    fn of(read: &read::MeetingAlert) -> Self {
        let (row, alert) = (&read.row, &read.alert);
        Self {
            event_id: row.key.event_id.to_string(),
            title: row.title.clone(),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            since: row.alerted_since(alert.kind),
            alert: AlertSummary::of(row, alert),
        }
    }

    pub(crate) fn without_title(self) -> Self {
        Self {
            title: None,
            alert: self.alert.unnamed(),
            ..self
        }
    }
}
