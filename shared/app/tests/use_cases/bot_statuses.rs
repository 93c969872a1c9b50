//! Statuses of bots end in the rows of all events that hold or want the bot.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use callsheet_app::Handled;
use callsheet_app::ports::{Access as _, Denial, Queue as _};
use callsheet_domain::{
    BotId, BotStatus, BotStatusReport, Decision, DeduplicationScheme, EventId, Operation, Phase,
    SyncJob, Timestamp, plus,
};
use callsheet_testkit::{With as _, an_event, at, id};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::{Failing, Harness};
use crate::sharing::{copy, harness as sharing_harness};

/// The life of a bot that records, with the seconds after the start.
const RECORDED: [(i64, &str, Option<&str>); 5] = [
    (0, "joining_call", None),
    (10, "in_waiting_room", None),
    (20, "in_call_recording", None),
    (3000, "call_ended", Some("call_ended_by_host")),
    (3010, "done", None),
];

fn report(bot: &BotId, row: &Decision, status: (i64, &str, Option<&str>)) -> BotStatusReport {
    let (second, code, sub_code) = status;
    let at = plus(at("10:00"), SignedDuration::from_secs(second));
    BotStatusReport {
        bot_id: bot.clone(),
        event_id: Some(row.key.event_id.clone()),
        ical_uid: Some(row.key.ical_uid.clone()),
        status: BotStatus::new(code, sub_code, at).expect("a code"),
        sent_at: at,
    }
}

fn bot_of(row: &Decision) -> BotId {
    let bot = row.applied.bot().expect("a bot is applied");
    bot.bot_id.clone().expect("its id is known")
}

fn phase(row: &Decision) -> Option<Phase> {
    row.bot_outcome().map(callsheet_domain::Outcome::phase)
}

impl Harness {
    /// Enqueues reports and handles them in batches of ten.
    async fn report(&self, reports: impl IntoIterator<Item = BotStatusReport>) -> Handled {
        for report in reports {
            let sent = self.queue.send(&SyncJob::BotStatus(report)).await;
            sent.expect("memory");
        }
        let deliveries = self.queue.deliver(10);
        self.sync().handle(&deliveries, self.deadline()).await
    }

    /// A status of a bot made for the event of `row`, handled.
    pub(crate) async fn report_code(&self, bot: &BotId, row: &Decision, code: &str) {
        self.report([report(bot, row, (60, code, None))]).await;
    }

    /// A row with its bot at Recall.
    pub(crate) async fn with_bot_at_recall(&self) -> Decision {
        let event = an_event();
        let id = event.id.clone();
        self.see(event).await;
        self.drained().await.expect("memory");
        self.decision(&id)
    }
}

#[test_case([0, 1, 2, 3, 4]; "in order")]
#[test_case([4, 3, 2, 1, 0]; "backwards")]
#[test_case([3, 4, 0, 2, 1]; "shuffled")]
#[tokio::test]
async fn a_life_of_a_bot_ends_in_its_row_in_any_order(order: [usize; 5]) {
    let harness = Harness::new();
    let row = harness.with_bot_at_recall().await;
    let bot = bot_of(&row);
    for place in order {
        let handled = harness.report([report(&bot, &row, RECORDED[place])]).await;
        assert_eq!(handled, Handled::default());
    }
    let after = harness.decision(&row.key.event_id);
    assert_eq!(phase(&after), Some(Phase::Done));
    let outcome = after.bot_outcome().expect("it is followed");
    assert_eq!(outcome.recorded_at, Some(at("10:00:20")));
    assert_eq!(outcome.newest.code(), "done");
    let untouched = |row: &Decision| (row.wanted.clone(), row.applied.clone(), row.generation);
    assert_eq!(untouched(&after), untouched(&row));
    assert!(!after.is_due());
}

#[tokio::test]
async fn the_statuses_of_a_batch_cost_one_write_and_again_none() {
    let harness = Harness::new();
    let row = harness.with_bot_at_recall().await;
    let bot = bot_of(&row);
    let calls = harness.recall.count(Operation::GetEvent);
    let reports = || RECORDED.map(|status| report(&bot, &row, status));
    harness.report(reports()).await;
    let once = harness.decision(&row.key.event_id);
    assert_eq!(once.version, row.version.next());
    harness.report(reports()).await;
    assert_eq!(harness.decision(&row.key.event_id), once);
    assert_eq!(harness.recall.count(Operation::GetEvent), calls);
}

