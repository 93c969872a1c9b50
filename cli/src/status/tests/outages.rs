//! The status of a stack in each kind of outage.

use callsheet_api::status::FindingKind;
use callsheet_app::ports::{Access as _, Denial, NewPolicy, Policies as _, Queue as _};
use callsheet_domain::{
    CallRecord, Cause, History, Operation, RecordedResult, SyncJob, UnreadableEvent,
    UnreadableEvents, plus,
};
use callsheet_testkit::{Faults, Intercepted, When};
use jiff::SignedDuration;
use test_case::test_case;

use super::*;

fn kinds(status: &Status) -> Vec<FindingKind> {
    let findings = status.health.findings.iter();
    findings.map(|finding| finding.kind).collect()
}

/// Changes the stored record of the calendar.
async fn change_record(harness: &Harness, change: impl FnOnce(&mut CalendarRecord)) {
    let calendar = a_calendar_record().calendar.id;
    let record = harness.state.record(&calendar).await.expect("memory");
    let record = record.expect("it is stored");
    harness.store(&record.with(change)).await;
}

/// A decision about a second event of the calendar, made by the built-in policy.
fn a_second_decision() -> Decision {
    a_decision().with(|row| {
        row.key.event_id = EventId::parse("event-2").expect("an id");
        row.inputs.policy = PolicyRevision(0);
    })
}

#[tokio::test]
async fn a_stack_that_works_is_healthy() {
    let status = Harness::healthy().await.status(at(NOW)).await;
    assert_eq!((kinds(&status), status.exit_code()), (vec![], 0));
    let text = status.text();
    let (health, _) = text.split_once("\n\nThe built-in").expect("the policy");
    assert_eq!(
        health,
        "\
Healthy: nothing needs a person.

last webhook accepted  1 min ago
last sync              1 min ago
last resync            1 min ago
last scheduler run     1 min ago
sync queue             0 messages
dead letters           0
denied by Recall       no
unreadable             0 events, 0 decisions, 0 calendars
due                    0 decisions
calls, last minute     none"
    );
}

#[tokio::test]
async fn a_stack_that_was_just_deployed_is_healthy() {
    let status = Harness::empty().status(at(NOW)).await;
    assert_eq!((kinds(&status), status.exit_code()), (vec![], 0));
}

async fn deny(harness: Harness, reason: &str) -> Harness {
    let denial = Denial {
        since: at("09:20"),
        reason: reason.to_owned(),
        next_probe_at: at("09:31"),
    };
    harness.state.deny(&denial).await.expect("memory");
    harness
}

/// While Recall denies us, syncs and scheduler runs fail: that is no problem of its own.
#[test_case("401: check that the API key belongs to a workspace of this region"; "a revoked key")]
#[test_case("402: the workspace is out of credit"; "no credit")]
#[tokio::test]
async fn a_denial_is_one_problem_with_its_reason(reason: &str) {
    let harness = deny(Harness::healthy().await, reason).await;
    let now = plus(at(NOW), SignedDuration::from_mins(20));
    harness
        .note(activity("09:49").with(|activity| activity.scheduler_ran_at = Some(at("09:29"))))
        .await;
    let status = harness.status(now).await;
    assert_eq!(
        (kinds(&status), status.exit_code()),
        (vec![FindingKind::Denied], 1)
    );
    let text = status.text();
    let expected = format!(
        "1 problem needs a person:\n- Recall has denied the API key since 2090-03-06 09:20 UTC, so no \
         calls are made: {reason}.\n  After 401, store"
    );
    assert!(text.starts_with(&expected), "{text}");
}

/// Resyncs go on, and no list succeeds.
#[tokio::test]
async fn an_outage_of_recall_shows_as_syncs_that_do_not_finish() {
    let harness = Harness::healthy().await;
    harness.note(activity("09:46")).await;
    let status = harness.status(at("09:47")).await;
    assert_eq!(kinds(&status), [FindingKind::SyncStopped]);
    let text = status.text();
    let expected = "- No sync has finished for 18 min, although resyncs run.";
    assert!(text.contains(expected), "{text}");
}

