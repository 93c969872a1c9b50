//! Windows are near to what their pages allow, and a calendar is credited only with what holds
//! for it.

use proptest::prelude::*;
use test_case::test_case;

use super::*;
use crate::id::CalendarId;
use crate::override_choice::OverrideChoice;
use crate::override_scope::OverrideScope;
use crate::overrides::{Override, Pause};
use crate::revision::{CalendarRevision, OverrideRevision};
use crate::sync_plan::{CompletedSync, UnreadableEvents};

fn at(seconds: i64) -> Timestamp {
    plus(
        Timestamp::UNIX_EPOCH,
        SignedDuration::from_secs(1_000_000_000 + seconds),
    )
}

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// The windows of a full sync: from, until, and the pages of each.
fn all_windows(
    (connected, events): (u32, WindowedEvents),
    events_between: impl Fn(i64, i64) -> i64,
) -> Vec<(i64, i64, i64)> {
    let mut sync = WindowedSync::begin(PolicyRevision(1), connected, events, at(0));
    let mut windows = Vec::new();
    loop {
        let from = sync.window.from.duration_since(at(0)).as_secs();
        let until = sync.window.until;
        let until = until.map_or(28 * DAY, |until| until.duration_since(at(0)).as_secs());
        assert!(from < until, "{from} to {until}");
        let taken = (events_between(from, until) / 100 + 1).max(1);
        if taken > MOST_LISTED
            && let Some(half) = sync.at_half_of_window()
        {
            sync = half;
            continue;
        }
        windows.push((from, until, taken));
        match sync.after_window(u32::try_from(taken).expect("few")) {
            Some(next) => sync = next,
            None => return windows,
        }
    }
}

/// Pages of a full sync of coming events, when each window was listed: (the start up to which all
/// is decided, pages so far).
fn windows(connected: u32, events_between: impl Fn(i64, i64) -> i64) -> Vec<(i64, i64)> {
    let windows = all_windows((connected, WindowedEvents::Coming), events_between);
    let decided = windows.into_iter().scan(0, |pages, (_, until, taken)| {
        *pages += taken;
        Some((until, *pages))
    });
    decided.collect()
}

/// The most pages of a list that is followed.
const MOST_LISTED: i64 = 1_000;
/// Pages whose events fit into a row.
const MOST_STORED: i64 = 600;

