//! Which lists of the workspace are the first full sync of a new calendar.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use test_case::test_case;

use super::*;
use crate::event::{Calendar, CalendarStatus, Platform};
use crate::id::CalendarId;
use crate::revision::PolicyRevision;

fn at(seconds: i64) -> Timestamp {
    plus(
        Timestamp::UNIX_EPOCH,
        SignedDuration::from_secs(1_000_000_000 + seconds),
    )
}

/// A calendar that was created at 0, and whose record was stored at an instant, with so many
/// changes before.
fn stored(seconds: i64, changes: u64) -> CalendarRecord {
    let calendar = Calendar {
        id: CalendarId::parse("calendar-1").expect("an id"),
        platform: Platform::Google,
        status: CalendarStatus::Connected,
        email: None,
        disconnect_reason: None,
        metadata: crate::event::CalendarMetadata::default(),
        created_at: Some(at(0)),
        updated_at: at(0),
    };
    CalendarRecord {
        revision: CalendarRevision(1 + changes),
        ..CalendarRecord::first(calendar, at(seconds))
    }
}

/// A list that began at an instant, and reached back to another one.
fn list(began: i64, since: i64) -> WorkspaceCoverage {
    WorkspaceCoverage {
        began_at: at(began),
        since: Some(at(since)),
        starts_until: None,
        skipped: BTreeSet::new(),
        policy: PolicyRevision(1),
    }
}

#[test_case(&list(10, -30), &stored(5, 0) => true; "it began after the record was stored")]
#[test_case(&list(10, -30), &stored(20, 0) => true; "it began before that, and after the calendar was created")]
#[test_case(&list(10, -30), &stored(20, 1) => false; "the calendar has changed since it began")]
#[test_case(&list(30, -30), &stored(20, 1) => true; "the calendar changed before it began")]
#[test_case(&list(0, -30), &stored(20, 0) => false; "the calendar was created when it began")]
#[test_case(&list(10, -29), &stored(5, 0) => false; "it does not reach back far enough")]
fn a_list_of_what_changed_is_a_first_sync(
    coverage: &WorkspaceCoverage,
    record: &CalendarRecord,
) -> bool {
    let first = coverage.first_sync(record, &Overrides::default());
    if let Some(first) = &first {
        assert_eq!((first.began_at, first.since), (coverage.began_at, None));
    }
    first.is_some()
}

#[test]
fn a_list_that_skipped_a_calendar_is_none_of_its_syncs() {
    let record = stored(5, 0);
    let skipped = BTreeSet::from([record.calendar.id.clone()]);
    let coverage = WorkspaceCoverage {
        skipped,
        ..list(10, -30)
    };
    assert_eq!(coverage.first_sync(&record, &Overrides::default()), None);
}
