//! What is owed, and how a chain of sweeps goes on.

use proptest::prelude::*;
use test_case::test_case;

use super::*;

const POLICY: PolicyRevision = PolicyRevision(3);
const SPOKEN: PreferenceRevision = PreferenceRevision(2);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("in range")
}

fn looked() -> Looked {
    Looked {
        began_at: at(200),
        since: Some(at(190)),
        whole_at: Some(at(100)),
        policy: POLICY,
        preferences: SPOKEN,
        holds_until: None,
    }
}

#[test_case(|_| (), false; "nothing since")]
#[test_case(|last| last.policy = PolicyRevision(2), true; "decided by an older policy")]
#[test_case(|last| last.policy = PolicyRevision(4), false; "decided by a newer policy than we know")]
#[test_case(|last| last.preferences = PreferenceRevision(1), true; "decided before the latest word")]
#[test_case(|last| last.preferences = PreferenceRevision(3), false; "decided after a word we do not know")]
#[test_case(|last| last.holds_until = Some(at(1_000)), true; "a pause ends this instant")]
#[test_case(|last| last.holds_until = Some(at(1_001)), false; "a pause goes on")]
fn owes_a_look_at_everything(change: impl FnOnce(&mut Looked), expected: bool) {
    let mut last = looked();
    change(&mut last);
    assert_eq!(is_owed(Some(&last), POLICY, SPOKEN, at(1_000)), expected);
}

#[test]
fn a_calendar_never_looked_at_is_owed_a_look() {
    let (policy, spoken) = (PolicyRevision(0), PreferenceRevision(0));
    assert!(is_owed(None, policy, spoken, at(0)));
    assert!(is_aged(None, at(0)));
}

#[test_case(Some(99), true; "before")]
#[test_case(Some(100), false; "at the limit")]
#[test_case(None, true; "earlier builds did not say")]
fn a_look_at_everything_ages(whole_at: Option<i64>, expected: bool) {
    let last = Looked {
        whole_at: whole_at.map(at),
        ..looked()
    };
    assert_eq!(is_aged(Some(&last), at(100)), expected);
}

fn finished(began: i64, since: Option<i64>) -> UnderWay<WorkspaceReach> {
    UnderWay {
        mark: WorkspaceReach {
            began_at: at(began),
            since: since.map(at),
            left_out: BTreeSet::new(),
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
    look: UnderWay<WorkspaceReach>,
    expected: Option<i64>,
) {
    let mark = WorkspaceMark {
        healed_until: healed.map(at),
        looking: Some(look.clone()),
        ..WorkspaceMark::default()
    };
    let mark = mark.finished(&look, at(700));
    assert_eq!(mark.healed_until, expected.map(at));
    assert_eq!(mark.latest.map(|latest| latest.reach), Some(look.mark));
    assert_eq!(mark.looking, None);
}

#[test_case(None, Some(Heal::Begin); "nothing was ever swept")]
#[test_case(Some(-299), None; "not yet")]
#[test_case(Some(-300), Some(Heal::Since(at(-330))); "it is time")]
#[test_case(Some(-86_400), Some(Heal::Since(at(-86_430))); "after a day's outage")]
#[test_case(Some(-86_401), Some(Heal::Everything); "too long ago")]
fn heals(healed: Option<i64>, expected: Option<Heal>) {
    let mark = WorkspaceMark {
        healed_until: healed.map(at),
        ..WorkspaceMark::default()
    };
    assert_eq!(mark.heal(SignedDuration::from_mins(5), at(0)), expected);
}

#[test]
fn a_chain_that_begins_anew_owes_everything_that_was_before() {
    let mark = WorkspaceMark::default().begun_anew(at(0));
    assert_eq!(mark.heal(SignedDuration::from_mins(5), at(299)), None);
    assert_eq!(mark.whole_asked_at, Some(at(0)));
}

#[test_case(POLICY, SPOKEN, 3_800, true; "what it decides by is in force")]
#[test_case(PolicyRevision(4), SPOKEN, 3_800, false; "another policy is in force")]
#[test_case(POLICY, PreferenceRevision(3), 3_800, false; "somebody spoke")]
#[test_case(POLICY, SPOKEN, 3_801, false; "it was left long ago")]
fn a_look_that_was_left_is_of_use(
    policy: PolicyRevision,
    spoken: PreferenceRevision,
    now: i64,
    expected: bool,
) {
    let looking = UnderWay {
        mark: looked(),
        next: None,
        pages: 1,
        listed: 100,
        held_until: at(200),
    };
    assert_eq!(looking.is_of_use(policy, spoken, at(now)), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// What is owed stays owed as policies, words and time go on.
    #[test]
    fn what_is_owed_never_lapses(
        (policy, spoken, until) in (0_u64..4, 0_u64..4, prop::option::of(0_i64..40)),
        (in_force, latest, now) in (0_u64..4, 0_u64..4, 0_i64..40),
        (pushed, said, passed) in (0_u64..3, 0_u64..3, 0_i64..20),
    ) {
        let last = Looked {
            policy: PolicyRevision(policy),
            preferences: PreferenceRevision(spoken),
            holds_until: until.map(at),
            ..looked()
        };
        let owed = |policy, spoken, now| {
            is_owed(Some(&last), PolicyRevision(policy), PreferenceRevision(spoken), at(now))
        };
        if owed(in_force, latest, now) {
            prop_assert!(owed(in_force + pushed, latest + said, now + passed));
        }
    }
}
