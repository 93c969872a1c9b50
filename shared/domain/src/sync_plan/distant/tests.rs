//! Lists that are left, and the windows that list what they left.

use std::collections::BTreeSet;

use test_case::test_case;

use super::*;
use crate::revision::PolicyRevision;
use crate::sync_plan::state::SyncInProgress;
use crate::sync_plan::windowed_sync::Window;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// A sync that begins at 0, and lists what changed in the hour before, within so many
/// hours.
fn sync(near: Option<i64>) -> WorkspaceCoverage {
    WorkspaceCoverage {
        began_at: at(0),
        since: Some(at(-HOUR)),
        starts_until: near.map(|near| at(near * HOUR)),
        skipped: BTreeSet::new(),
        policy: PolicyRevision(1),
    }
}

fn without_distant() -> WorkspaceSyncState {
    WorkspaceSyncState {
        synced_until: Some(at(-60)),
        ..WorkspaceSyncState::default()
    }
}

fn leaving(since: i64, near: i64) -> WorkspaceSyncState {
    WorkspaceSyncState {
        distant: Some(DistantChanges {
            since: at(since),
            near: hours(near),
        }),
        ..without_distant()
    }
}

/// So many copies of one meeting that start within an hour, within five, within a day, and later.
fn starts(counts: [u32; 4]) -> ListedStarts {
    starts_of(counts, |_| 0)
}

/// The same, each of them a copy of the meeting with a number.
fn starts_of(counts: [u32; 4], meeting: impl Fn(u32) -> u32) -> ListedStarts {
    let mut starts = ListedStarts::default();
    let mut number = 0;
    (0..counts.iter().sum::<u32>().div_ceil(100)).for_each(|_| starts.add_page());
    for (count, starts_in) in counts.into_iter().zip([-2, 5, 25, 26]) {
        for _ in 0..count {
            let meeting = IcalUid::parse(format!("meeting-{}", meeting(number))).expect("an id");
            starts.add(hours(starts_in), &meeting);
            number += 1;
        }
    }
    starts
}

/// Events that are hardly ever near.
const LATER: [u32; 4] = [10, 10, 10, 3_000];
/// Those of a meeting of everybody within the hour.
const NOW: [u32; 4] = [3_000, 10, 10, 10];

#[test_case(None, 29, LATER => None; "a list of all events, with a page less")]
#[test_case(None, 30, LATER => Some(25); "a list of all events")]
#[test_case(Some(25), 30, LATER => Some(5); "a list of a day")]
#[test_case(Some(5), 30, LATER => Some(1); "a list of five hours")]
#[test_case(Some(1), 30_000, LATER => None; "a list of an hour cannot be shorter")]
#[test_case(None, 30, [0; 4] => None; "one that was resumed a moment ago, of which nothing is known")]
#[test_case(None, 55, [0, 0, 0, 400] => None; "one that was resumed, by its last pages")]
#[test_case(None, 59, [0, 0, 0, 2_800] => None; "one that was resumed, of whose pages it does not know half")]
#[test_case(None, 60, [0, 0, 0, 3_000] => Some(25); "one that was resumed, by as many pages again")]
#[test_case(None, 69, [0, 0, 0, 1_000] => None; "one that was resumed near its end")]
#[test_case(None, 90, [0, 0, 0, 1_000] => Some(25); "one that was resumed and does not end")]
#[test_case(None, 52, NOW => None; "one that was resumed after 51 pages of what starts within the hour")]
#[test_case(None, 30, [10, 10, 3_000, 10] => Some(5); "what is of use, if a day is of none")]
#[test_case(None, 30, [10, 3_000, 10, 10] => Some(1); "or five hours")]
#[test_case(None, 30, [1_500, 0, 0, 1_500] => Some(25); "half of the events less")]
#[test_case(None, 30, [1_530, 0, 0, 1_470] => None; "less than half of them less")]
#[test_case(None, 89, NOW => None; "a list of what starts within the hour is read on")]
#[test_case(None, 90, NOW => Some(1); "but not for ever")]
#[test_case(Some(25), 90, NOW => Some(1); "nor one of a day")]
fn a_list_is_left_that_could_be_shorter(
    near: Option<i64>,
    pages: u32,
    counts: [u32; 4],
) -> Option<i64> {
    let shorter = sync(near).shorter(pages, &starts(counts), None)?;
    Some(shorter.as_hours())
}

