//! No order of arrival changes an outcome, and each life of a bot ends in its own words.

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use test_case::test_case;

use super::*;

fn status(second: i64, code: &str, sub_code: Option<&str>) -> BotStatus {
    let at = Timestamp::from_second(3_792_477_600 + second).expect("in range");
    BotStatus::new(code, sub_code, at).expect("it has a code")
}

fn outcome(statuses: &[BotStatus]) -> Option<Outcome> {
    let bot = BotId::parse("bot-1").expect("an id");
    statuses.iter().fold(None, |seen: Option<Outcome>, status| {
        Some(match seen {
            None => Outcome::of(bot.clone(), status.clone()),
            Some(seen) => seen.seen(status.clone()),
        })
    })
}

/// A life by its codes, each with a sub code after a slash, a second apart.
fn life(codes: &[&str]) -> Vec<BotStatus> {
    let statuses = (0..)
        .zip(codes)
        .map(|(second, code)| match code.split_once('/') {
            Some((code, sub_code)) => status(second, code, Some(sub_code)),
            None => status(second, code, None),
        });
    statuses.collect()
}

const JOINED: [&str; 3] = ["joining_call", "in_waiting_room", "in_call_not_recording"];

#[test_case(&["joining_call"], Phase::Joining, None, None; "joining")]
#[test_case(&["joining_call", "in_waiting_room"], Phase::WaitingRoom, None, None; "in the waiting room")]
#[test_case(&JOINED, Phase::InCall, None, None; "in the call")]
#[test_case(&["in_call_not_recording", "recording_permission_denied/zoom_host_not_present"], Phase::InCall, Some(OutcomeClass::PermissionDenied), Some("zoom_host_not_present"); "denied and still there")]
#[test_case(&["recording_permission_denied/zoom_host_not_present", "recording_permission_allowed"], Phase::InCall, None, None; "denied and then allowed")]
#[test_case(&["in_call_recording"], Phase::Recording, None, None; "recording")]
#[test_case(&["in_call_recording", "in_call_not_recording"], Phase::InCall, None, None; "paused")]
#[test_case(&["in_call_recording", "media_expired"], Phase::Recording, None, None; "a code of tomorrow while recording")]
#[test_case(&["in_call_recording", "call_ended/call_ended_by_host", "done"], Phase::Done, Some(OutcomeClass::NormalEnd), Some("call_ended_by_host"); "recorded")]
#[test_case(&["in_call_recording", "call_ended/bot_kicked_from_call", "done"], Phase::Done, Some(OutcomeClass::Removed), Some("bot_kicked_from_call"); "recorded and removed")]
#[test_case(&["joining_call", "in_waiting_room", "call_ended/timeout_exceeded_waiting_room", "done"], Phase::NotRecorded, Some(OutcomeClass::NeverAdmitted), Some("timeout_exceeded_waiting_room"); "never admitted")]
#[test_case(&["in_call_not_recording", "recording_permission_denied/zoom_local_recording_denied", "call_ended/call_ended_by_host", "done"], Phase::NotRecorded, Some(OutcomeClass::PermissionDenied), Some("zoom_local_recording_denied"); "denied until the end")]
#[test_case(&["in_call_not_recording", "recording_permission_denied", "call_ended/timeout_exceeded_recording_permission_denied", "done"], Phase::NotRecorded, Some(OutcomeClass::PermissionDenied), Some("timeout_exceeded_recording_permission_denied"); "left after a denial")]
#[test_case(&["joining_call", "fatal/meeting_not_found"], Phase::NotRecorded, Some(OutcomeClass::LinkOrRoom), Some("meeting_not_found"); "a wrong link")]
#[test_case(&["fatal/moon_phase"], Phase::NotRecorded, Some(OutcomeClass::Unknown), Some("moon_phase"); "an unknown reason")]
#[test_case(&["done"], Phase::NotRecorded, Some(OutcomeClass::Unknown), None; "no reason")]
#[test_case(&["breakout_room_entered"], Phase::Scheduled, None, None; "nothing that is known")]
fn the_statuses_of_a_bot_give_its_outcome(
    codes: &[&str],
    phase: Phase,
    class: Option<OutcomeClass>,
    sub_code: Option<&str>,
) {
    let outcome = outcome(&life(codes)).expect("there are statuses");
    assert_eq!(
        (outcome.phase(), outcome.class(), outcome.sub_code()),
        (phase, class, sub_code)
    );
}

