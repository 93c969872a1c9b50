//! The law of the index of due calendars: a resync that reads only what is due misses nothing
//! that a calendar has a reason of its own for, and what is done is not due any more.

use callsheet_domain::{
    CalendarStatus, CompletedSync, Retired, SyncInProgress, UnappliedOverride, UnreadableEvent,
    UnreadableEvents, Version,
};
use callsheet_testkit::{With as _, a_calendar_record, id};
use proptest::option;
use proptest::prelude::*;
use test_case::test_case;

use super::*;

/// Instants about two hours, so that a sync may be left long ago.
fn instants() -> impl Strategy<Value = Timestamp> {
    (0..120_i64).prop_map(|minute| {
        let began = Timestamp::from_second(1_800_000_000).expect("in range");
        plus(began, SignedDuration::from_mins(minute))
    })
}

fn syncs() -> impl Strategy<Value = CompletedSync> {
    let inputs = (0..3_u64, 0..3_u64);
    let since = (option::of(instants()), option::of(instants()));
    let all = (instants(), since, inputs, option::of(instants()));
    all.prop_map(
        |(began_at, (since, full_sync_at), inputs, holds_until)| CompletedSync {
            began_at,
            since,
            full_sync_at,
            policy: PolicyRevision(inputs.0),
            overrides: OverrideRevision(inputs.1),
            holds_until,
        },
    )
}

fn in_progress() -> impl Strategy<Value = SyncInProgress<CompletedSync>> {
    (syncs(), instants()).prop_map(|(mark, held_until)| SyncInProgress {
        mark,
        next: None,
        pages: 0,
        listed: 0,
        held_until,
    })
}

fn unreadable() -> impl Strategy<Value = UnreadableEvents> {
    (
        option::weighted(0.2, instants()),
        prop_oneof![8 => Just(0), 1 => Just(1_u32)],
    )
        .prop_map(|(seen_at, more)| UnreadableEvents {
            named: seen_at
                .map(|seen_at| UnreadableEvent {
                    id: id("event-1"),
                    problem: "its start is missing".to_owned(),
                    since: seen_at,
                    seen_at,
                })
                .into_iter()
                .collect(),
            more,
        })
}

fn records() -> impl Strategy<Value = CalendarRecord> {
    let statuses = prop_oneof![
        4 => Just(CalendarStatus::Connected),
        1 => Just(CalendarStatus::Connecting),
        1 => Just(CalendarStatus::Disconnected),
        1 => Just(CalendarStatus::Deleted),
    ];
    let retired = option::of((instants(), instants()));
    let synced = (option::weighted(0.8, syncs()), option::of(in_progress()));
    (statuses, synced, retired, unreadable()).prop_map(
        |(status, (last_sync, in_progress), retired, unreadable_events)| {
            a_calendar_record().with(|record| {
                record.calendar.status = status;
                record.last_sync = last_sync;
                record.in_progress = in_progress;
                record.retired = retired.map(|(since, until)| Retired { since, until });
                record.unreadable_events = unreadable_events;
                record.version = Version(1);
            })
        },
    )
}

fn listed() -> impl Strategy<Value = ListedCalendar> {
    let unapplied = option::weighted(0.2, instants());
    (records(), 0..3_u64, unapplied).prop_map(|(record, revision, unapplied)| ListedCalendar {
        person: record.calendar.owner(),
        override_revision: OverrideRevision(revision),
        unapplied: unapplied
            .map(|since| UnappliedOverride {
                calendar_id: record.calendar.id.clone(),
                event_id: id("event-1"),
                revision: OverrideRevision(revision),
                since,
            })
            .into_iter()
            .collect(),
        record,
    })
}

/// Whether a resync finds the calendar in the index: by its record, or by the head of its
/// owner's overrides, which stays there until they are applied.
fn is_shown(listed: &ListedCalendar, now: Timestamp) -> bool {
    let due_at = listed.record.due_at();
    due_at.is_some_and(|due_at| due_at <= now) || !listed.has_applied_overrides()
}

/// Whether a resync has something to do for a reason of the calendar's own.
fn has_own_work(plan: &ResyncPlan, listed: &ListedCalendar, now: Timestamp) -> bool {
    let record = &listed.record;
    let due_sync = plan.due_sync(record, listed.override_revision, now);
    let holds_bots = record.calendar.status.holds_bots();
    let is_new = due_sync == Some(DueSync::First) && record.changed_at <= now;
    is_new
        || matches!(due_sync, Some(DueSync::Resume | DueSync::NeedsFull))
        || record.needs_retiring()
        || (holds_bots && record.unnamed_due_at().is_some_and(|at| at <= now))
        || (holds_bots && !listed.unapplied.is_empty())
}

