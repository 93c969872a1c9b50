//! Texts of explanations.

mod copies;
mod rules;

use callsheet_api::explain::Explanation;
use callsheet_app::events::EventName;
use callsheet_app::ports::{
    Calendars as _, Decisions as _, NewPolicy, OverrideStore as _, Policies as _,
};
use callsheet_domain::{
    Applied, Attempts, BotStatus, CallRecord, Cause, Decision, EventId, History, Operation,
    OverrideChoice, OverrideRevision, OverrideScope, PastVerdict, PastVerdicts, PolicyDocument,
    PolicyRevision, RecordedResult, RuleName, SeriesId, Timestamp, Verdict, Wanted,
};
use callsheet_testkit::{
    MemoryDecisions, MemoryState, With as _, a_calendar_record, a_decision, an_actor,
    an_applied_bot, an_event, at, id,
};
use test_case::test_case;

use super::explain;
use crate::render::{Render as _, assert_published};

fn named(event: &EventId) -> EventName {
    EventName::Id(event.to_string())
}

async fn explained(decision: Decision, now: Timestamp) -> (Explanation, String) {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    state
        .write_record(&a_calendar_record())
        .await
        .expect("memory");
    for revision in 0..decision.inputs.policy.0 {
        let policy = NewPolicy {
            document: PolicyDocument::built_in().canonical(),
            by: an_actor(),
            at: at("08:00"),
            note: None,
            newest_used: PolicyRevision(0),
        };
        state
            .push(&policy, PolicyRevision(revision))
            .await
            .expect("memory");
    }
    if let Some(series) = decision.series.clone() {
        let (owner, scope) = (
            state.owner_of(&decision.calendar_id),
            OverrideScope::PlatformSeries(series),
        );
        let by = an_actor();
        let stored = state.set_override(&owner, &scope, OverrideChoice::Skip, &by, at("09:10"));
        stored.await.expect("memory");
    }
    decisions.write(&decision).await.expect("memory");
    let event = decision.key.event_id.clone();
    let explanation = explain(&state, &decisions, &named(&event), now)
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

Why (external): {sentence}.
  external: true
  external_domains: globex.example
  internal: false
  own_domain: acme.example

The meeting is under the main policy. Its rules in the order in which they are tested:
  declined (skip) does not apply: it asks for own_response: [declined], but the calendar's owner responded accepted
  external (record) decides

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

#[tokio::test]
async fn changes_of_the_verdict_are_listed() {
    let past = |time: &str, is_recorded, rule, policy, overrides| PastVerdict {
        at: at(time),
        is_recorded,
        rule: RuleName::named(rule),
        policy: PolicyRevision(policy),
        overrides: OverrideRevision(overrides),
    };
    let first = past("08:00", false, "default", 3, 0);
    let changed = [first.clone(), past("09:00", true, "event-override", 4, 7)];
    let unchanged = a_decision().with(|row| row.verdicts = PastVerdicts::kept([first]));
    let (_, text) = explained(unchanged, at("09:30")).await;
    assert!(!text.contains("has changed"), "{text}");
    let changed = a_decision().with(|row| row.verdicts = PastVerdicts::kept(changed));
    let (_, text) = explained(changed, at("09:30")).await;
    let expected = "\
The verdict has changed:
  2090-03-06 08:00 UTC skip by default, from policy 3
  2090-03-06 09:00 UTC record by event-override, from policy 4, override 7
";
    assert!(text.contains(expected), "{text}");
}

#[test_case(&[], "What became of it is not followed: Recall has reported no status."; "nothing reported")]
#[test_case(&[("in_waiting_room", None)], "It waits to be admitted to the call (in_waiting_room, 2090-03-06 10:00 UTC)."; "in the waiting room")]
#[test_case(&[("in_call_recording", None), ("call_ended", Some("call_ended_by_host"))], "It has recorded the meeting, and left: the call ended, or the bot was told to leave it (call_ended_by_host, 2090-03-06 10:01 UTC)."; "recorded")]
#[test_case(&[("call_ended", Some("bot_kicked_from_call"))], "It has not recorded the meeting, because somebody removed the bot (bot_kicked_from_call, 2090-03-06 10:00 UTC)."; "removed")]
#[test_case(&[("fatal", Some("reason_of_tomorrow"))], "It has not recorded the meeting, because Recall gave no reason that is known (reason_of_tomorrow, 2090-03-06 10:00 UTC)."; "an unknown reason")]
#[tokio::test]
async fn what_became_of_the_bot_is_explained(statuses: &[(&str, Option<&str>)], expected: &str) {
    let statuses: Vec<_> = (0..)
        .zip(statuses)
        .filter_map(|(minute, (code, sub))| {
            BotStatus::new(code, *sub, at(&format!("10:0{minute}")))
        })
        .collect();
    let decision = a_decision().with(with_bot);
    let decision = decision.with_statuses(&id("bot-1"), &statuses, true);
    let (explanation, text) = explained(decision, at("10:30")).await;
    assert_published("explain", &explanation);
    assert!(text.contains(expected), "{text}");
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

/// Of several overrides of one event each is shown, newest first, also one that was cleared.
#[tokio::test]
async fn what_people_chose_for_the_event_is_shown_newest_first() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let (record, row) = (a_calendar_record(), a_decision());
    state.write_record(&record).await.expect("memory");
    decisions.write(&row).await.expect("memory");
    let scope = OverrideScope::Event(row.platform_id.clone().expect("an id"));
    let by = an_actor().signed_with(Some("crm".to_owned()));
    let owner = record.calendar.owner();
    let choices = [
        (OverrideChoice::Skip, "09:10"),
        (OverrideChoice::Clear, "09:11"),
    ];
    for (choice, time) in choices {
        let set = state.set_override(&owner, &scope, choice, &by, at(time));
        set.await.expect("memory");
    }
    let explained = explain(&state, &decisions, &named(&row.key.event_id), at("09:30")).await;
    let text = explained.expect("it is stored").text();
    let expected = "What people chose, newest first:
  2090-03-06 09:11 UTC clear for this event by lead@acme.example via crm
  2090-03-06 09:10 UTC skip for this event by lead@acme.example via crm";
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
    let result = explain(&state, &decisions, &named(&an_event().id), at("09:30")).await;
    assert_eq!(result.expect_err("it is unknown").exit_code(), 1);
}

#[tokio::test]
async fn unreadable_rows_of_the_calendar_are_named_and_the_rest_is_explained() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let (record, row) = (a_calendar_record(), a_decision());
    state.write_record(&record).await.expect("memory");
    decisions.write(&row).await.expect("memory");
    state.make_override_unreadable(&row.calendar_id);
    for problem in [
        "in the overrides of a calendar's owner",
        "in the record of calendar calendar-sales",
    ] {
        let explained = explain(&state, &decisions, &named(&row.key.event_id), at("09:30")).await;
        let explained = explained.expect("the decision can be read");
        assert_eq!(explained.exit_code(), 1);
        let text = explained.text();
        assert!(
            text.starts_with("\"Kick-off\" is to be recorded."),
            "{text}"
        );
        assert!(text.contains(problem), "{text}");
        state.make_record_unreadable(&row.calendar_id);
    }
    decisions.make_unreadable(&row.key);
    let unreadable = explain(&state, &decisions, &named(&row.key.event_id), at("09:30")).await;
    let report = unreadable.expect_err("it cannot be read").report();
    assert!(report.contains("`callsheet rebuild event-1`"), "{report}");
}

/// The event's own row after a `skip` override.
fn skipped(row: &mut Decision) {
    row.wanted = Wanted::Nothing;
    row.offer = None;
    row.verdict = Verdict::skip(RuleName::named("event-override"), "a person set skip");
}
