//! What is owed, and how a chain of sweeps goes on.

use proptest::prelude::*;
use test_case::test_case;

use super::*;

const POLICY: PolicyRevision = PolicyRevision(3);
const SPOKEN: OverrideRevision = OverrideRevision(2);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("in range")
}

fn completed_sync() -> CompletedSync {
    CompletedSync {
        began_at: at(200),
        since: Some(at(190)),
        full_sync_at: Some(at(100)),
        policy: POLICY,
        overrides: SPOKEN,
        holds_until: None,
    }
}

#[test_case(|_| (), false; "nothing since")]
#[test_case(|last| last.policy = PolicyRevision(2), true; "decided by an older policy")]
#[test_case(|last| last.policy = PolicyRevision(4), false; "decided by a newer policy than we know")]
#[test_case(|last| last.overrides = OverrideRevision(1), true; "decided before the latest word")]
#[test_case(|last| last.overrides = OverrideRevision(3), false; "decided after a word we do not know")]
#[test_case(|last| last.holds_until = Some(at(1_000)), true; "a pause ends this instant")]
#[test_case(|last| last.holds_until = Some(at(1_001)), false; "a pause goes on")]
fn owes_a_look_at_everything(change: impl FnOnce(&mut CompletedSync), expected: bool) {
    let mut last = completed_sync();
    change(&mut last);
    assert_eq!(
        needs_full_sync(Some(&last), POLICY, SPOKEN, at(1_000)),
        expected
    );
}

#[test]
fn a_calendar_never_looked_at_is_owed_a_look() {
    let (policy, override_revision) = (PolicyRevision(0), OverrideRevision(0));
    assert!(needs_full_sync(None, policy, override_revision, at(0)));
    assert!(is_full_sync_outdated(None, at(0)));
}

#[test_case(Some(99), true; "before")]
#[test_case(Some(100), false; "at the limit")]
#[test_case(None, true; "earlier builds did not say")]
fn a_look_at_everything_ages(full_sync_at: Option<i64>, expected: bool) {
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
            skipped: BTreeSet::new(),
        },
        next: None,
        pages: 1,
        listed: 7,
        held_until: at(began),
    }
}

#[test_case(None, finished(500, Some(400)), None; "no chain is begun by what changed lately")]
#[test_case(None, finished(500, None), Some(500); "one is by everything")]
#[test_case(Some(450), finished(500, Some(420)), Some(500); "it overlaps")]
#[test_case(Some(450), finished(500, Some(421)), Some(450); "it does not overlap enough")]
#[test_case(Some(600), finished(500, Some(0)), Some(600); "an older look changes nothing")]
fn a_chain_is_as_long_as_its_looks_overlap(
    healed: Option<i64>,
    planned: SyncInProgress<WorkspaceCoverage>,
    expected: Option<i64>,
) {
    let mark = WorkspaceSyncState {
        synced_until: healed.map(at),
        in_progress: Some(planned.clone()),
        ..WorkspaceSyncState::default()
    };
    let mark = mark.finished(&planned, at(700));
    assert_eq!(mark.synced_until, expected.map(at));
    assert_eq!(mark.latest.map(|latest| latest.reach), Some(planned.mark));
    assert_eq!(mark.in_progress, None);
}

#[test_case(None, Some(CatchUp::Begin); "nothing was ever swept")]
#[test_case(Some(-299), None; "not yet")]
#[test_case(Some(-300), Some(CatchUp::Since(at(-330))); "it is time")]
#[test_case(Some(-86_400), Some(CatchUp::Since(at(-86_430))); "after a day's outage")]
#[test_case(Some(-86_401), Some(CatchUp::Everything); "too long ago")]
fn heals(healed: Option<i64>, expected: Option<CatchUp>) {
    let mark = WorkspaceSyncState {
        synced_until: healed.map(at),
        ..WorkspaceSyncState::default()
    };
    assert_eq!(mark.catch_up(SignedDuration::from_mins(5), at(0)), expected);
}

#[test]
fn a_chain_that_begins_anew_owes_everything_that_was_before() {
    let mark = WorkspaceSyncState::default().begun_anew(at(0));
    assert_eq!(mark.catch_up(SignedDuration::from_mins(5), at(299)), None);
    assert_eq!(mark.full_sync_requested_at, Some(at(0)));
}

#[test_case(POLICY, SPOKEN, 3_800, true; "what it decides by is in force")]
#[test_case(PolicyRevision(4), SPOKEN, 3_800, false; "another policy is in force")]
#[test_case(POLICY, OverrideRevision(3), 3_800, false; "somebody spoke")]
#[test_case(POLICY, SPOKEN, 3_801, false; "it was left long ago")]
fn a_look_that_was_left_is_of_use(
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// What is owed stays owed as policies, words and time go on.
    #[test]
    fn what_is_owed_never_lapses(
        (policy, override_revision, until) in (0_u64..4, 0_u64..4, prop::option::of(0_i64..40)),
        (active_revision, latest, now) in (0_u64..4, 0_u64..4, 0_i64..40),
        (pushed, said, passed) in (0_u64..3, 0_u64..3, 0_i64..20),
    ) {
        let last = CompletedSync {
            policy: PolicyRevision(policy),
            overrides: OverrideRevision(override_revision),
            holds_until: until.map(at),
            ..completed_sync()
        };
        let owed = |policy, override_revision, now| {
            needs_full_sync(Some(&last), PolicyRevision(policy), OverrideRevision(override_revision), at(now))
        };
        if owed(active_revision, latest, now) {
            prop_assert!(owed(active_revision + pushed, latest + said, now + passed));
        }
    }
}
