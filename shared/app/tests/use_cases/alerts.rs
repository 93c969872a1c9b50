//! People are told of a running meeting that can still be saved: once for each cause.

use callsheet_app::ports::Clock as _;
use callsheet_domain::{
    AlertKind, Applied, BotStatus, Decision, Operation, RuleName, Timestamp, Verdict, Wanted, plus,
};
use callsheet_testkit::{With as _, a_decision, an_applied_bot, at, id};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::Harness;

const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// A row whose bot is at Recall, with statuses of a bot, each with the seconds after ten o'clock.
fn row(statuses: &[(&str, i64, &str, Option<&str>)]) -> Decision {
    let scheduled = a_decision().with(|row| {
        if let Wanted::Bot(wanted) = &row.wanted {
            row.applied = Applied::Bot(Box::new(an_applied_bot(wanted)));
        }
    });
    statuses
        .iter()
        .fold(scheduled, |row, (bot, second, code, sub_code)| {
            let status = BotStatus::new(code, *sub_code, after(*second)).expect("a code");
            row.with_statuses(&id(*bot), &[status], true)
        })
}

fn after(second: i64) -> Timestamp {
    plus(at("10:00"), SignedDuration::from_secs(second))
}

fn kinds(row: &Decision) -> Vec<AlertKind> {
    row.life
        .alerts
        .all()
        .iter()
        .map(|alert| alert.kind)
        .collect()
}

const WAITS: &[(&str, i64, &str, Option<&str>)] = &[("bot-1", 10, "in_waiting_room", None)];
const DENIED: &[(&str, i64, &str, Option<&str>)] = &[
    ("bot-1", 10, "in_call_not_recording", None),
    (
        "bot-1",
        20,
        "recording_permission_denied",
        Some("zoom_host_not_present"),
    ),
];
const REMOVED: &[(&str, i64, &str, Option<&str>)] =
    &[("bot-1", 10, "call_ended", Some("bot_kicked_from_call"))];
const TWO: &[(&str, i64, &str, Option<&str>)] = &[
    ("bot-0", 10, "in_call_not_recording", None),
    ("bot-1", 20, "in_call_not_recording", None),
    ("bot-0", 25, "in_call_recording", None),
];
const FIRST_ONE_SILENT: &[(&str, i64, &str, Option<&str>)] = &[
    ("bot-0", 10, "in_call_recording", None),
    ("bot-1", 20, "in_call_recording", None),
];
const ONE_AFTER_THE_OTHER: &[(&str, i64, &str, Option<&str>)] = &[
    ("bot-0", 10, "in_call_recording", None),
    ("bot-0", 15, "call_ended", Some("call_ended_by_host")),
    ("bot-1", 20, "in_call_recording", None),
];

#[test_case(WAITS, 309 => Vec::<AlertKind>::new(); "a bot that waits, in time")]
#[test_case(WAITS, 310 => vec![AlertKind::Waiting]; "a bot that has waited for long")]
#[test_case(&[("bot-1", 10, "joining_call", None)], 299 => Vec::<AlertKind>::new(); "joining, in time")]
#[test_case(&[("bot-1", 10, "joining_call", None)], 300 => vec![AlertKind::NotJoined]; "joining for long")]
#[test_case(&[], 900 => Vec::<AlertKind>::new(); "nothing is known")]
#[test_case(DENIED, 30 => vec![AlertKind::PermissionDenied]; "permission denied")]
#[test_case(REMOVED, 30 => vec![AlertKind::Removed]; "removed")]
#[test_case(TWO, 30 => vec![AlertKind::SecondBot]; "a second bot")]
#[test_case(FIRST_ONE_SILENT, 30 => Vec::<AlertKind>::new(); "a first bot that may have left")]
#[test_case(ONE_AFTER_THE_OTHER, 30 => Vec::<AlertKind>::new(); "one bot after the other")]
#[test_case(&[("bot-1", 10, "in_call_recording", None)], 900 => Vec::<AlertKind>::new(); "recording")]
#[test_case(REMOVED, 3_600 => Vec::<AlertKind>::new(); "removed, and over")]
#[test_case(WAITS, -60 => Vec::<AlertKind>::new(); "before the start")]
fn a_running_meeting_gives(
    statuses: &[(&str, i64, &str, Option<&str>)],
    second: i64,
) -> Vec<AlertKind> {
    kinds(&row(statuses).with_alerts(Some(PATIENCE), after(second)))
}

