//! Texts of explanations.

use callsheet_api::rules::{Outcome, RuleSummary, RulesSummary};
use callsheet_app::ports::{
    Calendars as _, Decisions as _, NewPolicy, OverrideStore as _, Policies as _,
};
use callsheet_domain::{
    Applied, Attempts, BotStatus, CallRecord, Cause, Decision, EventId, Fact, FactValue,
    FactValues, History, Operation, OverrideChoice, OverrideRevision, OverrideScope, PastVerdict,
    PastVerdicts, PolicyDocument, PolicyRevision, Reason, RecordedResult, RuleName, SeriesId,
    TestedRules, Timestamp, Verdict, Wanted,
};
use callsheet_testkit::{
    MemoryDecisions, MemoryState, With as _, a_calendar_record, a_decision, an_actor,
    an_applied_bot, an_email, an_event, at, id,
};
use serde_json::{Value, json};
use test_case::test_case;

use callsheet_api::explain::Explanation;
use callsheet_app::events::EventName;

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

/// The usual row by the default, after facts that leave one rule open.
fn by_default(row: &mut Decision) {
    let tested = TestedRules {
        policy: None,
        passed: 2,
        facts: FactValues::from([(Fact::OwnResponse, FactValue::Text("accepted".to_owned()))]),
    };
    let Verdict::Skip(reason) = Verdict::skip(RuleName::DEFAULT, "no rule applies") else {
        panic!("it skips");
    };
    row.verdict = Verdict::Skip(Reason {
        tested: Some(tested),
        ..reason
    });
}

#[test_case(by_default, "
  declined (skip) does not apply: it asks for own_response: [declined], but the calendar's owner responded accepted
  external (record) may apply: it asks for external: true, but external is not known
"; "the default")]
#[test_case(skipped, "The meeting is under the main policy. Its rules were not tested, since event-override goes before them."; "an override")]
#[tokio::test]
async fn a_verdict_says_which_rules_were_tested(change: fn(&mut Decision), expected: &str) {
    let (_, text) = explained(a_decision().with(change), at("09:30")).await;
    assert!(text.contains(expected), "{text}");
}

#[test]
fn locks_are_listed_before_an_override() {
    let rule = |name: &str, locked, outcome| RuleSummary {
        name: name.to_owned(),
        is_for_all: false,
        locked,
        then: "skip",
        outcome,
        conditions: Vec::new(),
    };
    let rules = RulesSummary {
        policy: None,
        locked_domains: Some(Outcome::DoesNotApply),
        rules: vec![
            rule("legal-hold", true, Outcome::DoesNotApply),
            rule("external", false, Outcome::NotTested),
        ],
        default: "skip",
    };
    let expected =
        "The meeting is under the main policy. Its rules in the order in which they are tested:
  denied_domains (skip, locked) does not apply
  legal-hold (skip, locked) does not apply
  not tested: external";
    let text = super::rules::paragraph(&rules, "event-override");
    assert_eq!(text, expected);
}

#[tokio::test]
async fn the_rules_are_in_the_json_with_the_facts_that_they_met() {
    let (explanation, _) = explained(a_decision().with(by_default), at("09:30")).await;
    let json = serde_json::to_value(&explanation).expect("JSON");
    let rules = &json["rules"];
    assert_eq!(
        (&rules["policy"], &rules["default"]),
        (&Value::Null, &json!("skip"))
    );
    let declined = json!({
        "name": "declined", "is_for_all": false, "locked": false, "then": "skip", "outcome": "does_not_apply",
        "conditions": [{
            "condition": "own_response: [declined]",
            "because": "the calendar's owner responded accepted",
            "facts": {"own_response": "accepted"},
        }],
    });
    assert_eq!(rules["rules"][0], declined);
    assert_eq!(rules["rules"][1]["outcome"], "unknown");
    assert_eq!(
        rules["rules"][1]["conditions"][0]["facts"]["external"],
        Value::Null
    );
}

