//! Which calendars need a full sync, and how the resync catches up.

use proptest::prelude::*;
use test_case::test_case;

use super::*;

const POLICY: PolicyRevision = PolicyRevision(3);
const OVERRIDES: OverrideRevision = OverrideRevision(2);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("in range")
}

fn completed_sync() -> CompletedSync {
    CompletedSync {
        began_at: at(200),
        since: Some(at(190)),
        full_sync_at: Some(at(100)),
        policy: POLICY,
        overrides: OVERRIDES,
        holds_until: None,
    }
}

#[test_case(|_| (), false; "nothing since")]
#[test_case(|last| last.policy = PolicyRevision(2), true; "an older policy")]
#[test_case(|last| last.policy = PolicyRevision(4), false; "a newer policy than we know")]
#[test_case(|last| last.overrides = OverrideRevision(1), true; "before the latest override")]
#[test_case(|last| last.overrides = OverrideRevision(3), false; "after an override that we do not know")]
#[test_case(|last| last.holds_until = Some(at(1_000)), true; "a pause ends this instant")]
#[test_case(|last| last.holds_until = Some(at(1_001)), false; "a pause goes on")]
fn needs_a_full_sync_after(change: impl FnOnce(&mut CompletedSync), expected: bool) {
    let mut last = completed_sync();
    change(&mut last);
    assert_eq!(
        needs_full_sync(Some(&last), POLICY, OVERRIDES, at(1_000)),
        expected
    );
}

#[test]
fn an_incremental_sync_is_no_first_full_sync() {
    let full = CompletedSync {
        since: None,
        ..completed_sync()
    };
    assert_eq!(completed_sync().over(None), None);
    assert_eq!(full.clone().over(None), Some(full));
}

#[test_case(|_, _| (), |_| (); "nothing but its coverage")]
#[test_case(|last, _| last.policy = PolicyRevision(2), |kept| kept.policy = PolicyRevision(2); "an older policy stays")]
#[test_case(|last, _| last.overrides = OverrideRevision(1), |kept| kept.overrides = OverrideRevision(1); "older overrides stay")]
#[test_case(|last, _| last.holds_until = Some(at(250)), |kept| kept.holds_until = Some(at(250)); "the end of a pause stays")]
#[test_case(|_, sync| sync.holds_until = Some(at(350)), |kept| kept.holds_until = Some(at(350)); "it was made during a pause")]
#[test_case(|_, sync| sync.began_at = at(150), |kept| (kept.began_at, kept.since) = (at(200), Some(at(190))); "it began before the last one")]
fn an_incremental_sync_keeps_what_the_last_sync_says_of_all_verdicts(
    change: fn(&mut CompletedSync, &mut CompletedSync),
    expected: fn(&mut CompletedSync),
) {
    let mut last = completed_sync();
    let mut sync = CompletedSync {
        began_at: at(300),
        since: Some(at(280)),
        full_sync_at: None,
        ..completed_sync()
    };
    change(&mut last, &mut sync);
    let mut kept = CompletedSync {
        began_at: at(300),
        since: Some(at(280)),
        ..completed_sync()
    };
    expected(&mut kept);
    assert_eq!(sync.over(Some(&last)), Some(kept));
}

#[test_case(|_, _| (), true; "the same inputs")]
#[test_case(|last, _| last.holds_until = Some(at(250)), true; "after a pause")]
#[test_case(|last, _| last.began_at = at(350), true; "an incremental sync began meanwhile")]
#[test_case(|last, _| (last.began_at, last.policy) = (at(350), PolicyRevision(2)), false; "one with an older policy began meanwhile")]
#[test_case(|last, _| (last.began_at, last.overrides) = (at(350), OverrideRevision(1)), false; "one with older overrides began meanwhile")]
#[test_case(|_, full| full.policy = PolicyRevision(2), false; "it was made with an older policy")]
#[test_case(|last, _| last.full_sync_at = Some(at(310)), false; "a later full sync was completed first")]
fn a_full_sync_says_anew_what_holds_for_all_verdicts(
    change: fn(&mut CompletedSync, &mut CompletedSync),
    is_replaced: bool,
) {
    let mut last = completed_sync();
    let mut full = CompletedSync {
        began_at: at(300),
        since: None,
        full_sync_at: Some(at(300)),
        ..completed_sync()
    };
    change(&mut last, &mut full);
    let stored = full.clone().over(Some(&last)).expect("one is stored");
    assert_eq!(stored.began_at, full.began_at.max(last.began_at));
    let valid = if is_replaced { full } else { last };
    assert_eq!(
        (
            stored.policy,
            stored.overrides,
            stored.holds_until,
            stored.full_sync_at
        ),
        (
            valid.policy,
            valid.overrides,
            valid.holds_until,
            valid.full_sync_at
        )
    );
}