/// The latest sync, which ended at 0 and listed so many events that changed in a minute.
fn latest(listed: u32) -> LatestSync {
    LatestSync {
        reach: WorkspaceCoverage {
            since: Some(at(-60)),
            ..sync(None)
        },
        until: at(0),
        pages: 1,
        listed,
    }
}

/// The latest sync listed so many events that changed in a minute.
#[test_case(0, 30, Some(25); "hardly any changes")]
#[test_case(400, 49, None; "four pages a minute, and nearly five minutes of them more")]
#[test_case(400, 50, Some(25); "and five minutes of them more")]
#[test_case(2_900, 89, None; "nearly half of the limit: the next list has half as many")]
#[test_case(2_900, 90, Some(25); "but no more pages than for any other list")]
#[test_case(3_000, 30, Some(25); "half of the limit: the next list may be as long")]
fn a_list_may_be_longer_where_more_changes(listed: u32, pages: u32, left: Option<i64>) {
    let counts = [0, 0, 0, pages * 100];
    let shorter = sync(None).shorter(pages, &starts(counts), Some(&latest(listed)));
    assert_eq!(shorter.map(|near| near.as_hours()), left);
}

#[test_case(None, 10, NOW => true; "what starts within the hour")]
#[test_case(Some(25), 10, NOW => true; "the same in a list of a day")]
#[test_case(Some(1), 10, NOW => false; "a list of an hour, which has nothing else")]
#[test_case(None, 10, LATER => false; "what starts later, which will be left to windows")]
#[test_case(None, 9, NOW => false; "too few pages to tell")]
#[test_case(None, 11, NOW => false; "more pages than are worth it")]
fn a_long_list_of_what_starts_soon_begins_again(
    near: Option<i64>,
    pages: u32,
    counts: [u32; 4],
) -> bool {
    let counts = counts.map(|count| count * pages * 100 / 3_030);
    sync(near).begins_again(pages, &starts(counts))
}

#[test_case(|_| 0 => true; "all of one")]
#[test_case(|number| if number % 5 == 0 { number } else { 0 } => true; "four of five of one")]
#[test_case(|number| number % 2 => false; "of two meetings, in turn")]
#[test_case(|number| number / 500 => false; "of two meetings, one after the other")]
#[test_case(|number| number => false; "each of another one, as new calendars have them")]
#[test_case(|number| number / 6 => false; "each of a few people")]
fn a_list_begins_again_if_its_events_are_copies_of_one_meeting(meeting: fn(u32) -> u32) -> bool {
    let of_ten_pages = starts_of([1_000, 0, 0, 0], meeting);
    sync(None).begins_again(10, &of_ten_pages)
}

#[test]
fn a_list_that_was_resumed_does_not_begin_again() {
    let of_five_pages = starts([500, 0, 0, 0]);
    assert!(!sync(None).begins_again(10, &of_five_pages));
}

#[test]
fn a_full_list_is_not_left() {
    let full = WorkspaceCoverage {
        since: None,
        ..sync(None)
    };
    assert_eq!(full.shorter(30_000, &starts(LATER), None), None);
}