#[tokio::test]
async fn a_status_is_noted_in_the_rows_of_all_events_that_share_the_bot() {
    let harness = sharing_harness(DeduplicationScheme::Meeting).await;
    for number in 0..3 {
        harness.see(copy(number)).await;
    }
    harness.drained().await.expect("memory");
    let rows = harness.decisions.all();
    let bot = bot_of(&rows[0]);
    harness.report([report(&bot, &rows[1], RECORDED[2])]).await;
    for row in harness.decisions.all() {
        assert_eq!(phase(&row), Some(Phase::Recording), "{}", row.key.event_id);
    }
}

#[test_case(|report| { report.bot_id = id("bot-of-somebody"); report.event_id = None; }; "of another bot without metadata")]
#[test_case(|report| report.event_id = Some(id("event-of-somebody")); "of an unknown event")]
#[tokio::test]
async fn a_foreign_status_changes_nothing(change: impl FnOnce(&mut BotStatusReport)) {
    let harness = Harness::new();
    let row = harness.with_bot_at_recall().await;
    let mut foreign = report(&id("bot-of-somebody"), &row, RECORDED[4]);
    change(&mut foreign);
    assert_eq!(harness.report([foreign]).await, Handled::default());
    assert_eq!(harness.decisions.all(), [row]);
}

#[tokio::test]
async fn a_row_without_an_ical_uid_in_the_metadata_is_found_by_its_event() {
    let harness = Harness::new();
    let row = harness.with_bot_at_recall().await;
    let mut short = report(&bot_of(&row), &row, RECORDED[0]);
    short.ical_uid = None;
    harness.report([short]).await;
    let after = harness.decision(&row.key.event_id);
    assert_eq!(phase(&after), Some(Phase::Joining));
}

/// The older form of the webhook names no event.
#[tokio::test]
async fn the_events_of_a_bot_are_found_by_its_id_if_none_is_named() {
    let harness = sharing_harness(DeduplicationScheme::Meeting).await;
    for number in 0..3 {
        harness.see(copy(number)).await;
    }
    harness.drained().await.expect("memory");
    let rows = harness.decisions.all();
    let mut unnamed = report(&bot_of(&rows[0]), &rows[1], RECORDED[2]);
    unnamed.event_id = None;
    harness.report([unnamed]).await;
    for row in harness.decisions.all() {
        assert_eq!(phase(&row), Some(Phase::Recording), "{}", row.key.event_id);
    }
}

/// The copy whose call configured the bot does not want it any more, and the others do.
#[tokio::test]
async fn a_status_reaches_the_copies_that_keep_the_bot_of_another_one() {
    let harness = sharing_harness(DeduplicationScheme::Meeting).await;
    for number in 0..3 {
        harness.see(copy(number)).await;
    }
    harness.drained().await.expect("memory");
    let rows = harness.decisions.all();
    let (bot, event) = (bot_of(&rows[0]), rows[0].key.event_id.clone());
    let mut left = copy(0);
    left.is_deleted = true;
    left.updated_at = at("09:45");
    harness.see(left).await;
    harness.drained().await.expect("memory");
    assert_eq!(harness.decision(&event).known_bot(), None);
    harness.report([report(&bot, &rows[0], RECORDED[2])]).await;
    for row in harness.decisions.all() {
        let is_kept = row.key.event_id != event;
        let expected = is_kept.then_some(Phase::Recording);
        assert_eq!(row.known_bot().and_then(|_| phase(&row)), expected);
    }
}

#[tokio::test]
async fn a_status_is_noted_in_every_copy_of_a_large_meeting() {
    let harness = Harness::new();
    let row = harness.with_bot_at_recall().await;
    let bot = bot_of(&row);
    for number in 0..1200 {
        let copy = row.clone().with(|copy| {
            copy.key.event_id = id(format!("copy-{number}"));
        });
        harness.decisions.put(copy);
    }
    harness.report([report(&bot, &row, RECORDED[2])]).await;
    let rows = harness.decisions.all();
    let noted = rows
        .iter()
        .filter(|row| phase(row) == Some(Phase::Recording));
    assert_eq!(noted.count(), 1201);
}

