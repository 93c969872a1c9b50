//! Texts of explanations.

use callsheet_app::ports::{
    Calendars as _, Decisions as _, NewPolicy, OverrideStore as _, Policies as _,
};
use callsheet_domain::{
    Applied, Attempts, CallRecord, Cause, Decision, History, Operation, OverrideChoice,
    OverrideScope, PolicyRevision, RecordedResult, SeriesId, Timestamp, Wanted,
};
use callsheet_testkit::{
    MemoryDecisions, MemoryState, With as _, a_calendar_record, a_decision, an_actor,
    an_applied_bot, an_event, at,
};
use test_case::test_case;

use super::{Explanation, explain};
use crate::render::Render as _;

async fn explained(decision: Decision, now: Timestamp) -> (Explanation, String) {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    state
        .write_record(&a_calendar_record())
        .await
        .expect("memory");
    for revision in 0..decision.inputs.policy.0 {
        let policy = NewPolicy {
            document: "{}".to_owned(),
            by: an_actor(),
            at: at("08:00"),
            note: None,
        };
        state
            .push(&policy, PolicyRevision(revision))
            .await
            .expect("memory");
    }
    if let Some(series) = decision.series.clone() {
        let (calendar, scope) = (&decision.calendar_id, OverrideScope::PlatformSeries(series));
        let by = an_actor();
        let stored = state.set_override(calendar, &scope, OverrideChoice::Skip, &by, at("09:10"));
        stored.await.expect("memory");
    }
    decisions.write(&decision).await.expect("memory");
    let event = decision.key.event_id.clone();
    let explanation = explain(&state, &decisions, &event, now)
        .await
        .expect("it is stored");
    let text = explanation.text();
    (explanation, text)
}

fn with_bot(row: &mut Decision) {
    if let Wanted::Bot(bot) = &row.wanted {
        row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
    }
}

#[tokio::test]
async fn a_decision_is_explained_with_reason_inputs_and_bot() {
    let decision = a_decision().with(with_bot);
    let sentence = decision.verdict.reason().reason.clone();
    let (_, text) = explained(decision, at("09:30")).await;
    let expected = format!(
        "\
\"Kick-off\" is to be recorded.
From 2090-03-06 10:00 UTC to 2090-03-06 11:00 UTC, in the calendar of sales@acme.example (calendar-sales, connected).

Why, by the rule external: {sentence}.
  external: true
  external_domains: globex.example
  internal: false
  own_domain: acme.example

It was decided from
  the event as changed 2090-03-06 09:00 UTC
  the calendar's revision 1, the newest
  the policy's revision 1, the newest
  no override

A bot called \"Notes\" is wanted, to join 2090-03-06 10:00 UTC. It is at Recall as wanted (bot-1).
Nothing is left to be done."
    );
    assert_eq!(text, expected);
    assert!(!text.contains("meet.example"), "a link carries a passcode");
}

fn with_calls(row: &mut Decision) {
    let call = |now, outcome, is_late| CallRecord {
        at: at(now),
        operation: Operation::ScheduleBot,
        cause: Cause::New,
        outcome,
        is_late,
    };
    row.history = History::kept([
        call("09:20", RecordedResult::Again("busy".to_owned()), true),
        call("09:21", RecordedResult::Blocked("403".to_owned()), false),
        call("09:22", RecordedResult::Done, false),
    ]);
}

#[test_case(|_| (), "None is at Recall.\nIt is to be scheduled: no attempt yet."; "due")]
#[test_case(|row| row.attempts = Attempts { count: 2, not_before: Some(at("09:40")), last_error: Some("no bot is free".to_owned()) }, "It is to be scheduled: 2 attempts so far, the next not before 2090-03-06 09:40 UTC.\nThe last call failed: no bot is free."; "waiting")]
#[test_case(|row| { with_bot(row); row.wanted = Wanted::Nothing; }, "No bot is wanted. Another is at Recall (bot-1), to join 2090-03-06 10:00 UTC.\nIt is to be unscheduled: no attempt yet."; "to be unscheduled")]
#[test_case(|row| *row = row.clone().abandon("the meeting has ended"), "The decision is abandoned: the meeting has ended. `callsheet retry` reopens it."; "abandoned")]
#[test_case(|row| { with_bot(row); if let Applied::Bot(bot) = row.applied.clone() { row.applied = Applied::Uncertain(bot); } }, "It is uncertain whether one is at Recall; the next call will show."; "uncertain")]
#[test_case(with_calls, "The last calls:\n  2090-03-06 09:20 UTC schedule the bot, since none was there, late: again: busy\n  2090-03-06 09:21 UTC schedule the bot, since none was there: blocked: 403\n  2090-03-06 09:22 UTC schedule the bot, since none was there: done"; "with its last calls")]
#[test_case(|row| row.ends_at = at("09:00"), "\"Kick-off\" was to be recorded."; "over")]
#[test_case(|row| row.title = None, "A meeting without a title is to be recorded."; "without a title")]
#[test_case(|row| row.series = SeriesId::parse("s").ok(), "no override; an override or a pause was set since, so it will be decided again\n\nOverrides and pauses\n  for this series: skip, set by lead@acme.example on 2090-03-06 09:10 UTC"; "overridden since")]
#[tokio::test]
async fn an_explanation_contains(change: impl FnOnce(&mut Decision), expected: &str) {
    let (_, text) = explained(a_decision().with(change), at("09:30")).await;
    assert!(text.contains(expected), "{text}");
}

#[tokio::test]
async fn an_outdated_policy_is_shown_with_the_newest() {
    let (mut explanation, _) = explained(a_decision(), at("09:30")).await;
    explanation.inputs.policy.newest = 3;
    let text = explanation.text();
    let expected = "the policy's revision 1; 3 is the newest, so it will be decided again";
    assert!(text.contains(expected), "{text}");
}

#[tokio::test]
async fn an_unknown_event_is_refused() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let result = explain(&state, &decisions, &an_event().id, at("09:30")).await;
    assert_eq!(result.expect_err("it is unknown").exit_code(), 1);
}
