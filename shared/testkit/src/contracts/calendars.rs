//! What every implementation of `Calendars` must do about the record of each calendar.

use callsheet_app::ports::{Calendars, WriteOutcome};
use callsheet_domain::{
    CalendarId, CalendarMetadata, CalendarRecord, CalendarRevision, CalendarStatus, CompletedSync,
    DisconnectReason, ListedIds, OverrideRevision, PageCursor, Platform, PolicyRevision, Retired,
    SyncInProgress, UnreadableEvent, UnreadableEvents, Version,
};
use futures_util::future::join_all;

use crate::{With as _, a_calendar, a_calendar_record, an_email, at, id};

async fn stored(calendars: &impl Calendars, id: &CalendarId) -> Option<CalendarRecord> {
    calendars.record(id).await.expect("the store answers")
}

/// Metadata of which nothing is known, of which all is, and of which a part is.
fn metadata(index: usize) -> CalendarMetadata {
    let team = ("team".to_owned(), Some("Vertrieb “ü”".to_owned()));
    match index {
        0 => CalendarMetadata::default(),
        1 => CalendarMetadata::shown([]),
        _ => CalendarMetadata::kept([team, ("tier".to_owned(), None)].into(), index > 2),
    }
}

pub(super) async fn write(calendars: &impl Calendars, record: &CalendarRecord) -> WriteOutcome {
    calendars
        .write_record(record)
        .await
        .expect("the store answers")
}

/// A calendar that was never written has no record.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_unknown_calendar_has_no_record(calendars: &impl Calendars) {
    assert_eq!(stored(calendars, &a_calendar().id).await, None);
}

/// A record is read as it was written, with the next version.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_calendar_record_is_read_as_it_was_written(calendars: &impl Calendars) {
    let completed_sync = |since: Option<&str>| CompletedSync {
        began_at: at("09:00:00.123456"),
        since: since.map(at),
        full_sync_at: Some(at(since.map_or("09:00:00.123456", |_| "07:00:00.000007"))),
        policy: PolicyRevision(7),
        overrides: OverrideRevision(u64::from(since.is_some())),
        holds_until: since.map(|_| at("12:00:00.000009")),
    };
    let statuses = [
        CalendarStatus::Connecting,
        CalendarStatus::Connected,
        CalendarStatus::Disconnected,
        CalendarStatus::Deleted,
        CalendarStatus::parse("reauthorizing").expect("a status"),
    ];
    let syncs = [
        None,
        Some(completed_sync(None)),
        Some(completed_sync(Some("08:59:30.000001"))),
    ];
    for (index, status) in statuses.into_iter().enumerate() {
        for (sync_index, sync) in syncs.iter().enumerate() {
            let record = a_calendar_record().with(|record| {
                let calendar = &mut record.calendar;
                calendar.id = id(format!("calendar-{index}-{sync_index}"));
                calendar.platform = [Platform::Google, Platform::Outlook][sync_index % 2];
                calendar.status = status;
                calendar.email = (sync_index > 0).then(|| an_email("jürgen+x@acme.example"));
                calendar.disconnect_reason =
                    DisconnectReason::parse("AADSTS50173").filter(|_| !status.holds_bots());
                calendar.metadata = metadata(sync_index);
                calendar.updated_at = at("08:00:00.654321");
                record.revision = CalendarRevision(index as u64);
                record.last_sync.clone_from(sync);
                record.in_progress = sync.clone().map(|mark| SyncInProgress {
                    next: mark
                        .since
                        .map(|_| PageCursor("https://recall.example/?cursor=a%2Bb".to_owned())),
                    mark,
                    pages: 3,
                    listed: 300,
                    held_until: at("09:01:30.000001"),
                });
                record.listed_so_far = sync.as_ref().map(|_| {
                    let mut listed = ListedIds::default();
                    (0..sync_index).for_each(|number| {
                        listed.add(&id::<callsheet_domain::EventId>(format!("event-{number}")));
                    });
                    listed
                });
                record.own_addresses = vec![an_email("old@acme.example")];
                record.unreadable_events = UnreadableEvents {
                    named: (0..sync_index)
                        .map(|number| UnreadableEvent {
                            id: id(format!("event-{number}")),
                            problem: "a value of an unknown kind: “ü”".to_owned(),
                            since: at("08:30:00.000001"),
                            seen_at: at("08:40:00.000002"),
                        })
                        .collect(),
                    more: u32::from(sync_index == 2),
                };
                record.retired = sync.as_ref().map(|sync| Retired {
                    since: sync.began_at,
                    until: at("09:02:00.000001"),
                });
            });
            assert_eq!(write(calendars, &record).await, WriteOutcome::Written);
            let expected = record.clone().with(|record| record.version = Version(1));
            let stored = stored(calendars, &record.calendar.id).await;
            assert_eq!(stored, Some(expected));
        }
    }
}

/// A write succeeds only if the stored version is the one that was read, and
/// then replaces the whole record.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_calendar_record_is_written_only_over_the_version_that_was_read(
    calendars: &impl Calendars,
) {
    let fresh = a_calendar_record();
    assert_eq!(write(calendars, &fresh).await, WriteOutcome::Written);
    assert_eq!(write(calendars, &fresh).await, WriteOutcome::Conflict);
    let next = fresh.clone().with(|record| {
        record.version = Version(1);
        record.calendar.email = None;
        record.calendar.status = CalendarStatus::Deleted;
    });
    assert_eq!(write(calendars, &next).await, WriteOutcome::Written);
    assert_eq!(write(calendars, &next).await, WriteOutcome::Conflict);
    let unseen = next.clone().with(|record| {
        record.calendar.id = id("calendar-never-there");
    });
    assert_eq!(write(calendars, &unseen).await, WriteOutcome::Conflict);
    let expected = next.with(|record| record.version = Version(2));
    assert_eq!(stored(calendars, &a_calendar().id).await, Some(expected));
}

/// Of concurrent writes over the same version one succeeds.
///
/// # Panics
/// If the implementation does something else.
pub async fn of_concurrent_writes_of_a_calendar_record_one_succeeds(calendars: &impl Calendars) {
    let record = a_calendar_record();
    let writers = join_all((0..8).map(|_| write(calendars, &record))).await;
    let winners = writers
        .iter()
        .filter(|written| **written == WriteOutcome::Written);
    assert_eq!(winners.count(), 1);
}