/// The row waits, since each call was answered with 503.
#[tokio::test]
async fn calls_that_keep_failing_and_meetings_that_begin_without_their_bot_are_problems() {
    let harness = Harness::healthy().await;
    let row = a_second_decision().with(|row| {
        row.attempts = Attempts {
            count: 5,
            not_before: Some(at("09:31")),
            last_error: Some("503".to_owned()),
        };
    });
    harness.write(&row).await;
    let status = harness.status(at(NOW)).await;
    assert_eq!(kinds(&status), [FindingKind::Failing]);
    assert!(status.text().contains("The last reason: 503"));
    harness.note(activity("09:50")).await;
    change_record(&harness, |record| completed_sync(record, "09:50")).await;
    let status = harness.status(at("09:51")).await;
    assert_eq!(kinds(&status), [FindingKind::Overdue, FindingKind::Failing]);
}

/// A firewall of Recall blocks this one call, and no other.
#[tokio::test]
async fn a_call_that_recall_blocked_is_a_problem() {
    let harness = Harness::healthy().await;
    let row = a_second_decision().with(|row| {
        row.attempts.count = 7;
        row.history = History::kept([CallRecord {
            at: at("09:29"),
            operation: Operation::ScheduleBot,
            cause: Cause::New,
            outcome: RecordedResult::Blocked("403: a firewall".to_owned()),
            is_late: false,
        }]);
    });
    harness.write(&row).await;
    let status = harness.status(at(NOW)).await;
    assert_eq!(kinds(&status), [FindingKind::Blocked]);
}

/// The change was found by a catch-up; its webhook was refused.
#[tokio::test]
async fn a_change_whose_webhook_never_came_shows_a_wrong_webhook_secret() {
    let harness = Harness::healthy().await;
    let row = a_second_decision().with(with_bot).with(|row| {
        row.inputs.event = at("09:45");
    });
    harness.write(&row).await;
    harness
        .note(activity("10:00").with(|activity| activity.webhook_at = Some(at("09:29"))))
        .await;
    change_record(&harness, |record| completed_sync(record, "10:00")).await;
    let in_time = harness.status(at("09:54")).await;
    assert_eq!(kinds(&in_time), [], "Recall may still repeat it");
    let status = harness.status(at("10:00")).await;
    assert_eq!(kinds(&status), [FindingKind::WebhooksMissing]);
    assert!(status.text().contains("with the secret WebhookSecrets"));
}

/// Without any change of an event, days without a webhook are a sign.
#[tokio::test]
async fn days_without_a_webhook_are_a_problem_if_calendars_are_connected() {
    let harness = Harness::empty();
    let record = a_calendar_record().with(|record| completed_sync(record, "09:29"));
    harness.store(&record).await;
    harness
        .note(
            activity("09:29")
                .with(|activity| activity.webhook_at = Some(at("2090-03-03T09:00:00Z"))),
        )
        .await;
    let status = harness.status(at(NOW)).await;
    assert_eq!(kinds(&status), [FindingKind::WebhooksMissing]);
}

#[tokio::test]
async fn a_sync_function_that_stopped_is_a_problem_after_five_minutes() {
    let harness = Harness::healthy().await;
    let scheduler =
        activity("09:29").with(|activity| activity.scheduler_ran_at = Some(at("09:34")));
    harness.note(scheduler).await;
    assert_eq!(kinds(&harness.status(at("09:34")).await), []);
    let status = harness.status(at("09:34:01")).await;
    assert_eq!(kinds(&status), [FindingKind::ResyncStopped]);
    assert!(status.text().contains("No resync has finished for 5 min"));
}

#[tokio::test]
async fn a_scheduler_that_stopped_is_a_problem_after_five_minutes() {
    let harness = Harness::healthy().await;
    harness
        .note(activity("09:40").with(|activity| activity.scheduler_ran_at = Some(at("09:29"))))
        .await;
    let status = harness.status(at("09:40")).await;
    assert_eq!(kinds(&status), [FindingKind::SchedulerStopped]);
}

