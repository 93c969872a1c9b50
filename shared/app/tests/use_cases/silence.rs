//! Bots whose webhooks did not come are read, as seldom as will do.

mod dropped_webhooks;

use std::time::Duration;

use callsheet_app::ports::{Queue as _, RateLimits as _};
use callsheet_app::{Handled, PortError, Service, SyncHandler};
use callsheet_domain::{
    BotId, BotStatus, BotStatusReport, Decision, EventId, Operation, Outcome, OutcomeClass, Phase,
    SyncJob, Timestamp, plus,
};
use callsheet_testkit::{Fault, With as _, an_event, at, id};
use jiff::SignedDuration;

use crate::harness::Harness;

/// A status, with the seconds after the start.
type Status = (i64, &'static str, Option<&'static str>);

const RECORDED: &[Status] = &[
    (0, "joining_call", None),
    (12, "in_call_not_recording", None),
    (20, "in_call_recording", None),
    (1_750, "call_ended", Some("call_ended_by_host")),
    (1_760, "done", None),
];
const FAILED: &[Status] = &[
    (0, "joining_call", None),
    (30, "fatal", Some("bot_errored")),
];

impl Harness {
    /// A resync that reads bots after five minutes of silence.
    pub(crate) async fn read_silent(&self) -> Handled {
        self.queue.send(&SyncJob::Resync).await.expect("memory");
        let mut sync: SyncHandler<_> = self.sync();
        sync.settings.read_silent_bots_after = Some(Duration::from_mins(5));
        sync.handle(&self.queue.deliver(10), self.deadline()).await
    }

    /// Meetings with bots at Recall, one every so many seconds from ten o'clock on, half an hour
    /// each.
    async fn meetings(&self, count: i64, every: i64) -> Vec<Decision> {
        for number in 0..count {
            let starts_at = plus(at("10:00"), SignedDuration::from_secs(number * every));
            self.recall.put_event(an_event().with(|event| {
                event.id = id(format!("event-{number}"));
                event.ical_uid = id(format!("meeting-{number}@acme.example"));
                event.starts_at = starts_at;
                event.ends_at = plus(starts_at, SignedDuration::from_mins(30));
                if let Some(meeting) = &mut event.meeting {
                    meeting.url = format!("https://meet.example/{number}");
                }
            }));
        }
        let calendar = an_event().calendar_id;
        let handled = self.events_changed(&calendar, at("08:00")).await;
        assert_eq!(handled, Handled::default());
        self.drained().await.expect("memory");
        // The owners of the bots are checked.
        while self.decisions.any(|row| row.owner_check.is_some()) {
            self.clock.advance(SignedDuration::from_secs(31));
            self.drained().await.expect("memory");
        }
        let rows = self.decisions.all();
        assert_eq!(rows.len(), usize::try_from(count).expect("positive"));
        assert!(rows.iter().all(|row| row.known_bot().is_some()));
        rows
    }

    /// Goes on until `instant`, a resync each minute.
    async fn until(&self, instant: Timestamp) {
        while self.after(0) < instant {
            let next = self.after(60);
            self.read_silent().await;
            let now = self.after(0);
            if now < next {
                self.clock.advance(now.duration_until(next));
            }
        }
    }

    fn bot_of(&self, event: &EventId) -> BotId {
        let row = self.decision(event);
        row.known_bot().expect("it is at Recall").clone()
    }
}

fn statuses(row: &Decision, life: &[Status]) -> Vec<BotStatus> {
    let of = |(second, code, sub_code): &Status| {
        let at = plus(row.starts_at, SignedDuration::from_secs(*second));
        BotStatus::new(code, *sub_code, at).expect("a code")
    };
    life.iter().map(of).collect()
}

fn told(outcome: Option<&Outcome>) -> Option<(Phase, Option<OutcomeClass>, Option<&str>)> {
    outcome.map(|outcome| (outcome.phase(), outcome.class(), outcome.sub_code()))
}

/// The life ends as its statuses say, though none of them was reported.
#[tokio::test]
async fn a_bot_that_nobody_reports_is_read_after_its_start_and_after_its_end() {
    let harness = Harness::new();
    let rows = harness.meetings(1, 60).await;
    let bot = harness.bot_of(&rows[0].key.event_id);
    harness.until(at("10:00")).await;
    for status in &statuses(&rows[0], RECORDED)[..3] {
        harness.recall.put_status(&bot, status.clone());
    }
    harness.until(at("10:04")).await;
    assert_eq!(harness.recall.count(Operation::GetBot), 0);
    harness.until(at("10:29")).await;
    assert_eq!(harness.recall.count(Operation::GetBot), 1);
    let row = harness.decision(&rows[0].key.event_id);
    assert_eq!(
        row.bot_outcome().map(Outcome::phase),
        Some(Phase::Recording)
    );
    for status in &statuses(&rows[0], RECORDED)[3..] {
        harness.recall.put_status(&bot, status.clone());
    }
    harness.until(at("11:30")).await;
    assert_eq!(harness.recall.count(Operation::GetBot), 2);
    let row = harness.decision(&rows[0].key.event_id);
    let expected = (
        Phase::Done,
        Some(OutcomeClass::NormalEnd),
        Some("call_ended_by_host"),
    );
    assert_eq!(told(row.bot_outcome()), Some(expected));
}

#[tokio::test]
async fn a_bot_whose_webhooks_come_is_not_read() {
    let harness = Harness::new();
    let rows = harness.meetings(1, 60).await;
    let bot = harness.bot_of(&rows[0].key.event_id);
    for status in statuses(&rows[0], RECORDED) {
        harness.until(status.at()).await;
        harness.report_status(&bot, &rows[0], status).await;
    }
    harness.until(at("12:00")).await;
    assert_eq!(harness.recall.count(Operation::GetBot), 0);
}