/// Events that start before an instant, at `a_day` events for each calendar and workday, in
/// the eight hours from `first` on.
fn events_before(connected: u32, a_day: i64, first: i64) -> impl Fn(i64) -> i64 {
    move |instant| {
        let day = |number: i64| {
            let is_workday = number.rem_euclid(7) < 5;
            let begun = instant - number * DAY - first * HOUR;
            let part = begun.clamp(0, 8 * HOUR);
            if is_workday {
                a_day * i64::from(connected) * part / (8 * HOUR)
            } else {
                0
            }
        };
        (0..=28).map(day).sum()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The goal: what starts within the next t is decided within 1.15 times the time that its
    /// pages take, and a minute: 60 pages. The nights, whose windows are short because working
    /// hours may follow, take up to three minutes more.
    #[test]
    fn everything_that_starts_soon_is_decided_about_as_soon_as_its_pages_allow(
        connected in 31_u32..50_000,
        a_day in 4_i64..10,
        first in 0_i64..16,
    ) {
        let before = events_before(connected, a_day, first);
        let decided = windows(connected, |from, until| before(until) - before(from));
        for hour in 1..(28 * 24) {
            let t = hour * HOUR;
            let needed = before(t) / 100 + 1;
            let taken = decided.iter().find(|(until, _)| *until >= t);
            let taken = taken.expect("the windows end last").1;
            prop_assert!(taken * 100 <= needed * 115 + 24_000, "{taken} pages for {needed} at {hour} h");
        }
    }

    /// The windows follow each other without a gap to the last listed day, and take few lists
    /// more than their pages.
    #[test]
    fn windows_take_few_lists_more_than_their_pages(
        connected in 31_u32..50_000,
        a_day in 4_i64..10,
        first in 0_i64..16,
    ) {
        let before = events_before(connected, a_day, first);
        let decided = windows(connected, |from, until| before(until) - before(from));
        let (last, pages) = *decided.last().expect("a window");
        prop_assert_eq!(last, 28 * DAY);
        let needed = before(28 * DAY) / 100;
        prop_assert!(pages * 100 <= needed * 115 + 24_000, "{pages} for {needed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// However large the workspace is, and however many meetings start at a full hour.
    #[test]
    fn a_window_has_no_more_pages_than_a_row_has_room_for_their_events(
        connected in 31_u32..200_000,
        a_day in 4_i64..12,
        first in 0_i64..16,
    ) {
        let before = events_before(connected, a_day, first);
        let days = |at: i64| before(at) + before(at + 7 * DAY);
        let between = |from, until| if from < 0 { days(until) - days(from) } else { before(until) - before(from) };
        let windows = all_windows((connected, WindowedEvents::All), between);
        for (from, until, pages) in &windows {
            prop_assert!(*pages <= MOST_STORED, "{pages} pages from {from} to {until}");
        }
        let coming = windows.iter().filter(|(from, ..)| *from >= 0);
        let past = windows.iter().filter(|(from, ..)| *from < 0);
        prop_assert_eq!(followed(coming), Some((0, 28 * DAY)));
        prop_assert_eq!(followed(past), Some((-DAY, 0)));
    }

    /// Thousands of events that start at once are found by halves.
    #[test]
    fn a_window_that_turns_out_to_be_too_long_is_listed_in_halves(
        connected in 31_u32..200_000,
        crowd in (0_i64..28 * DAY, 1_000_i64..90_000),
    ) {
        let between = |from: i64, until: i64| {
            let is_in_it = (from..until).contains(&crowd.0);
            if is_in_it { crowd.1 * 2 } else { 0 }
        };
        let windows = all_windows((connected, WindowedEvents::Coming), between);
        prop_assert_eq!(followed(windows.iter()), Some((0, 28 * DAY)));
        for (from, until, pages) in &windows {
            // Both are rounded down to seconds.
            let is_short = until - from <= 2 * SHORTEST.as_secs();
            prop_assert!(*pages <= MOST_LISTED || is_short, "{pages} pages from {from} to {until}");
        }
    }
}

/// From when until when windows follow each other without a gap.
fn followed<'a>(windows: impl Iterator<Item = &'a (i64, i64, i64)>) -> Option<(i64, i64)> {
    let spans = windows.map(|(from, until, _)| (*from, *until));
    spans.map(Some).reduce(|one, next| {
        let ((from, end), (begin, until)) = (one?, next?);
        (end == begin).then_some((from, until))
    })?
}

#[test]
fn the_day_before_comes_last_unless_only_coming_events_are_listed() {
    let of_some = [
        WindowedEvents::Coming,
        WindowedEvents::ChangedSince(at(-HOUR)),
    ];
    for events in of_some.into_iter().chain([WindowedEvents::All]) {
        let mut sync = WindowedSync::begin(PolicyRevision(1), 10, events, at(0));
        let mut last = sync.clone();
        while let Some(next) = sync.after_window(1) {
            assert_eq!(
                next.window.until.is_some_and(|until| until <= at(0)),
                next.is_past()
            );
            sync = next;
            last = sync.clone();
        }
        let is_of_all = events == WindowedEvents::All;
        assert_eq!(last.is_past(), is_of_all);
        if is_of_all {
            assert_eq!(last.window.until, Some(at(0)));
            assert_eq!(last.decided_until(), at(28 * DAY));
        }
    }
}

fn record() -> CalendarRecord {
    let calendar = crate::event::Calendar {
        id: CalendarId::parse("calendar-1").expect("an id"),
        platform: crate::event::Platform::Google,
        status: crate::event::CalendarStatus::Connected,
        email: None,
        disconnect_reason: None,
        metadata: crate::event::CalendarMetadata::default(),
        created_at: None,
        updated_at: at(-DAY),
    };
    CalendarRecord {
        revision: CalendarRevision(2),
        unreadable_events: UnreadableEvents::default(),
        ..CalendarRecord::first(calendar, at(-HOUR))
    }
}

fn last_sync() -> CompletedSync {
    CompletedSync {
        began_at: at(-60),
        since: Some(at(-90)),
        full_sync_at: Some(at(-2 * HOUR)),
        policy: PolicyRevision(1),
        overrides: OverrideRevision(3),
        holds_until: None,
    }
}

fn sync() -> WindowedSync {
    WindowedSync::begin(PolicyRevision(2), 100, WindowedEvents::All, at(0))
}

#[test]
fn a_calendar_is_credited_with_the_policy_and_keeps_the_rest() {
    let record = CalendarRecord {
        last_sync: Some(last_sync()),
        ..record()
    };
    let credited = sync().credit(&record, None).expect("it says more");
    let expected = CompletedSync {
        policy: PolicyRevision(2),
        full_sync_at: Some(at(0)),
        ..last_sync()
    };
    assert_eq!(credited, expected);
    let again = CalendarRecord {
        last_sync: Some(credited),
        ..record
    };
    assert_eq!(sync().credit(&again, None), None);
}

#[test_case(-1, None; "a pause that ended before the sync began")]
#[test_case(1, Some(1); "a pause that ended during the sync")]
fn verdicts_of_a_pause_hold_until_it_ends(ends: i64, expected: Option<i64>) {
    let record = CalendarRecord {
        last_sync: Some(CompletedSync {
            holds_until: Some(at(ends)),
            ..last_sync()
        }),
        ..record()
    };
    let credited = sync().credit(&record, None).expect("another policy");
    assert_eq!(credited.holds_until, expected.map(at));
}

#[test_case(|record| record.changed_at = at(0); "it changed when the sync began")]
#[test_case(|record| record.changed_at = at(9); "it changed while the sync ran")]
#[test_case(|record| record.last_sync = Some(CompletedSync { policy: PolicyRevision(3), ..last_sync() }); "it is decided by a later policy")]
#[test_case(|record| record.calendar.id = CalendarId::parse("calendar-odd").expect("an id"); "it was skipped")]
fn a_calendar_is_not_credited_with(change: impl FnOnce(&mut CalendarRecord)) {
    let mut record = CalendarRecord {
        last_sync: Some(last_sync()),
        ..record()
    };
    change(&mut record);
    let mut sync = sync();
    sync.skipped
        .insert(CalendarId::parse("calendar-odd").expect("an id"));
    assert_eq!(sync.credit(&record, Some(&Overrides::default())), None);
}

fn overrides(set_at: i64, pause_until: Option<i64>) -> Overrides {
    let scope = OverrideScope::Series(crate::id::IcalUid::parse("series").expect("an id"));
    let stored = Override {
        choice: OverrideChoice::Skip,
        revision: OverrideRevision(1),
        by: None,
        at: at(set_at),
    };
    Overrides {
        by_scope: [(scope, stored)].into(),
        pause: pause_until.map(|until| Pause {
            until: at(until),
            revision: OverrideRevision(2),
            by: None,
            at: at(set_at),
        }),
        revision: OverrideRevision(2),
        full_sync_revision: OverrideRevision(2),
        unapplied: Vec::new(),
        are_expiring: false,
        meetings: std::collections::HashMap::new(),
    }
}

#[test_case(Overrides::default() => Some((0, None)); "without overrides")]
#[test_case(overrides(-HOUR, None) => Some((2, None)); "with an older override")]
#[test_case(overrides(-HOUR, Some(60)) => Some((2, Some(at(60)))); "during a pause")]
#[test_case(overrides(-HOUR, Some(-60)) => Some((2, None)); "after a pause")]
#[test_case(overrides(-200, None) => None; "with one that may have been set later")]
#[test_case(overrides(5, None) => None; "with one that was set later")]
fn a_new_calendar_is_credited(overrides: Overrides) -> Option<(u64, Option<Timestamp>)> {
    let credited = sync().credit(&record(), Some(&overrides))?;
    assert_eq!(
        (credited.full_sync_at, credited.policy),
        (Some(at(0)), PolicyRevision(2))
    );
    Some((credited.overrides.0, credited.holds_until))
}

#[test_case(WindowedEvents::All, None, 30 => false; "its meetings have not begun")]
#[test_case(WindowedEvents::All, None, 10 * HOUR => true; "they have")]
#[test_case(WindowedEvents::Coming, None, 10 * HOUR => true; "they have, of those that come")]
#[test_case(WindowedEvents::All, Some(1), 10 * HOUR => false; "the last days have no end")]
#[test_case(WindowedEvents::All, Some(0), 10 * HOUR => false; "the day before is listed at the end")]
fn a_window_is_outdated_once_its_meetings_have_begun(
    events: WindowedEvents,
    windows_left: Option<usize>,
    now: i64,
) -> bool {
    let mut sync = WindowedSync::begin(PolicyRevision(1), 10_000, events, at(0));
    let mut listed = vec![sync.clone()];
    while let Some(next) = sync.after_window(1) {
        sync = next;
        listed.push(sync.clone());
    }
    let number = windows_left.map_or(0, |left| listed.len() - 1 - left);
    listed[number].is_outdated(at(now))
}
