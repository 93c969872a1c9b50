//! The alerts about meetings that run, each once for all copies that share its bot.
//!
//! The entries of the index by day tell which meetings have alerts, so they are counted at any
//! size of the workspace. Only the rows of the first ones are read, which say what a person can
//! do.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{Alert, AlertKind, BotId, Decision, Timestamp};

use crate::PortError;
use crate::ports::{AlertEntry, Decisions};

/// The most alerts that are named.
const MOST_NAMED: usize = 20;

/// The alerts about meetings that run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeetingAlerts {
    /// Number of them by kind.
    pub by_kind: BTreeMap<AlertKind, usize>,
    /// The first of them, at most twenty, by start.
    pub first: Vec<MeetingAlert>,
}

/// An alert about a meeting that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingAlert {
    /// The alert.
    pub alert: Alert,
    /// The row of a copy of the meeting.
    pub row: Decision,
}

impl MeetingAlerts {
    /// Number of all of them.
    #[must_use]
    pub fn count(&self) -> usize {
        self.by_kind.values().sum()
    }

    /// The alerts that entries of the index tell of, as of `now`.
    pub(super) async fn read<D: Decisions>(
        decisions: &D,
        entries: Vec<AlertEntry>,
        now: Timestamp,
    ) -> Result<Self, PortError> {
        let mut entries = each_once(entries, now);
        let counted = entries.split_off(entries.len().min(MOST_NAMED));
        let keys: BTreeSet<_> = entries.iter().map(|entry| entry.key.clone()).collect();
        let keys: Vec<_> = keys.into_iter().collect();
        let rows = decisions.decisions(&keys).await?.decisions;
        let mut alerts = Self::default();
        for entry in counted {
            *alerts.by_kind.entry(entry.kind).or_default() += 1;
        }
        for entry in entries {
            let row = rows.iter().find(|row| row.key == entry.key);
            // The index may lag behind the row.
            if let Some(found) = row.and_then(|row| MeetingAlert::of(row, entry.kind, now)) {
                *alerts.by_kind.entry(entry.kind).or_default() += 1;
                alerts.first.push(found);
            }
        }
        Ok(alerts)
    }
}

impl MeetingAlert {
    fn of(row: &Decision, kind: AlertKind, now: Timestamp) -> Option<Self> {
        let mut alerts = row.alerts_at(now).into_iter();
        let found = alerts.find(|alert| alert.kind == kind);
        found.map(|alert| Self {
            alert,
            row: row.clone(),
        })
    }
}

/// The alerts about meetings that run at `now`, by start, those of several copies once.
fn each_once(mut entries: Vec<AlertEntry>, now: Timestamp) -> Vec<AlertEntry> {
    entries.retain(|entry| entry.starts_at <= now && now < entry.ends_at);
    entries.sort_by(|one, other| {
        let place = |entry: &AlertEntry| (entry.starts_at, entry.kind);
        (place(one), &one.key).cmp(&(place(other), &other.key))
    });
    let mut known: BTreeSet<(AlertKind, BotId)> = BTreeSet::new();
    entries.retain(|entry| known.insert((entry.kind, entry.bot_id.clone())));
    entries
}