/// The end of the first bot may have been lost, so it is read before anybody is told.
#[test_case(&[], &[AlertKind::SecondBot]; "a bot that is still there")]
#[test_case(&[(15, "call_ended"), (16, "done")], &[]; "a bot that has left")]
#[tokio::test]
async fn a_first_bot_that_may_be_in_the_call_is_read(left: &[(i64, &str)], expected: &[AlertKind]) {
    let harness = Harness::new();
    let stored = row(FIRST_ONE_SILENT).with(|row| row.had_bot = true);
    harness.decisions.put(stored.clone());
    for (second, code) in [&[(10, "in_call_recording")], left].concat() {
        let status = BotStatus::new(code, None, after(second)).expect("a code");
        harness.recall.put_status(&id("bot-0"), status);
    }
    let now = harness.clock.now();
    harness.clock.advance(now.duration_until(after(400)));
    for _ in 0..2 {
        harness.read_silent().await;
        let read = harness.decision(&stored.key.event_id);
        assert_eq!(kinds(&read), expected);
        assert_eq!(harness.recall.count(Operation::GetBot), 1);
    }
}

#[test]
fn a_meeting_that_is_not_to_be_recorded_gives_no_alert() {
    let skipped = row(REMOVED).with(|row| row.wanted = Wanted::Nothing);
    assert_eq!(kinds(&skipped.with_alerts(Some(PATIENCE), after(60))), []);
}

#[test]
fn each_cause_gives_one_alert_for_a_meeting() {
    let alerted = row(WAITS).with_alerts(Some(PATIENCE), after(400));
    let again = alerted.clone().with_alerts(Some(PATIENCE), after(800));
    assert_eq!(again, alerted);
    let removed = REMOVED.iter().fold(again, |row, (bot, _, code, sub_code)| {
        let status = BotStatus::new(code, *sub_code, after(900)).expect("a code");
        row.with_statuses(&id(*bot), &[status], true)
    });
    let removed = removed.with_alerts(Some(PATIENCE), after(901));
    assert_eq!(kinds(&removed), [AlertKind::Waiting, AlertKind::Removed]);
}

/// What people were told about is kept; what they are shown is what still is so.
#[test_case(WAITS, 400, &[] => vec![AlertKind::Waiting]; "a bot that still waits")]
#[test_case(WAITS, 400, &[("bot-1", "in_call_not_recording", None)] => Vec::<AlertKind>::new(); "a bot that was admitted")]
#[test_case(WAITS, 400, &[("bot-1", "call_ended", Some("bot_kicked_from_waiting_room"))] => vec![AlertKind::Removed]; "a bot that was turned away")]
#[test_case(&[("bot-1", 10, "joining_call", None)], 400, &[("bot-1", "in_waiting_room", None)] => Vec::<AlertKind>::new(); "a bot that now waits, for a moment")]
#[test_case(DENIED, 30, &[("bot-1", "recording_permission_allowed", None)] => Vec::<AlertKind>::new(); "a bot that was allowed to record")]
#[test_case(DENIED, 30, &[] => vec![AlertKind::PermissionDenied]; "a bot that may not record")]
#[test_case(REMOVED, 30, &[("bot-1", "done", None)] => vec![AlertKind::Removed]; "a bot that was removed")]
#[test_case(TWO, 30, &[("bot-0", "call_ended", Some("call_ended_by_host"))] => Vec::<AlertKind>::new(); "a second bot that has left")]
#[test_case(TWO, 30, &[] => vec![AlertKind::SecondBot]; "two bots")]
fn an_alert_stands_while_its_cause_is_there(
    statuses: &[(&str, i64, &str, Option<&str>)],
    second: i64,
    later: &[(&str, &str, Option<&str>)],
) -> Vec<AlertKind> {
    let alerted = row(statuses).with_alerts(Some(PATIENCE), after(second));
    let told = kinds(&alerted).len();
    assert_eq!(told, 1);
    let row = later.iter().fold(alerted, |row, (bot, code, sub_code)| {
        let status = BotStatus::new(code, *sub_code, after(second + 10)).expect("a code");
        row.with_statuses(&id(*bot), &[status], true)
    });
    let row = row.with_alerts(Some(PATIENCE), after(second + 11));
    assert!(kinds(&row).len() >= told, "none is taken back");
    let standing = row.standing_alerts();
    standing.iter().map(|alert| alert.kind).collect()
}

