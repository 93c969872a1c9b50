//! The record of a calendar, as a row.

use std::collections::BTreeMap;

use callsheet_domain::{
    Actor, Calendar, CalendarId, CalendarMetadata, CalendarRecord, CalendarRevision,
    CalendarStatus, CompletedSync, DisconnectReason, Email, EventId, ListedIds, OverrideRevision,
    Platform, PolicyRevision, RequestedDisconnection, Retired, Timestamp, UnreadableEvent,
    UnreadableEvents, Version,
};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use super::place::{EVENTS, partition_of};
use super::sync_row::SyncInProgressRow;
use crate::stored_text;

#[derive(Serialize, Deserialize)]
pub(super) struct CalendarRow {
    #[serde(with = "stored_text")]
    calendar_id: CalendarId,
    #[serde(with = "stored_text")]
    platform: Platform,
    #[serde(with = "stored_text")]
    status: CalendarStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    disconnect_reason: Option<String>,
    #[serde(
        with = "stored_text::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    email: Option<Email>,
    /// Null for a value that cannot be read. Absent if nothing is known of the metadata.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    metadata: Option<BTreeMap<String, Option<String>>>,
    /// Whether there may be metadata under other keys.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    has_more_metadata: bool,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    created_at: Option<Timestamp>,
    #[serde(with = "microsecond::required")]
    updated_at: Timestamp,
    revision: u64,
    #[serde(with = "microsecond::required")]
    changed_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sync: Option<CompletedSyncRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sync_in_progress: Option<SyncInProgressRow<CompletedSyncRow>>,
    /// One that cannot be read costs itself: the sync goes on without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listed_so_far: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retired: Option<RetiredRow>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unreadable_events: Vec<UnreadableEventRow>,
    #[serde(default, skip_serializing_if = "is_zero")]
    more_unreadable: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    own_addresses: Vec<AddressRow>,
    /// Who wants it to be deleted at Recall, the key that vouched for the name, and since when.
    #[serde(
        with = "stored_text::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    by: Option<Actor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    via: Option<String>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    at: Option<Timestamp>,
    /// From when on the index of due calendars shows it. It follows from the rest.
    #[serde(
        with = "microsecond::optional",
        skip_deserializing,
        skip_serializing_if = "Option::is_none"
    )]
    due_at: Option<Timestamp>,
    /// For the index of events that cannot be read: that the calendar has some, and since when
    /// they wait to be read once more. Both follow from the rest.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    untried: Option<&'static str>,
    #[serde(
        with = "microsecond::optional",
        skip_deserializing,
        skip_serializing_if = "Option::is_none"
    )]
    untried_since: Option<Timestamp>,
    /// The partition of the owner's name, by which the index of owners finds the calendar. It
    /// follows from the rest.
    #[serde(skip_deserializing)]
    owner: String,
    version: u64,
}

/// An address of the owner.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct AddressRow(#[serde(with = "stored_text")] Email);