fn plan(policy: u64) -> ResyncPlan {
    ResyncPlan {
        policy: PolicyRevision(policy),
        full_since: Timestamp::MIN,
        changed_since: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_a_calendar_has_a_reason_of_its_own_for_is_due(
        listed in listed(),
        policy in 0..3_u64,
        now in instants(),
    ) {
        if has_own_work(&plan(policy), &listed, now) {
            prop_assert!(is_shown(&listed, now));
        }
    }

    #[test]
    fn what_is_due_has_something_to_do(
        listed in listed(),
        policy in 0..3_u64,
        now in instants(),
    ) {
        let plan = plan(policy);
        let due_sync = plan.due_sync(&listed.record, listed.override_revision, now);
        // A sync in progress is waited for, or removed after an hour.
        let has_sync = listed.record.in_progress.is_some();
        if is_shown(&listed, now) && due_sync.is_none() && !has_sync {
            prop_assert!(has_own_work(&plan, &listed, now));
        }
    }

    /// After its sync is completed with the latest inputs, a connected calendar is due again
    /// only at the end of a pause.
    #[test]
    fn a_calendar_whose_work_is_done_is_not_due(
        listed in listed(),
        last_sync in syncs(),
        now in instants(),
    ) {
        let done = ListedCalendar {
            record: listed.record.clone().with(|record| {
                record.last_sync = Some(CompletedSync {
                    overrides: listed.override_revision,
                    ..last_sync.clone()
                });
                record.calendar.status = CalendarStatus::Connected;
                record.in_progress = None;
                record.unreadable_events = UnreadableEvents::default();
            }),
            unapplied: Vec::new(),
            ..listed
        };
        let is_pause_over = last_sync.holds_until.is_some_and(|until| until <= now);
        prop_assert_eq!(is_shown(&done, now), is_pause_over);
    }

    #[test]
    fn a_sync_that_nobody_can_resume_is_removed(
        listed in listed(),
        policy in 0..3_u64,
        now in instants(),
    ) {
        let record = &listed.record;
        if let Some(removed) = record.without_left_sync(now) {
            let due_sync = |record| plan(policy).due_sync(record, listed.override_revision, now);
            prop_assert_eq!(due_sync(record), due_sync(&removed), "nothing is done otherwise");
            prop_assert_eq!(removed.without_left_sync(now), None);
        }
    }
}

/// So many calendars that are due for each of these.
fn due(counts: &[(DueSync, usize)]) -> DueCalendars {
    let all = counts.iter().flat_map(|(due, count)| {
        (0..*count).map(move |number| (*due, id(format!("calendar-{due:?}-{number}"))))
    });
    DueCalendars {
        due: all.collect(),
        more: 0,
    }
}

#[test_case(&[(DueSync::First, 3), (DueSync::NeedsFull, 2)] => 2; "new calendars are left to their requests")]
#[test_case(&[(DueSync::NeedsFull, 2), (DueSync::OutdatedFull, 500)] => 2; "routine full syncs wait")]
#[test_case(&[(DueSync::Resume, 1), (DueSync::First, 30)] => 1; "what was begun goes on")]
fn windows_of_distant_changes_come_first(counts: &[(DueSync, usize)]) -> usize {
    let distant = DistantChanges {
        since: Timestamp::UNIX_EPOCH,
        near: SignedDuration::from_hours(25),
    };
    let requested_at = Some(Timestamp::UNIX_EPOCH);
    let (single, need) = due(counts).divide(700, (Some(distant), requested_at));
    let expected = Need::Distant {
        changes: distant,
        full_sync_requested_at: requested_at,
    };
    assert_eq!(need, expected);
    single.all().len()
}

#[test_case(&[(DueSync::First, 31)] => Need::Everything(None); "many new calendars")]
#[test_case(&[(DueSync::NewPolicy, 700)] => Need::Coming; "a new policy")]
fn a_full_sync_of_many_calendars_lists_distant_changes_too(counts: &[(DueSync, usize)]) -> Need {
    let distant = DistantChanges {
        since: Timestamp::UNIX_EPOCH,
        near: SignedDuration::from_hours(25),
    };
    let (single, need) = due(counts).divide(700, (Some(distant), None));
    assert_eq!(single.all().len(), 0);
    need
}
