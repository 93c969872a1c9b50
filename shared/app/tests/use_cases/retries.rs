//! Another bot is sent in place of one that has ended: to the same meeting, for all its copies,
//! and never after a no.

mod before_calls;
mod copies;
mod promises;
mod wishes;

use callsheet_app::events::EventName;
use callsheet_app::overrides::{Target, set_override};
use callsheet_app::ports::{OverrideStore as _, Queue as _};
use callsheet_app::send::{BotSent, send};
use callsheet_app::{Handled, UseCaseError};
use callsheet_domain::{
    BotId, BotStatus, BotStatusReport, Cause, Decision, DeduplicationKey, MeetingResult, Operation,
    OutcomeClass, OverrideChoice, OverrideScope, RetryDocument, SyncJob, plus,
};
use callsheet_testkit::{With as _, an_actor, at};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::Harness;

/// A status: its code and its sub code.
pub(crate) type Status = (&'static str, Option<&'static str>);

const SECOND: SignedDuration = SignedDuration::from_secs(1);

const FAULT: &[Status] = &[("joining_call", None), ("fatal", Some("bot_errored"))];
const RECORDED: &[Status] = &[
    ("in_call_recording", None),
    ("call_ended", Some("call_ended_by_host")),
    ("done", None),
];
const DROPPED: &[Status] = &[
    ("in_call_recording", None),
    ("call_ended", Some("microsoft_teams_call_dropped")),
    ("done", None),
];
const REMOVED: &[Status] = &[
    ("in_call_not_recording", None),
    ("call_ended", Some("bot_kicked_from_call")),
    ("done", None),
];
const DENIED: &[Status] = &[
    ("in_call_not_recording", None),
    (
        "recording_permission_denied",
        Some("zoom_local_recording_request_denied_by_host"),
    ),
    (
        "call_ended",
        Some("timeout_exceeded_recording_permission_denied"),
    ),
    ("done", None),
];
const BLOCKED: &[Status] = &[("fatal", Some("google_meet_bot_blocked"))];
const LOBBY: &[Status] = &[
    ("in_waiting_room", None),
    ("call_ended", Some("timeout_exceeded_waiting_room")),
    ("done", None),
];

impl Harness {
    /// A meeting at ten with its bot, a minute after the start.
    async fn running(&self) -> Decision {
        self.with_bot_at_recall().await;
        self.wait_until("10:01");
        // The owner of the bot is checked.
        self.drained().await.expect("memory");
        self.decisions.all().remove(0)
    }

    pub(crate) fn wait_until(&self, instant: &str) {
        let now = self.after(0);
        self.clock.advance(now.duration_until(at(instant)));
    }

    /// A bot lives so: it is in no call any more if its life has ended.
    fn live(&self, bot: &BotId, life: &[Status]) -> Vec<BotStatus> {
        let mut statuses = Vec::new();
        for (code, sub_code) in life {
            self.clock.advance(SignedDuration::from_secs(1));
            let status = BotStatus::new(code, *sub_code, self.after(0)).expect("a code");
            self.recall.put_status(bot, status.clone());
            statuses.push(status);
        }
        if life
            .iter()
            .any(|(code, _)| ["done", "fatal"].contains(code))
        {
            self.recall.forget_bot(bot);
        }
        statuses
    }

    /// Enqueues the webhooks of statuses, as the bot's metadata names the event of `row`.
    pub(crate) async fn send_statuses(
        &self,
        bot: &BotId,
        row: &Decision,
        statuses: Vec<BotStatus>,
    ) {
        for status in statuses {
            let report = BotStatusReport {
                bot_id: bot.clone(),
                event_id: Some(row.key.event_id.clone()),
                ical_uid: Some(row.key.ical_uid.clone()),
                status,
                sent_at: self.after(0),
            };
            let sent = self.queue.send(&SyncJob::BotStatus(report)).await;
            sent.expect("memory");
        }
    }

    /// The life of the bot of `row` is reported, and the scheduler runs.
    async fn lives(&self, row: &Decision, life: &[Status]) {
        let bot = row.known_bot().expect("its bot is known").clone();
        let statuses = self.live(&bot, life);
        self.send_statuses(&bot, row, statuses).await;
        self.work_on_queue().await;
    }

