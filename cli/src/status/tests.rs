//! Counts and text of the status.

mod alerts;
mod at_size;
mod outages;

use callsheet_api::status::Status;
use callsheet_app::ports::{
    Activity, ActivityLog as _, BatchActivity, Calendars as _, Decisions as _, OverrideStore as _,
};
use callsheet_app::status::Queues;
use callsheet_domain::{
    Applied, Attempts, CalendarId, CalendarRecord, CalendarStatus, CompletedSync, Decision,
    EventId, OverrideRevision, PolicyRevision, Timestamp, Verdict, Wanted,
};
use callsheet_testkit::{
    MemoryDeadLetters, MemoryDecisions, MemoryQueue, MemoryState, With as _, a_calendar_record,
    a_decision, an_actor, an_applied_bot, at,
};

use super::status;
use crate::arguments::StatusArguments;
use crate::render::{Render as _, assert_published};
use jiff::tz::TimeZone;

const NOW: &str = "09:30";
const ARGUMENTS: StatusArguments = StatusArguments {
    resync_every_minutes: 1,
    catch_up_every_minutes: 5,
};

/// A stack in memory.
struct Harness {
    state: MemoryState,
    decisions: MemoryDecisions,
    queues: Queues<MemoryQueue, MemoryDeadLetters>,
}

impl Harness {
    fn empty() -> Self {
        Self {
            state: MemoryState::new(),
            decisions: MemoryDecisions::new(),
            queues: Queues {
                sync: Some(MemoryQueue::new()),
                dead_letters: Some(MemoryDeadLetters::new()),
            },
        }
    }

    /// A stack that works, with a connected calendar and a meeting that has its bot. All
    /// was done a minute ago, but the event was changed half an hour ago.
    async fn healthy() -> Self {
        let harness = Self::empty();
        let record = a_calendar_record().with(|record| completed_sync(record, "09:29"));
        harness.store(&record).await;
        harness.write(&a_decision().with(with_bot)).await;
        harness.note(activity("09:29")).await;
        harness
    }

    async fn store(&self, record: &CalendarRecord) {
        self.state.write_record(record).await.expect("memory");
    }

    async fn write(&self, row: &Decision) {
        self.decisions.write(row).await.expect("memory");
    }

    async fn note(&self, activity: Activity) {
        self.state.note_activity(&activity).await.expect("memory");
    }

    async fn status(&self, now: Timestamp) -> Status {
        let ports = (&self.state, &self.decisions, &self.queues);
        let status = status(ports, &ARGUMENTS, &TimeZone::UTC, now).await;
        let status = status.expect("memory");
        assert_published("status", &status);
        status
    }
}

/// Everything was done at `instant`.
fn activity(instant: &str) -> Activity {
    Activity {
        webhook_at: Some(at(instant)),
        bot_webhook_at: None,
        resynced_at: Some(at(instant)),
        batch: Some(BatchActivity {
            handled_at: at(instant),
            oldest_sent_at: at(instant),
        }),
        scheduler_ran_at: Some(at(instant)),
    }
}

fn completed_sync(record: &mut CalendarRecord, instant: &str) {
    record.last_sync = Some(CompletedSync {
        began_at: at(instant),
        since: None,
        full_sync_at: Some(at(instant)),
        policy: PolicyRevision(0),
        overrides: OverrideRevision(0),
        holds_until: None,
    });
}

fn with_bot(row: &mut Decision) {
    row.inputs.policy = PolicyRevision(0);
    if let Wanted::Bot(bot) = &row.wanted {
        row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
    }
}

fn rows() -> Vec<Decision> {
    let changes: [fn(&mut Decision); 6] = [
        |_| (),
        with_bot,
        |row| {
            row.attempts = Attempts {
                not_before: Some(at("09:45")),
                ..Attempts::default()
            };
        },
        |row| *row = row.clone().abandon("the calendar is lost"),
        |row| {
            row.wanted = Wanted::Nothing;
            row.verdict = Verdict::skip(callsheet_domain::RuleName::DEFAULT, "nothing");
        },
        |row| (row.starts_at, row.ends_at) = (at("08:00"), at("09:00")),
    ];
    let row = |(index, change): (usize, fn(&mut Decision))| {
        a_decision().with(|row| {
            row.key.event_id = EventId::parse(format!("event-{index}")).expect("an id");
            row.inputs.policy = PolicyRevision(0);
            change(row);
        })
    };
    changes.into_iter().enumerate().map(row).collect()
}

#[tokio::test]
async fn each_calendar_and_each_meeting_is_counted_once() {
    let harness = Harness::empty();
    let record = a_calendar_record().with(|record| completed_sync(record, "09:00"));
    harness.store(&record).await;
    let lost = a_calendar_record().with(|record| {
        record.calendar.id = CalendarId::parse("calendar-lost").expect("an id");
        record.calendar.status = CalendarStatus::Disconnected;
    });
    harness.store(&lost).await;
    for row in rows() {
        harness.write(&row).await;
    }
    let owner = a_calendar_record().calendar.owner();
    harness
        .state
        .pause(&owner, at("12:00"), &an_actor(), at("09:10"))
        .await
        .expect("memory");
    harness.note(activity("09:29")).await;
    let text = harness.status(at(NOW)).await.text();
    let (_, text) = text
        .split_once("\n\nThe built-in")
        .expect("after the health");
    assert_eq!(
        text,
        " policy is active.

2 calendars: 1 connected, 1 disconnected; 1 needs a full sync.
5 upcoming meetings: 4 to be recorded, 1 not; 1 with their bot at Recall, 2 to do.

calendar                        status        last sync                      paused until          record  skip  bots  to do
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
sales@acme.example (calendar…)  disconnected  never                          2090-03-06 12:00 UTC       0     0     0      0
sales@acme.example (calendar…)  connected     30 min ago, needs a full sync  2090-03-06 12:00 UTC       4     1     1      2

meetings        today  tomorrow
───────────────────────────────
to be recorded      4         0
not recorded        1         0
bot scheduled       1         0
due                 1         0
retrying            1         0
abandoned           1         0

Abandoned decisions; `callsheet retry` reopens them:
  1 abandoned: the calendar is lost
  2090-03-06 10:00 UTC event-3 \"Kick-off\": the calendar is lost"
    );
}