#[test]
fn a_calendar_that_was_never_synced_needs_a_full_sync() {
    let (policy, override_revision) = (PolicyRevision(0), OverrideRevision(0));
    assert!(needs_full_sync(None, policy, override_revision, at(0)));
    assert!(is_full_sync_outdated(None, at(0)));
}

#[test_case(Some(99), true; "before")]
#[test_case(Some(100), false; "at the limit")]
#[test_case(None, true; "earlier builds did not store it")]
fn a_full_sync_becomes_outdated(full_sync_at: Option<i64>, expected: bool) {
    let last = CompletedSync {
        full_sync_at: full_sync_at.map(at),
        ..completed_sync()
    };
    assert_eq!(is_full_sync_outdated(Some(&last), at(100)), expected);
}

fn finished(began: i64, since: Option<i64>) -> SyncInProgress<WorkspaceCoverage> {
    SyncInProgress {
        mark: WorkspaceCoverage {
            began_at: at(began),
            since: since.map(at),
            starts_until: None,
            skipped: BTreeSet::new(),
            policy: PolicyRevision(0),
        },
        next: None,
        pages: 1,
        listed: 7,
        held_until: at(began),
    }
}

#[test_case(None, finished(500, Some(400)), None; "an incremental sync is no starting point")]
#[test_case(None, finished(500, None), Some(500); "a full sync is one")]
#[test_case(Some(450), finished(500, Some(420)), Some(500); "it overlaps")]
#[test_case(Some(450), finished(500, Some(421)), Some(450); "it does not overlap enough")]
#[test_case(Some(600), finished(500, Some(0)), Some(600); "an older sync changes nothing")]
fn changes_are_listed_as_far_as_syncs_overlap(
    synced_until: Option<i64>,
    planned: SyncInProgress<WorkspaceCoverage>,
    expected: Option<i64>,
) {
    let mark = WorkspaceSyncState {
        synced_until: synced_until.map(at),
        in_progress: Some(planned.clone()),
        ..WorkspaceSyncState::default()
    };
    let mark = mark.finished(&planned, at(700));
    assert_eq!(mark.synced_until, expected.map(at));
    assert_eq!(mark.latest.map(|latest| latest.reach), Some(planned.mark));
    assert_eq!(mark.in_progress, None);
}

#[test_case(Some(450), 0, finished(500, Some(420)) => 5; "a list that goes on, of which the last 230 of 280 seconds are listed again")]
#[test_case(Some(450), 60, finished(500, Some(420)) => 5; "whatever lists before it had")]
#[test_case(Some(450), 3, finished(500, Some(421)) => 7; "one that does not go on")]
#[test_case(Some(450), 60, finished(500, Some(421)) => 60; "one that does not go on, with fewer than one before")]
#[test_case(Some(450), 60, finished(500, None) => 0; "a full sync, whose events need not have changed")]
#[test_case(None, 0, finished(500, Some(421)) => 7; "without a starting point")]
fn a_list_that_goes_on_has_what_was_listed_since(
    synced_until: Option<i64>,
    listed_again: u32,
    planned: SyncInProgress<WorkspaceCoverage>,
) -> u32 {
    let state = WorkspaceSyncState {
        synced_until: synced_until.map(at),
        listed_again,
        ..WorkspaceSyncState::default()
    };
    state.finished(&planned, at(700)).listed_again
}

#[test_case(None, 5, Some(400), Some(400); "the first change")]
#[test_case(Some(300), 5, Some(400), Some(400); "a later one")]
#[test_case(Some(300), 0, Some(400), Some(300); "none is listed")]
#[test_case(Some(500), 5, Some(400), Some(500); "an older sync")]
#[test_case(Some(300), 5, None, Some(300); "a full sync lists what did not change, too")]
fn a_sync_that_lists_changes_tells_since_when_one_happened(
    known: Option<i64>,
    listed: u32,
    since: Option<i64>,
    expected: Option<i64>,
) {
    let completed = SyncInProgress {
        listed,
        ..finished(600, since)
    };
    let state = WorkspaceSyncState {
        changed_since: known.map(at),
        ..WorkspaceSyncState::default()
    };
    let state = state.finished(&completed, at(700));
    assert_eq!(state.changed_since, expected.map(at));
}