#[test]
fn each_list_that_is_left_makes_the_next_one_shorter() {
    let mut state = WorkspaceSyncState::default();
    assert_eq!(state.starts_until(at(0)), None);
    for near in STEPS {
        let left = WorkspaceCoverage {
            starts_until: state.starts_until(at(0)),
            ..sync(None)
        };
        assert_eq!(left.shorter(30, &starts(LATER), None), Some(near));
        state = state.left_distant(&left, near);
        assert_eq!(state.starts_until(at(0)), Some(plus(at(0), near)));
    }
}

#[test]
fn what_was_left_first_stays_left() {
    let state = leaving(-DAY, 25).left_distant(&sync(Some(25)), hours(5));
    assert_eq!(state.distant, leaving(-DAY, 5).distant);
    let state = leaving(0, 5).left_distant(&sync(None), hours(25));
    assert_eq!(state.distant, leaving(-HOUR, 5).distant);
}

#[test_case(-HOUR => (-HOUR, 25); "since before that")]
#[test_case(-10 => (-90, 25); "since later")]
fn what_no_catch_up_has_reached_is_left_too(since: i64) -> (i64, i64) {
    let left = WorkspaceCoverage {
        since: Some(at(since)),
        ..sync(None)
    };
    let left = without_distant().left_distant(&left, hours(25)).distant;
    let left = left.expect("something is left");
    (left.since.as_second(), left.near.as_hours())
}

#[test_case(WindowedEvents::ChangedSince(at(-HOUR)) => true; "changes since then")]
#[test_case(WindowedEvents::ChangedSince(at(-HOUR + 1)) => false; "changes since later")]
#[test_case(WindowedEvents::Coming => true; "all coming events")]
#[test_case(WindowedEvents::All => true; "all events")]
fn windows_end_it_that_list_all_that_was_left(events: WindowedEvents) -> bool {
    let sync = WindowedSync::begin(PolicyRevision(1), 10, events, at(-2 * 60));
    let state = leaving(-HOUR, 5).listed_in_windows(&sync, at(0));
    if state.distant.is_none() {
        assert_eq!(
            state.synced_until,
            Some(sync.began_at),
            "changes meanwhile are caught up with"
        );
    } else {
        assert_eq!(state, leaving(-HOUR, 5));
    }
    state.distant.is_none()
}

#[test_case(-2 * HOUR; "of hours")]
#[test_case(-2 * 60 - 1; "of more than two minutes")]
fn after_long_windows_the_changes_meanwhile_are_left_to_others(began: i64) {
    let sync = WindowedSync::begin(PolicyRevision(1), 10, WindowedEvents::All, at(began));
    let state = leaving(-3 * HOUR, 5).listed_in_windows(&sync, at(0));
    assert_eq!(
        state,
        leaving(began - 30, 25),
        "with an overlap, and near as at first"
    );
    let left_later = leaving(began + 60, 5).listed_in_windows(&sync, at(0));
    assert_eq!(left_later, leaving(began + 60, 25), "not what came before");
}

#[test_case(without_distant(), 599, 10 => None; "few changes")]
#[test_case(without_distant(), 600, 10 => Some((-90, 1)); "a tenth of the limit")]
#[test_case(without_distant(), 6_000, 300 => Some((-90, 1)); "a moment ago")]
#[test_case(without_distant(), 6_000, 301 => None; "which is not known to go on")]
#[test_case(leaving(-HOUR, 25), 600, 10 => Some((-HOUR, 1)); "when others were left before")]
#[test_case(leaving(-HOUR, 5), 10, 10 => Some((-HOUR, 5)); "few changes, when others were left before")]
#[test_case(WorkspaceSyncState::default(), 600, 10 => None; "before it is known what is synced")]
fn lists_beside_urgent_windows_are_of_the_nearest_events(
    state: WorkspaceSyncState,
    listed: u32,
    now: i64,
) -> Option<(i64, i64)> {
    let state = WorkspaceSyncState {
        latest: Some(latest(listed)),
        ..state
    };
    let left = state.beside_windows(at(now)).distant?;
    Some((left.since.as_second(), left.near.as_hours()))
}