#[tokio::test]
async fn messages_that_wait_and_dead_letters_are_problems() {
    let harness = Harness::healthy().await;
    let queue = harness.queues.sync.clone().expect("it is given");
    queue.send(&SyncJob::Resync).await.expect("memory");
    let dead_letters = harness.queues.dead_letters.clone().expect("it is given");
    dead_letters.put(None, at("08:00"));
    let batch = BatchActivity {
        handled_at: at("09:29:30"),
        oldest_sent_at: at("08:50"),
    };
    harness
        .note(Activity {
            batch: Some(batch),
            ..Activity::default()
        })
        .await;
    let status = harness.status(at(NOW)).await;
    let expected = [FindingKind::RequestsWait, FindingKind::DeadLetters];
    assert_eq!(kinds(&status), expected);
    let text = status.text();
    for line in [
        "sync queue             1 message, the oldest known sent 40 min ago",
        "dead letters           1",
        "- 1 message is in the dead-letter queue.",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[tokio::test]
async fn a_policy_that_decided_and_is_not_stored_any_more_is_a_problem() {
    let harness = Harness::healthy().await;
    let row = a_second_decision().with(with_bot).with(|row| {
        row.inputs.policy = PolicyRevision(7);
    });
    harness.write(&row).await;
    let status = harness.status(at(NOW)).await;
    assert_eq!(kinds(&status), [FindingKind::PolicyMissing]);
    assert!(status.text().contains("Revision 7 of the policy decided"));
}

#[tokio::test]
async fn a_lost_row_of_the_active_policy_is_a_problem_though_the_newest_policy_decides() {
    let harness = Harness::healthy().await;
    let policy = NewPolicy {
        document: "{}".to_owned(),
        by: an_actor(),
        at: at("08:00"),
        note: None,
        newest_used: PolicyRevision(0),
    };
    let pushed = harness.state.push(&policy, PolicyRevision(0)).await;
    pushed.expect("memory");
    harness.state.lose_policy_head();
    let status = harness.status(at(NOW)).await;
    assert_eq!(kinds(&status), [FindingKind::PolicyMissing]);
    assert_eq!(status.policy.revision, 1);
}

/// The rest is shown, and each bad row is named.
#[tokio::test]
async fn unreadable_rows_are_named_and_cost_only_themselves() {
    let harness = Harness::healthy().await;
    let row = a_decision().with(with_bot).with(|row| {
        row.key.event_id = EventId::parse("event-bad").expect("an id");
    });
    harness.write(&row).await;
    harness.decisions.make_unreadable(&row.key);
    let bad = a_calendar_record().with(|record| {
        record.calendar.id = CalendarId::parse("calendar-bad").expect("an id");
    });
    harness.store(&bad).await;
    harness.state.make_record_unreadable(&bad.calendar.id);
    harness.state.make_override_unreadable(&row.calendar_id);
    let status = harness.status(at(NOW)).await;
    assert_eq!(
        (kinds(&status), status.exit_code()),
        (vec![FindingKind::Unreadable], 1)
    );
    assert_eq!(status.meetings.today.record, 1, "the other meeting");
    let text = status.text();
    for line in [
        "unreadable             0 events, 1 decision, 2 calendars",
        "  event event-bad: made unreadable on purpose",
        "  calendar-bad: made unreadable on purpose",
        "  calendar-sales: in the overrides of a calendar's owner, made unreadable on purpose",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[tokio::test]
async fn queues_that_are_not_given_or_fail_are_unknown() {
    let mut harness = Harness::healthy().await;
    harness.queues.sync = None;
    let status = harness.status(at(NOW)).await;
    assert_eq!((kinds(&status), status.exit_code()), (vec![], 0));
    let expected = "sync queue             unknown: CALLSHEET_QUEUE_URL is not set";
    assert!(status.text().contains(expected), "{}", status.text());

    let faults = Faults::once(0, When::Before);
    let queues = Queues {
        sync: Some(Intercepted::new(MemoryQueue::new(), &faults)),
        dead_letters: None::<MemoryDeadLetters>,
    };
    let ports = (&harness.state, &harness.decisions, &queues);
    let status = super::super::status(ports, &ARGUMENTS, &TimeZone::UTC, at(NOW)).await;
    let status = status.expect("the rest is known");
    assert_eq!(kinds(&status), [FindingKind::Unknown]);
}

#[tokio::test]
async fn events_that_cannot_be_read_are_named_with_their_calendar() {
    let harness = Harness::healthy().await;
    change_record(&harness, |record| {
        record.unreadable_events = UnreadableEvents {
            named: vec![UnreadableEvent {
                id: EventId::parse("event-odd").expect("an id"),
                problem: "its start is missing".to_owned(),
                since: at("09:00"),
                seen_at: at("09:20"),
            }],
            more: 2,
        };
    })
    .await;
    let status = harness.status(at(NOW)).await;
    assert_eq!(kinds(&status), [FindingKind::UnreadableEvents]);
    let text = status.text();
    for line in [
        "- Recall lists 3 events that cannot be read.",
        "unreadable             3 events, 0 decisions, 0 calendars",
        "  event event-odd of calendar calendar-sales, since 2090-03-06 09:00 UTC: its start is missing",
    ] {
        assert!(text.contains(line), "{text}");
    }
}