/// A meeting that is moved gets a bot of another key, whose life begins anew.
#[tokio::test]
async fn the_bot_of_a_moved_meeting_begins_anew() {
    let harness = Harness::new();
    let row = harness.with_bot_at_recall().await;
    let bot = bot_of(&row);
    let denied = (0, "fatal", Some("meeting_not_started"));
    harness.report([report(&bot, &row, denied)]).await;
    let moved = an_event().with(|event| {
        event.starts_at = at("12:00");
        event.ends_at = at("13:00");
        event.updated_at = at("09:40");
    });
    let event: EventId = moved.id.clone();
    harness.see(moved).await;
    harness.drained().await.expect("memory");
    let after = harness.decision(&event);
    assert_eq!(phase(&after), None);
    harness.report([report(&bot, &row, RECORDED[4])]).await;
    let followed = harness.decision(&event);
    assert_eq!(phase(&followed), None, "the old bot");
    let earlier: Vec<_> = followed.earlier_outcomes().collect();
    assert_eq!(earlier.len(), 1);
    assert_eq!(earlier[0].bot_id, bot);
    assert_eq!(earlier[0].newest.code(), "done");
    let new = bot_of(&after);
    assert_ne!(new, bot);
    harness.report([report(&new, &row, RECORDED[0])]).await;
    assert_eq!(phase(&harness.decision(&event)), Some(Phase::Joining));
}

/// Statuses need no call, so a denial of the API key does not hold them up.
#[tokio::test]
async fn statuses_are_noted_while_recall_denies_us() {
    let harness = Harness::new();
    let row = harness.with_bot_at_recall().await;
    let now: Timestamp = harness.after(0);
    let denial = Denial {
        since: now,
        reason: "the key was revoked".to_owned(),
        next_probe_at: harness.after(60),
    };
    harness.state.deny(&denial).await.expect("memory");
    let handled = harness
        .report([report(&bot_of(&row), &row, RECORDED[0])])
        .await;
    assert_eq!(handled, Handled::default());
    let after = harness.decision(&row.key.event_id);
    assert_eq!(phase(&after), Some(Phase::Joining));
}

#[tokio::test]
async fn a_status_that_cannot_be_written_is_delivered_again() {
    let harness = Harness::new();
    let row = harness.with_bot_at_recall().await;
    let report = report(&bot_of(&row), &row, RECORDED[0]);
    let sent = harness.queue.send(&SyncJob::BotStatus(report)).await;
    sent.expect("memory");
    let deliveries = harness.queue.deliver(10);
    let failing = Failing::with(|call| {
        (call == "Decisions::write").then(|| callsheet_app::PortError::Unavailable {
            service: callsheet_app::Service::DynamoDb,
            reason: "on purpose".to_owned(),
            source: None,
        })
    });
    let sync = harness.failing_sync(&failing);
    let handled = sync.handle(&deliveries, harness.deadline()).await;
    assert_eq!(handled.failed, [deliveries[0].message_id.clone()]);
    assert_eq!(phase(&harness.decision(&row.key.event_id)), None);
}

#[tokio::test]
async fn the_row_that_a_report_names_is_read_once() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    let row = harness.decision(&an_event().id);
    let sent = report(&bot_of(&row), &row, RECORDED[0]);
    let sent = harness.queue.send(&SyncJob::BotStatus(sent)).await;
    sent.expect("memory");
    let reads = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&reads);
    let counting = Failing::with(move |call| {
        let is_read = call == "Decisions::decisions";
        counted.fetch_add(usize::from(is_read), Ordering::Relaxed);
        None
    });
    let deliveries = harness.queue.deliver(10);
    let sync = harness.failing_sync(&counting);
    let handled = sync.handle(&deliveries, harness.deadline());
    assert_eq!(handled.await, Handled::default());
    assert!(phase(&harness.decision(&an_event().id)).is_some());
    assert_eq!(reads.load(Ordering::Relaxed), 1);
}