/// Windows have come to the meetings of the third day. What changed behind them in five minutes, as
/// listed at 0, took so many pages; the latest list of near events had so many events of a minute.
#[test_case(5, 50, 600 => 25; "few changes")]
#[test_case(1, 50, 600 => 25; "few changes, which lists of the next hour have left")]
#[test_case(5, 51, 599 => 5; "many, which the lists of near events do not keep waiting")]
#[test_case(5, 51, 600 => 1; "many, and many near ones")]
#[test_case(25, 51, 600 => 25; "many, and many of the next day, whose lists can be read")]
#[test_case(1, 51, 600 => 1; "many, and many of the next hour")]
fn near_is_as_long_as_the_changes_behind_the_windows_allow(
    near: i64,
    pages: u32,
    listed: u32,
) -> i64 {
    let state = WorkspaceSyncState {
        latest: Some(latest(listed)),
        ..leaving(-300, near)
    };
    let begun = WindowedSync::begin(PolicyRevision(1), 10, WindowedEvents::Coming, at(-300));
    let sync = WindowedSync {
        window: Window {
            from: at(3 * DAY),
            until: None,
        },
        ..begun
    };
    let sync = sync.revisiting(&state, at(0)).expect("it is due");
    let since = sync.revisits.current.expect("it began").since;
    assert_eq!(since, at(-300), "nothing was left before");
    let distant = state.revisited(&sync, pages, at(0)).distant;
    distant.expect("windows are listed").near.as_hours()
}

#[test]
fn windows_change_nothing_if_nothing_is_left() {
    let sync = WindowedSync::begin(PolicyRevision(1), 10, WindowedEvents::All, at(-HOUR));
    let state = without_distant();
    assert_eq!(state.clone().listed_in_windows(&sync, at(0)), state);
}

/// A sync that began at 0, and has listed the near events that changed since an instant.
fn near_list(since: i64) -> SyncInProgress<WorkspaceCoverage> {
    SyncInProgress {
        mark: WorkspaceCoverage {
            since: Some(at(since)),
            ..sync(Some(5))
        },
        next: None,
        pages: 3,
        listed: 300,
        held_until: at(0),
    }
}

#[test_case(leaving(-50, 5), -90 => (0, Some((-90, 5))); "since before others were left")]
#[test_case(leaving(-200, 5), -90 => (0, Some((-200, 5))); "since after others were left")]
#[test_case(leaving(-50, 5), -89 => (-60, Some((-89, 5))); "that is not linked")]
#[test_case(without_distant(), -100 => (-70, None); "that windows overtook, to the next catch-up")]
#[test_case(without_distant(), -50 => (-60, None); "since later, that windows overtook")]
fn a_list_of_near_events_that_others_begin_from_leaves_the_distant_ones(
    state: WorkspaceSyncState,
    since: i64,
) -> (i64, Option<(i64, i64)>) {
    let state = state.finished(&near_list(since), at(60));
    let until = state.synced_until.expect("it is known");
    let left = state.distant;
    let left = left.map(|left| (left.since.as_second(), left.near.as_hours()));
    (until.as_second(), left)
}

#[test]
fn a_list_of_near_events_leaves_the_distant_ones_if_it_is_not_known_what_is_synced() {
    let state = WorkspaceSyncState::default().finished(&near_list(-90), at(60));
    let left = DistantChanges {
        since: at(-90),
        near: hours(25),
    };
    assert_eq!((state.synced_until, state.distant), (None, Some(left)));
}

#[test]
fn a_list_of_all_events_leaves_none() {
    let all = SyncInProgress {
        mark: sync(None),
        ..near_list(-HOUR)
    };
    let state = WorkspaceSyncState::default().finished(&all, at(60));
    assert_eq!(state.distant, None);
    let state = leaving(-50, 5).finished(&all, at(60));
    assert_eq!(state.distant, leaving(-50, 5).distant);
}