    /// Handles what is queued, and runs the scheduler.
    pub(crate) async fn work_on_queue(&self) {
        let deliveries = self.queue.deliver(10);
        let handled = self.sync().handle(&deliveries, self.deadline()).await;
        assert_eq!(handled, Handled::default());
        self.drained().await.expect("memory");
    }

    /// A person sends a bot to the meeting of `row`, as the command line does.
    async fn send_bot(&self, row: &Decision) -> Result<BotSent, UseCaseError> {
        self.clock.advance(SECOND);
        let ports = (&self.state, &self.decisions, Some(&self.queue));
        let name = EventName::Id(row.key.event_id.to_string());
        send(ports, &name, &an_actor(), self.after(0)).await
    }

    /// A person says whether the event of `row` is recorded. The one about an event holds at
    /// once; the one about its series waits for a sync.
    async fn choose_for(&self, row: &Decision, choice: OverrideChoice, is_of_event: bool) {
        self.clock.advance(SECOND);
        let (by, now) = (an_actor(), self.after(0));
        if is_of_event {
            let ports = (&self.state, &self.decisions, Some(&self.queue));
            let name = EventName::Id(row.key.event_id.to_string());
            let set = set_override(ports, (Target::Event, &name), choice, &by, now);
            set.await.expect("memory");
        } else {
            let owner = self.state.owner_of(&row.calendar_id);
            let scope = OverrideScope::Series(row.key.ical_uid.clone());
            let set = self.state.set_override(&owner, &scope, choice, &by, now);
            set.await.expect("memory");
        }
    }

    /// The same of the present bot of an event, once its further call may be made.
    async fn lives_again(&self, row: &Decision, life: &[Status]) -> Decision {
        self.lives(&self.decision(&row.key.event_id), life).await;
        self.clock.advance(SignedDuration::from_mins(1));
        self.drained().await.expect("memory");
        self.decision(&row.key.event_id)
    }
}

fn retry_of(row: &Decision) -> u32 {
    row.wanted_key().map_or(0, DeduplicationKey::retry)
}

#[tokio::test]
async fn a_bot_that_fails_is_followed_by_another_one_which_records() {
    let harness = Harness::new();
    let row = harness.running().await;
    harness.lives(&row, FAULT).await;
    let retried = harness.decision(&row.key.event_id);
    assert_eq!(retry_of(&retried), 1);
    assert!(!retried.is_due(), "its call was made");
    let second = retried.known_bot().expect("it is known");
    assert_ne!(Some(second), row.known_bot());
    let call = retried.history.calls().last().expect("it was made");
    assert_eq!(call.cause, Cause::Retry);
    assert_eq!(retried.bot_outcome(), None, "nothing is known of it yet");
    harness.lives(&retried, RECORDED).await;
    let recorded = harness.decision(&row.key.event_id);
    assert_eq!(MeetingResult::of(&recorded), MeetingResult::Recorded);
    let earlier: Vec<_> = recorded.earlier_outcomes().collect();
    assert_eq!(earlier.len(), 1);
    assert_eq!(earlier[0].class(), Some(OutcomeClass::PlatformFault));
}

#[test_case(REMOVED; "removed")]
#[test_case(DENIED; "denied")]
#[test_case(BLOCKED; "blocked")]
#[test_case(RECORDED; "recorded")]
#[test_case(LOBBY; "never admitted, by default")]
#[tokio::test]
async fn no_other_bot_is_sent_after_it_was(life: &'static [Status]) {
    let harness = Harness::new();
    let row = harness.running().await;
    let calls = harness.recall.count(Operation::ScheduleBot);
    harness.lives(&row, life).await;
    let after = harness.decision(&row.key.event_id);
    assert!(
        after
            .bot_outcome()
            .is_some_and(callsheet_domain::Outcome::is_final)
    );
    assert_eq!((retry_of(&after), after.is_due()), (0, false));
    assert_eq!(harness.recall.count(Operation::ScheduleBot), calls);
}

#[tokio::test]
async fn retries_are_bounded_by_the_policy() {
    let harness = Harness::new();
    let row = harness.running().await;
    for expected in [1, 2, 2, 2] {
        let row = harness.lives_again(&row, FAULT).await;
        assert_eq!((retry_of(&row), row.is_due()), (expected, false));
    }
    let after = harness.decision(&row.key.event_id);
    assert_eq!(after.earlier_outcomes().count(), 2);
}