#[test]
fn no_alert_stands_about_a_meeting_that_is_not_to_be_recorded_any_more() {
    let alerted = row(WAITS).with_alerts(Some(PATIENCE), after(400));
    let standing = alerted.standing_alerts();
    assert_eq!(standing, alerted.life.alerts.all());
    let since = alerted.alerted_since(AlertKind::Waiting);
    assert_eq!(since, Some(after(10)));
    let skipped = alerted.with(|row| row.wanted = Wanted::Nothing);
    assert_eq!(skipped.standing_alerts(), []);
}

#[test_case("09:59:59", 0; "before the start")]
#[test_case("10:45", 1; "while it runs")]
#[test_case("11:00", 0; "when it is over")]
fn alerts_are_shown_while_the_meeting_runs(now: &str, expected: usize) {
    let alerted = row(WAITS).with_alerts(Some(PATIENCE), after(400));
    assert_eq!(alerted.alerts_at(at(now)).len(), expected);
}

/// The calendar may be connected again, or the event got another id, before the meeting ends.
#[test_case(&RuleName::DELETED; "a deleted event")]
#[test_case(&RuleName::DISCONNECTED; "a lost calendar")]
#[tokio::test]
async fn a_bot_in_the_call_of_an_event_that_is_gone_stays(rule: &RuleName) {
    let harness = Harness::new();
    let row = harness.with_bot_at_recall().await;
    let bot = row.known_bot().expect("it is at Recall").clone();
    harness.clock.advance(SignedDuration::from_mins(40));
    let stored = harness.decision(&row.key.event_id);
    harness.decisions.put(stored.with(|row| {
        row.verdict = Verdict::skip(rule.clone(), "it is gone");
        row.life.last_key = row.wanted_key().cloned();
        row.wanted = Wanted::Nothing;
        row.offer = None;
        row.applied = Applied::Nothing;
        row.owner_check = None;
    }));
    harness.report_code(&bot, &row, "in_call_recording").await;
    harness.drained().await.expect("memory");
    assert_eq!(harness.recall.count(Operation::LeaveCall), 0);
}

/// The scheduler forgot the bot, as after a crash, and the event wants none any more.
#[test_case("in_waiting_room", 1; "a bot that waits to be admitted")]
#[test_case("in_call_recording", 1; "a bot that records")]
#[test_case("done", 0; "a bot that has left")]
#[tokio::test]
async fn a_bot_that_joins_for_an_event_that_wants_none_leaves(code: &str, calls: usize) {
    let harness = Harness::new();
    let row = harness.with_bot_at_recall().await;
    let bot = row.known_bot().expect("it is at Recall").clone();
    harness.clock.advance(SignedDuration::from_mins(40));
    let stored = harness.decision(&row.key.event_id);
    harness.decisions.put(stored.with(|row| {
        row.verdict = Verdict::skip(row.verdict.reason().rule.clone(), "on purpose");
        row.had_bot = false;
        row.life.last_key = row.wanted_key().cloned();
        row.wanted = Wanted::Nothing;
        row.offer = None;
        row.applied = Applied::Nothing;
        row.owner_check = None;
    }));
    harness.report_code(&bot, &row, code).await;
    harness.drained().await.expect("memory");
    assert_eq!(harness.recall.count(Operation::LeaveCall), calls);
    assert_eq!(
        harness.decision(&row.key.event_id).applied,
        Applied::Nothing
    );
    // The same status once more brings no other call.
    harness.report_code(&bot, &row, code).await;
    harness.drained().await.expect("memory");
    assert_eq!(harness.recall.count(Operation::LeaveCall), calls);
}