#[test]
fn an_outcome_is_final_once_the_bot_has_shut_down() {
    let ends = |codes: &[&str]| outcome(&life(codes)).is_some_and(|outcome| outcome.is_final());
    assert!(!ends(&[
        "in_call_recording",
        "call_ended/call_ended_by_host"
    ]));
    assert!(ends(&["call_ended/call_ended_by_host", "done"]));
    assert!(ends(&["fatal/bot_errored"]));
}

#[test]
fn statuses_of_one_instant_go_by_the_life_of_a_bot() {
    let at_once = [status(0, "done", None), status(0, "in_waiting_room", None)];
    let outcome = outcome(&at_once).expect("there are statuses");
    assert_eq!(outcome.newest.code(), "done");
    assert_eq!(outcome.phase(), Phase::NotRecorded);
}

#[test]
fn a_long_code_is_cut_and_an_empty_one_is_none() {
    let at = Timestamp::UNIX_EPOCH;
    let long = BotStatus::new(&"ü".repeat(1000), Some(&"x".repeat(1000)), at).expect("a code");
    assert_eq!(long.code().chars().count(), 100);
    assert_eq!(long.sub_code().map(str::len), Some(100));
    assert_eq!(BotStatus::new("", None, at), None);
    assert_eq!(
        BotStatus::new("done", Some(""), at)
            .expect("a code")
            .sub_code(),
        None
    );
}

fn any_status() -> impl Strategy<Value = BotStatus> {
    let codes = prop::sample::select(vec![
        "joining_call",
        "in_waiting_room",
        "in_call_not_recording",
        "recording_permission_allowed",
        "recording_permission_denied",
        "in_call_recording",
        "call_ended",
        "done",
        "fatal",
        "code_of_tomorrow",
    ]);
    let sub_codes = prop::sample::select(vec![
        None,
        Some("call_ended_by_host"),
        Some("bot_kicked_from_call"),
        Some("reason_of_tomorrow"),
    ]);
    // Few instants, so that many statuses share one.
    (0_i64..6, codes, sub_codes).prop_map(|(second, code, sub)| status(second, code, sub))
}

/// Statuses, and some of them again in another order.
fn any_arrivals() -> impl Strategy<Value = (Vec<BotStatus>, Vec<BotStatus>)> {
    let statuses = prop::collection::vec(any_status(), 1..12);
    let statuses = statuses.prop_flat_map(|all| {
        let length = all.len();
        subsequence(all, 1..=length)
    });
    statuses.prop_flat_map(|statuses| {
        let repeated = prop::collection::vec(any::<Index>(), 0..6);
        let arrivals = (Just(statuses.clone()), repeated).prop_flat_map(|(all, repeated)| {
            let again: Vec<_> = repeated
                .iter()
                .map(|index| index.get(&all).clone())
                .collect();
            Just([all, again].concat()).prop_shuffle()
        });
        (Just(statuses), arrivals)
    })
}

proptest! {
    #[test]
    fn any_order_and_repetition_gives_the_same_outcome((statuses, arrivals) in any_arrivals()) {
        let mut in_order = statuses;
        in_order.sort();
        prop_assert_eq!(outcome(&in_order), outcome(&arrivals));
    }

    #[test]
    fn the_phase_is_that_of_the_newest_status_that_names_one((statuses, arrivals) in any_arrivals()) {
        let arrived = outcome(&arrivals).expect("there are statuses");
        let newest = statuses.iter().filter(|status| status.step().is_some()).max();
        let has_recorded = statuses.iter().any(|status| status.code() == "in_call_recording");
        let expected = match newest.map(BotStatus::code) {
            None => Phase::Scheduled,
            Some("joining_call") => Phase::Joining,
            Some("in_waiting_room") => Phase::WaitingRoom,
            Some("in_call_recording") => Phase::Recording,
            Some("call_ended" | "done" | "fatal") if has_recorded => Phase::Done,
            Some("call_ended" | "done" | "fatal") => Phase::NotRecorded,
            Some(_) => Phase::InCall,
        };
        prop_assert_eq!(arrived.phase(), expected);
        prop_assert_eq!(arrived.newest, statuses.iter().max().expect("some").clone());
    }
}