#[derive(Serialize, Deserialize)]
struct RetiredRow {
    #[serde(with = "microsecond::required")]
    since: Timestamp,
    #[serde(with = "microsecond::required")]
    until: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct UnreadableEventRow {
    #[serde(with = "stored_text")]
    id: EventId,
    problem: String,
    #[serde(with = "microsecond::required")]
    since: Timestamp,
    #[serde(with = "microsecond::required")]
    seen_at: Timestamp,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[derive(Serialize, Deserialize)]
struct CompletedSyncRow {
    #[serde(with = "microsecond::required")]
    began_at: Timestamp,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    since: Option<Timestamp>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    full_sync_at: Option<Timestamp>,
    policy: u64,
    overrides: u64,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    holds_until: Option<Timestamp>,
}

impl CalendarRow {
    pub(super) fn of(record: &CalendarRecord) -> Self {
        let calendar = &record.calendar;
        let metadata = &calendar.metadata;
        let disconnection = record.disconnection.as_ref();
        let is_shown = *metadata != CalendarMetadata::default();
        Self {
            calendar_id: calendar.id.clone(),
            platform: calendar.platform,
            status: calendar.status,
            disconnect_reason: (calendar.disconnect_reason.as_ref())
                .map(|reason| reason.as_str().to_owned()),
            email: calendar.email.clone(),
            metadata: is_shown.then(|| metadata.values().clone()),
            has_more_metadata: is_shown && !metadata.is_complete(),
            created_at: calendar.created_at,
            updated_at: calendar.updated_at,
            revision: record.revision.0,
            changed_at: record.changed_at,
            last_sync: record.last_sync.clone().map(Into::into),
            sync_in_progress: record.in_progress.as_ref().map(SyncInProgressRow::of),
            listed_so_far: record.listed_so_far.as_ref().and_then(ListedIds::text),
            retired: record
                .retired
                .map(|Retired { since, until }| RetiredRow { since, until }),
            unreadable_events: (record.unreadable_events.named.iter().cloned())
                .map(Into::into)
                .collect(),
            more_unreadable: record.unreadable_events.more,
            own_addresses: (record.own_addresses.iter().cloned())
                .map(AddressRow)
                .collect(),
            by: disconnection.map(|wanted| wanted.by.clone()),
            via: disconnection.and_then(|wanted| wanted.by.key().map(str::to_owned)),
            at: disconnection.map(|wanted| wanted.at),
            due_at: record.due_at(),
            untried: record.untried_since().map(|_| EVENTS),
            untried_since: record.untried_since(),
            owner: partition_of(&calendar.owner()),
            version: record.version.next().0,
        }
    }

    pub(super) fn record(self) -> CalendarRecord {
        CalendarRecord {
            calendar: Calendar {
                id: self.calendar_id,
                platform: self.platform,
                status: self.status,
                disconnect_reason: (self.disconnect_reason.as_deref())
                    .and_then(DisconnectReason::parse),
                email: self.email,
                metadata: (self.metadata).map_or_else(CalendarMetadata::default, |values| {
                    CalendarMetadata::kept(values, !self.has_more_metadata)
                }),
                created_at: self.created_at,
                updated_at: self.updated_at,
            },
            revision: CalendarRevision(self.revision),
            changed_at: self.changed_at,
            last_sync: self.last_sync.map(Into::into),
            listed_so_far: self.listed_so_far.as_deref().and_then(ListedIds::parse),
            in_progress: self.sync_in_progress.map(SyncInProgressRow::sync),
            retired: self
                .retired
                .map(|RetiredRow { since, until }| Retired { since, until }),
            unreadable_events: UnreadableEvents {
                named: self.unreadable_events.into_iter().map(Into::into).collect(),
                more: self.more_unreadable,
            },
            own_addresses: (self.own_addresses.into_iter())
                .map(|AddressRow(email)| email)
                .collect(),
            disconnection: (self.by.zip(self.at)).map(|(by, at)| RequestedDisconnection {
                by: by.signed_with(self.via),
                at,
            }),
            version: Version(self.version),
        }
    }
}

impl From<UnreadableEvent> for UnreadableEventRow {
    fn from(event: UnreadableEvent) -> Self {
        let UnreadableEvent {
            id,
            problem,
            since,
            seen_at,
        } = event;
        Self {
            id,
            problem,
            since,
            seen_at,
        }
    }
}

impl From<UnreadableEventRow> for UnreadableEvent {
    fn from(row: UnreadableEventRow) -> Self {
        let UnreadableEventRow {
            id,
            problem,
            since,
            seen_at,
        } = row;
        Self {
            id,
            problem,
            since,
            seen_at,
        }
    }
}

impl From<CompletedSync> for CompletedSyncRow {
    fn from(sync: CompletedSync) -> Self {
        Self {
            began_at: sync.began_at,
            since: sync.since,
            full_sync_at: sync.full_sync_at,
            policy: sync.policy.0,
            overrides: sync.overrides.0,
            holds_until: sync.holds_until,
        }
    }
}

impl From<CompletedSyncRow> for CompletedSync {
    fn from(row: CompletedSyncRow) -> Self {
        Self {
            began_at: row.began_at,
            since: row.since,
            full_sync_at: row.full_sync_at,
            policy: PolicyRevision(row.policy),
            overrides: OverrideRevision(row.overrides),
            holds_until: row.holds_until,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::{Attributes, read_row, write_row};
    use serde_json::json;

    /// Every build that reads version 1 reads this row.
    #[test]
    fn a_calendar_as_written_by_hand_is_read_and_written() {
        let sync = json!({
            "began_at": 5, "since": 2, "full_sync_at": 1, "policy": 3, "overrides": 4,
            "holds_until": 9,
        });
        let mut in_progress = sync.clone();
        in_progress["next"] = "cursor".into();
        in_progress["pages"] = 1.into();
        in_progress["listed"] = 100.into();
        in_progress["held_until"] = 8.into();
        let row = json!({
            "v": 1, "calendar_id": "calendar-sales",
            "platform": "google_calendar", "status": "connected", "email": "sales@acme.example",
            "disconnect_reason": "invalid_grant", "metadata": {"team": "sales", "tier": null},
            "has_more_metadata": true, "created_at": 1, "updated_at": 1, "revision": 2, "changed_at": 4, "last_sync": sync, "sync_in_progress": in_progress,
            "retired": {"since": 6, "until": 7},
            "unreadable_events": [
                {"id": "event-1", "problem": "no times", "since": 3, "seen_at": 4},
            ],
            "more_unreadable": 2, "by": "sales@acme.example", "via": "crm", "at": 4, "due_at": 0, "untried": "events", "untried_since": 4, "owner": "person#8oBZ_pzm86sgqrOBnSN3gA", "version": 7,
        });
        let row: Attributes = serde_dynamo::to_item(row).expect("a row");
        let mut record = read_row::<CalendarRow>(row.clone())
            .expect("readable")
            .record();
        assert_eq!(record.calendar.status, CalendarStatus::Connected);
        let completed = record.last_sync.clone().expect("a completed sync");
        assert_eq!(completed.overrides, OverrideRevision(4));
        assert_eq!(record.in_progress.as_ref().expect("a sync").mark, completed);
        assert_eq!(record.version, Version(7));
        record.version = Version(6);
        assert_eq!(write_row(CalendarRow::of(&record)), row);
    }
}