#[test_case(None, Some(CatchUp::Begin); "no starting point")]
#[test_case(Some(-299), None; "not yet")]
#[test_case(Some(-300), Some(CatchUp::Since(at(-330))); "it is time")]
#[test_case(Some(-86_400), Some(CatchUp::Since(at(-86_430))); "after a day's outage")]
#[test_case(Some(-86_401), Some(CatchUp::Everything); "too long ago")]
fn catches_up(synced_until: Option<i64>, expected: Option<CatchUp>) {
    let mark = WorkspaceSyncState {
        synced_until: synced_until.map(at),
        ..WorkspaceSyncState::default()
    };
    assert_eq!(mark.catch_up(SignedDuration::from_mins(5), at(0)), expected);
}

#[test]
fn a_new_starting_point_requests_full_syncs_for_all_before() {
    let mark = WorkspaceSyncState::default().begun_anew(at(0));
    assert_eq!(mark.catch_up(SignedDuration::from_mins(5), at(299)), None);
    assert_eq!(mark.full_sync_requested_at, Some(at(0)));
}

#[test_case(POLICY, OVERRIDES, 3_800, true; "its policy and overrides are active")]
#[test_case(PolicyRevision(4), OVERRIDES, 3_800, false; "another policy is active")]
#[test_case(POLICY, OverrideRevision(3), 3_800, false; "another override was set")]
#[test_case(POLICY, OVERRIDES, 3_801, false; "it was left long ago")]
fn a_sync_that_was_left_is_resumable(
    policy: PolicyRevision,
    override_revision: OverrideRevision,
    now: i64,
    expected: bool,
) {
    let in_progress = SyncInProgress {
        mark: completed_sync(),
        next: None,
        pages: 1,
        listed: 100,
        held_until: at(200),
    };
    assert_eq!(
        in_progress.is_resumable(policy, override_revision, at(now)),
        expected
    );
}

/// A sync of any time and inputs, that listed what changed since an instant.
fn a_sync(since: Option<Timestamp>) -> impl Strategy<Value = CompletedSync> {
    let end = prop::option::of(0_i64..40);
    (0_i64..40, 0_u64..4, 0_u64..4, end).prop_map(move |(began_at, policy, overrides, end)| {
        CompletedSync {
            began_at: at(began_at),
            since,
            full_sync_at: since.is_none().then_some(at(began_at)),
            policy: PolicyRevision(policy),
            overrides: OverrideRevision(overrides),
            holds_until: end.map(at),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// However incremental syncs are made, each with inputs of its own, a calendar that
    /// needed a full sync before them needs it after them.
    #[test]
    fn incremental_syncs_never_hide_the_need_for_a_full_sync(
        last in prop::option::of(a_sync(None)),
        syncs in prop::collection::vec(a_sync(Some(at(0))), 1..6),
        (active_revision, latest, now, limit) in (0_u64..4, 0_u64..4, 0_i64..40, 0_i64..40),
    ) {
        let needs = |last: Option<&CompletedSync>| {
            let (policy, overrides) = (PolicyRevision(active_revision), OverrideRevision(latest));
            (
                needs_full_sync(last, policy, overrides, at(now)),
                is_full_sync_outdated(last, at(limit)),
            )
        };
        let before = needs(last.as_ref());
        let mut stored = last;
        for sync in syncs {
            stored = sync.over(stored.as_ref());
        }
        let after = needs(stored.as_ref());
        prop_assert!(!before.0 || after.0, "{stored:?} hides the need");
        prop_assert!(!before.1 || after.1, "{stored:?} hides that it is outdated");
    }

    /// A calendar that needs a full sync needs it under any later policy, override and time.
    #[test]
    fn the_need_for_a_full_sync_never_lapses(
        (policy, override_revision, until) in (0_u64..4, 0_u64..4, prop::option::of(0_i64..40)),
        (active_revision, latest, now) in (0_u64..4, 0_u64..4, 0_i64..40),
        (pushed, set, passed) in (0_u64..3, 0_u64..3, 0_i64..20),
    ) {
        let last = CompletedSync {
            policy: PolicyRevision(policy),
            overrides: OverrideRevision(override_revision),
            holds_until: until.map(at),
            ..completed_sync()
        };
        let needs = |policy, override_revision, now| {
            needs_full_sync(Some(&last), PolicyRevision(policy), OverrideRevision(override_revision), at(now))
        };
        if needs(active_revision, latest, now) {
            prop_assert!(needs(active_revision + pushed, latest + set, now + passed));
        }
    }
}
