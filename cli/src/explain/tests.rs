//! What is said about a decision, sentence by sentence.

use callsheet_app::ports::{
    Calendars as _, Decisions as _, NewPolicy, OverrideStore as _, Policies as _,
};
use callsheet_domain::{
    Applied, Attempts, CallRecord, Cause, Decision, History, Operation, OverrideChoice,
    OverrideScope, PolicyRevision, RecordedResult, SeriesId, Timestamp, Wanted,
};
use callsheet_testkit::{
    But as _, MemoryDecisions, MemoryState, a_calendar_record, a_decision, a_speaker,
    an_applied_bot, an_event, at,
};
use test_case::test_case;

use super::{Explained, explain};
use crate::render::Render as _;

async fn explained(decision: Decision, now: Timestamp) -> (Explained, String) {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    state
        .write_record(&a_calendar_record())
        .await
        .expect("memory");
    for revision in 0..decision.inputs.policy.0 {
        let policy = NewPolicy {
            document: "{}".to_owned(),
            by: a_speaker(),
            at: at("08:00"),
            note: None,
        };
        state
            .push(&policy, PolicyRevision(revision))
            .await
            .expect("memory");
    }
    if let Some(series) = decision.series.clone() {
        let (calendar, subject) = (&decision.calendar_id, OverrideScope::PlatformSeries(series));
        let by = a_speaker();
        let override_revision =
            state.set_override(calendar, &subject, OverrideChoice::Skip, &by, at("09:10"));
        override_revision.await.expect("memory");
    }
    decisions.write(&decision).await.expect("memory");
    let event = decision.key.event_id.clone();
    let explained = explain(&state, &decisions, &event, now)
        .await
        .expect("it is known");
    let text = explained.text();
    (explained, text)
}

fn with_bot(row: &mut Decision) {
    if let Wanted::Bot(bot) = &row.wanted {
        row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
    }
}

#[tokio::test]
async fn a_meeting_is_explained_in_sentences() {
    let (_, text) = explained(a_decision().but(with_bot), at("09:30")).await;
    assert_eq!(
        text,
        "\
\"Kick-off\" is to be recorded.
From 2090-03-06 10:00 UTC to 2090-03-06 11:00 UTC, in the calendar of sales@acme.example (calendar-sales, connected).

Why, by the rule external: the rule \"external\" records it: a participant is from globex.example, outside of acme.example.
  external: true
  external_domains: globex.example
  internal: false
  own_domain: acme.example

It was decided from
  the event as it was changed 2090-03-06 09:00 UTC
  the calendar's revision 1, the newest
  the policy's revision 1, the newest
  nothing that anybody said

A bot called \"Notes\" is wanted, to join 2090-03-06 10:00 UTC. It is at Recall as wanted (bot-1).
Nothing is left to be done."
    );
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

#[test_case(|_| (), "None is at Recall.\nIt is to be scheduled: not tried yet."; "due")]
#[test_case(|row| row.attempts = Attempts { count: 2, not_before: Some(at("09:40")), last_error: Some("no bot is free".to_owned()) }, "It is to be scheduled: tried 2 times, not again before 2090-03-06 09:40 UTC.\nThe last call failed: no bot is free."; "waiting")]
#[test_case(|row| { with_bot(row); row.wanted = Wanted::Nothing; }, "No bot is wanted. Another is at Recall (bot-1), to join 2090-03-06 10:00 UTC.\nIt is to be taken away: not tried yet."; "to be taken away")]
#[test_case(|row| *row = row.clone().abandon("the meeting has ended"), "It was given up on: the meeting has ended."; "closed")]
#[test_case(|row| { with_bot(row); if let Applied::Bot(bot) = row.applied.clone() { row.applied = Applied::Uncertain(bot); } }, "Whether one is at Recall is in doubt; the next call makes it certain."; "in doubt")]
#[test_case(with_calls, "The last calls:\n  2090-03-06 09:20 UTC schedule the bot, since none was there, late: again: busy\n  2090-03-06 09:21 UTC schedule the bot, since none was there: blocked: 403\n  2090-03-06 09:22 UTC schedule the bot, since none was there: done"; "with its last calls")]
#[test_case(|row| row.ends_at = at("09:00"), "\"Kick-off\" was to be recorded."; "over")]
#[test_case(|row| row.title = None, "A meeting without a title is to be recorded."; "without a title")]
#[test_case(|row| row.series = SeriesId::parse("s").ok(), "nothing that anybody said; somebody has spoken since, so it will be decided again\n\nPeople said\n  about this series: skip, by lead@acme.example on 2090-03-06 09:10 UTC"; "spoken about since")]
#[tokio::test]
async fn says(change: impl FnOnce(&mut Decision), expected: &str) {
    let (_, text) = explained(a_decision().but(change), at("09:30")).await;
    assert!(text.contains(expected), "{text}");
}

#[tokio::test]
async fn an_older_policy_is_told_beside_the_newest() {
    let (mut explained, _) = explained(a_decision(), at("09:30")).await;
    explained.seen.policy.newest = 3;
    let text = explained.text();
    let expected = "the policy's revision 1; 3 is the newest, so it will be decided again";
    assert!(text.contains(expected), "{text}");
}

#[tokio::test]
async fn what_nobody_decided_is_a_no() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let answer = explain(&state, &decisions, &an_event().id, at("09:30")).await;
    assert_eq!(answer.expect_err("it is not known").exit_code(), 1);
}