#[tokio::test]
async fn without_the_setting_no_bot_is_read() {
    let harness = Harness::new();
    harness.meetings(1, 60).await;
    harness.clock.advance(SignedDuration::from_hours(2));
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.recall.count(Operation::GetBot), 0);
}

#[tokio::test]
async fn a_bot_that_recall_does_not_know_is_read_once() {
    let harness = Harness::new();
    harness.meetings(1, 60).await;
    harness.recall.forget_bots();
    harness.until(at("12:00")).await;
    assert_eq!(harness.recall.count(Operation::GetBot), 1);
}

/// The reads of a bot that shows nothing new grow apart and end.
#[tokio::test]
async fn a_bot_without_news_is_read_ever_more_rarely() {
    let harness = Harness::new();
    harness.meetings(1, 60).await;
    harness.until(at("12:00")).await;
    let minutes: Vec<_> = harness
        .recall
        .calls()
        .into_iter()
        .filter(|call| call.operation == Operation::GetBot)
        .map(|call| (call.at.as_second() - at("10:00").as_second()) / 60)
        .collect();
    assert_eq!(minutes, [5, 16, 37, 78]);
}

/// One that cannot be read is read again later, and keeps no other from being read.
#[tokio::test]
async fn a_bot_that_cannot_be_read_hides_no_other() {
    let harness = Harness::new();
    let rows = harness.meetings(2, 1).await;
    let bot = harness.bot_of(&rows[1].key.event_id);
    for status in statuses(&rows[1], FAILED) {
        harness.recall.put_status(&bot, status);
    }
    let odd = PortError::Unreadable {
        service: Service::Recall,
        reason: "on purpose".to_owned(),
    };
    harness.recall.fault(Operation::GetBot, Fault::Fails(odd));
    harness.until(at("10:07")).await;
    let row = harness.decision(&rows[1].key.event_id);
    assert_eq!(
        row.bot_outcome().map(Outcome::phase),
        Some(Phase::NotRecorded)
    );
}

impl Harness {
    /// A webhook about a bot's status, handled.
    async fn report_status(&self, bot: &BotId, row: &Decision, status: BotStatus) {
        let report = BotStatusReport {
            bot_id: bot.clone(),
            event_id: Some(row.key.event_id.clone()),
            ical_uid: Some(row.key.ical_uid.clone()),
            status,
            sent_at: self.after(0),
        };
        let sent = self.queue.send(&SyncJob::BotStatus(report)).await;
        sent.expect("memory");
        let handled = self
            .sync()
            .handle(&self.queue.deliver(10), self.deadline())
            .await;
        assert_eq!(handled, Handled::default());
    }
}

/// A read that fails says nothing about the bot, which may be recording.
#[tokio::test]
async fn a_read_that_fails_is_no_reason_for_an_alert() {
    let harness = Harness::new();
    let rows = harness.meetings(1, 60).await;
    let odd = PortError::Unreadable {
        service: Service::Recall,
        reason: "on purpose".to_owned(),
    };
    harness.recall.fault(Operation::GetBot, Fault::Fails(odd));
    harness.until(at("10:06")).await;
    assert_eq!(harness.recall.count(Operation::GetBot), 1);
    let row = harness.decision(&rows[0].key.event_id);
    assert_eq!(row.life.alerts.all(), []);
}

/// As long as Recall blocks the operation, each resync would ask for the next one at once.
#[tokio::test]
async fn a_resync_that_may_read_no_bot_asks_for_no_other_one() {
    let harness = Harness::new();
    harness.meetings(2, 60).await;
    harness.until(at("10:04")).await;
    let blocked = harness
        .state
        .block_until(Operation::GetBot, at("11:00"))
        .await;
    blocked.expect("memory");
    harness.clock.advance(SignedDuration::from_mins(4));
    assert_eq!(harness.read_silent().await, Handled::default());
    assert_eq!(harness.recall.count(Operation::GetBot), 0);
    assert_eq!(harness.queue.deliver(10), []);
}

/// Rows of a later build stay in the index of silent bots.
#[tokio::test]
async fn rows_that_cannot_be_read_hide_no_silent_bot() {
    let harness = Harness::new();
    let rows = harness.meetings(201, 0).await;
    let (last, others) = rows.split_last().expect("there are some");
    for row in others {
        harness.decisions.make_unreadable(&row.key);
    }
    harness.until(at("10:06")).await;
    assert_eq!(harness.recall.count(Operation::GetBot), 1);
    let row = harness.decision(&last.key.event_id);
    assert!(row.life.reads.last_at.is_some());
}

/// A bot was given up, and then a webhook came.
#[tokio::test]
async fn a_bot_that_gives_a_sign_of_life_is_read_again() {
    let harness = Harness::new();
    let rows = harness.meetings(1, 0).await;
    let bot = rows[0].known_bot().expect("it is at Recall").clone();
    harness
        .until(plus(at("10:00"), SignedDuration::from_hours(22)))
        .await;
    let stored = harness.decision(&rows[0].key.event_id);
    assert!(stored.life.reads.is_given_up());
    let reads = harness.recall.count(Operation::GetBot);
    harness.report_code(&bot, &stored, "joining_call").await;
    harness.clock.advance(SignedDuration::from_mins(10));
    harness.read_silent().await;
    assert_eq!(harness.recall.count(Operation::GetBot), reads + 1);
}