#[tokio::test]
async fn a_policy_that_is_lost_leaves_the_rules_out() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    decisions.write(&a_decision()).await.expect("memory");
    let event = a_decision().key.event_id;
    let explained = explain(&state, &decisions, &named(&event), at("09:30")).await;
    assert_eq!(explained.expect("it is stored").rules, None);
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

/// A copy in the calendar of a colleague, whose bot is at Recall.
fn a_colleagues_copy(ical_uid: &str) -> Decision {
    a_decision().with(with_bot).with(|row| {
        row.key.event_id = id("event-2");
        row.key.ical_uid = id(ical_uid);
        row.calendar_id = id("calendar-colleague");
    })
}

/// The event's own row after a `skip` override.
fn skipped(row: &mut Decision) {
    row.wanted = Wanted::Nothing;
    row.offer = None;
    row.verdict = Verdict::skip(RuleName::named("event-override"), "a person set skip");
}

async fn explained_beside(row: Decision, copies: Vec<Decision>) -> Explanation {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let colleague = a_calendar_record().with(|record| {
        record.calendar.id = id("calendar-colleague");
        record.calendar.email = Some(an_email("colleague@acme.example"));
    });
    for record in [a_calendar_record(), colleague] {
        state.write_record(&record).await.expect("memory");
    }
    for row in copies.iter().chain([&row]) {
        decisions.write(row).await.expect("memory");
    }
    let explained = explain(&state, &decisions, &named(&row.key.event_id), at("09:30")).await;
    explained.expect("it is stored")
}

#[tokio::test]
async fn a_person_who_wants_no_bot_is_told_which_calendar_keeps_one() {
    let copy = a_colleagues_copy("meeting-1@acme.example");
    let explained = explained_beside(a_decision().with(skipped), vec![copy]).await;
    let text = explained.text();
    let expected = "\
No bot is wanted. None is at Recall for this event.
Nothing is left to be done.
The meeting is recorded all the same, since other calendars keep a bot in it:
  colleague@acme.example (calendar-colleague), event event-2: a bot, at Recall (bot-1), to join 2090-03-06 10:00 UTC";
    assert!(text.contains(expected), "{text}");
}

/// Google gives the series an `ical_uid`, and Outlook each occurrence: the bot is the same.
#[tokio::test]
async fn copies_with_another_ical_uid_are_found_by_the_bot() {
    let copy = a_colleagues_copy("outlook-occurrence");
    let explained = explained_beside(a_decision().with(with_bot), vec![copy.clone()]).await;
    let kept_by = &explained.bot.kept_by;
    assert_eq!((kept_by.len(), kept_by[0].is_shared), (1, true));

    // The removal of the event's own bot is not called yet.
    let leaving = a_decision().with(with_bot).with(skipped);
    let explained = explained_beside(leaving, vec![copy.clone()]).await;
    assert_eq!(explained.bot.kept_by.len(), 1);

    // A third copy shows the bot of the meeting.
    let third = a_colleagues_copy("meeting-1@acme.example").with(|row| {
        row.key.event_id = id("event-3");
    });
    let explained = explained_beside(a_decision().with(skipped), vec![copy, third]).await;
    assert_eq!(explained.bot.kept_by.len(), 2);
}

#[test_case(|row| row.starts_at = at("2090-03-13T10:00:00Z"), 0; "another occurrence of the series")]
#[test_case(skipped, 0; "a copy that wants none")]
#[test_case(|row| { row.applied = Applied::Nothing; *row = row.clone().abandon("400"); }, 0; "a copy whose call was refused")]
#[test_case(|row| row.applied = Applied::Nothing, 1; "a copy whose bot is to be scheduled")]
#[tokio::test]
async fn only_copies_that_keep_a_bot_in_the_meeting_are_named(
    change: impl FnOnce(&mut Decision),
    expected: usize,
) {
    let copy = a_colleagues_copy("meeting-1@acme.example").with(change);
    let explained = explained_beside(a_decision().with(skipped), vec![copy]).await;
    assert_eq!(explained.bot.kept_by.len(), expected, "{:?}", explained.bot);
}