#[test_case(None, "10:54", 1; "by default up to five minutes before the end")]
#[test_case(None, "10:56", 0; "by default not later")]
#[test_case(Some(10), "10:52", 0; "as the policy says")]
#[tokio::test]
async fn no_bot_is_sent_at_the_end_of_a_meeting(minutes: Option<u32>, at: &str, expected: u32) {
    let harness = Harness::new();
    harness
        .push(|document| {
            document.retry = Some(RetryDocument {
                after: None,
                at_most: None,
                minutes_before_end: minutes,
            });
        })
        .await;
    let row = harness.with_bot_at_recall().await;
    harness.wait_until(at);
    harness.lives(&row, FAULT).await;
    assert_eq!(retry_of(&harness.decision(&row.key.event_id)), expected);
}

/// The first retry is made at once, the second one a minute after the end of the bot before it.
#[tokio::test]
async fn a_further_retry_waits() {
    let harness = Harness::new();
    let row = harness.running().await;
    harness.lives(&row, FAULT).await;
    let once = harness.decision(&row.key.event_id);
    harness.lives(&once, FAULT).await;
    let twice = harness.decision(&row.key.event_id);
    assert_eq!((retry_of(&twice), twice.is_due()), (2, true));
    let waits = twice.attempts.not_before.expect("it waits");
    let seconds = harness.after(0).duration_until(waits).as_secs();
    assert!((59..=60).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn a_bot_that_recorded_and_was_dropped_is_followed_by_another_one() {
    let harness = Harness::new();
    let row = harness.running().await;
    harness.lives(&row, DROPPED).await;
    let retried = harness.decision(&row.key.event_id);
    assert_eq!(retry_of(&retried), 1);
    let failed = harness.lives_again(&row, FAULT).await;
    assert_eq!(
        MeetingResult::of(&failed),
        MeetingResult::Recorded,
        "the first part"
    );
}

/// The end of a bot may be reported before the result of its call is written.
#[tokio::test]
async fn an_end_that_was_reported_before_the_call_was_noted_is_found_by_a_read() {
    let harness = Harness::new();
    let row = harness.running().await;
    harness.lives(&row, FAULT).await;
    let second = harness.decision(&row.key.event_id);
    let bot = second.known_bot().expect("it is known").clone();
    // The row as it was before the call: the scheduler's write is the later one.
    let called_at = harness.after(0);
    let failed = BotStatus::new("fatal", Some("bot_errored"), plus(called_at, -SECOND));
    let early = second.clone().with(|row| {
        *row = row
            .clone()
            .with_statuses(&bot, &[failed.expect("a code")], true);
    });
    harness.decisions.put(early);
    harness.recall.forget_bot(&bot);
    harness.clock.advance(SignedDuration::from_mins(11));
    harness.read_silent().await;
    assert_eq!(retry_of(&harness.decision(&row.key.event_id)), 2);
}

/// A bot that is read, since no webhook tells of it, is retried as well.
#[tokio::test]
async fn a_fault_that_is_found_by_a_read_is_retried() {
    let harness = Harness::new();
    let row = harness.running().await;
    let bot = row.known_bot().expect("it is known");
    harness.live(bot, FAULT);
    harness.wait_until("10:10");
    harness.read_silent().await;
    harness.drained().await.expect("memory");
    let after = harness.decision(&row.key.event_id);
    assert_eq!((retry_of(&after), after.is_due()), (1, false));
    assert_ne!(after.known_bot(), row.known_bot());
}

/// A bot that was just sent into a running meeting is not taken for one that never came.
#[tokio::test]
async fn a_bot_of_a_retry_has_time_to_join() {
    let harness = Harness::new();
    let row = harness.with_bot_at_recall().await;
    harness.wait_until("10:30");
    harness.lives(&row, FAULT).await;
    let reads = harness.recall.count(Operation::GetBot);
    harness.clock.advance(SignedDuration::from_mins(2));
    harness.read_silent().await;
    assert_eq!(harness.recall.count(Operation::GetBot), reads);
    assert!(
        harness
            .decision(&row.key.event_id)
            .life
            .alerts
            .all()
            .is_empty()
    );
}
