//! Counts and text of the status.

use callsheet_app::ports::{Calendars as _, Decisions as _, OverrideStore as _};
use callsheet_domain::{
    Applied, Attempts, CalendarRecord, CalendarStatus, CompletedSync, Decision, EventId,
    OverrideRevision, PolicyRevision, Verdict, Wanted,
};
use callsheet_testkit::{
    MemoryDecisions, MemoryState, With as _, a_calendar_record, a_decision, an_actor,
    an_applied_bot, at,
};

use super::status;
use crate::render::Render as _;

fn completed_sync(record: &mut CalendarRecord) {
    record.last_sync = Some(CompletedSync {
        began_at: at("09:00"),
        since: None,
        full_sync_at: Some(at("09:00")),
        policy: PolicyRevision(0),
        overrides: OverrideRevision(0),
        holds_until: None,
    });
}

fn rows() -> Vec<Decision> {
    let changes: [fn(&mut Decision); 6] = [
        |_| (),
        |row| {
            if let Wanted::Bot(bot) = &row.wanted {
                row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
            }
        },
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
            change(row);
        })
    };
    changes.into_iter().enumerate().map(row).collect()
}

#[tokio::test]
async fn each_calendar_and_each_meeting_is_counted_once() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    state
        .write_record(&a_calendar_record().with(completed_sync))
        .await
        .expect("memory");
    let lost = a_calendar_record().with(|record| {
        record.calendar.id = callsheet_domain::CalendarId::parse("calendar-lost").expect("an id");
        record.calendar.status = CalendarStatus::Disconnected;
    });
    state.write_record(&lost).await.expect("memory");
    for row in rows() {
        decisions.write(&row).await.expect("memory");
    }
    let calendar = a_calendar_record().calendar.id;
    state
        .pause(&calendar, at("12:00"), &an_actor(), at("09:10"))
        .await
        .expect("memory");
    let status = status(&state, &decisions, at("09:30"))
        .await
        .expect("memory");
    assert_eq!(
        status.text(),
        "\
The built-in policy is active.

calendar                             status        last sync                      paused until          record  skip  bots  to do
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
sales@acme.example (calendar-lost)   disconnected  never                                                     0     0     0      0
sales@acme.example (calendar-sales)  connected     30 min ago, needs a full sync  2090-03-06 12:00 UTC       4     1     1      2

2 calendars: 1 connected, 1 disconnected; 1 needs a full sync.
5 upcoming meetings: 4 to be recorded, 1 not; 1 with their bot at Recall, 1 due, 1 waiting, 0 uncertain, 1 abandoned.
  1 abandoned: the calendar is lost

Abandoned decisions; `callsheet retry` reopens them:
  2090-03-06 10:00 UTC event-3 \"Kick-off\": the calendar is lost"
    );
}
