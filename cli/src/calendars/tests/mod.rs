//! Listing and disconnecting calendars.

mod at_recall;
mod columns;
mod compared;
mod disconnect;
mod list;

use callsheet_app::ports::{Calendars as _, Decisions as _};
use callsheet_domain::{
    Applied, CalendarId, CalendarRecord, CalendarStatus, Decision, DeduplicationKey, EventId,
    Wanted,
};
use callsheet_testkit::{
    ManualClock, MemoryDecisions, MemoryQueue, MemoryRecall, MemoryState, With as _, a_calendar,
    a_calendar_record, a_decision, an_applied_bot, at,
};

/// Tables, a fake of Recall and a queue, all in memory.
struct Harness {
    state: MemoryState,
    decisions: MemoryDecisions,
    recall: MemoryRecall<ManualClock>,
    queue: MemoryQueue,
}

fn empty(clock: &ManualClock) -> Harness {
    Harness {
        state: MemoryState::new(),
        decisions: MemoryDecisions::new(),
        recall: MemoryRecall::new(clock.clone()),
        queue: MemoryQueue::new(),
    }
}

fn clock() -> ManualClock {
    ManualClock::at(at("09:30"))
}

fn id(text: &str) -> CalendarId {
    CalendarId::parse(text).expect("an id")
}

/// `record` with an id and an owner made from `name`.
fn with_name(record: CalendarRecord, name: &str) -> CalendarRecord {
    record.with(|record| {
        record.calendar.id = id(&format!("calendar-{name}"));
        record.calendar.email = Some(callsheet_testkit::an_email(&format!("{name}@acme.example")));
    })
}

impl Harness {
    /// Stores a calendar with this status.
    async fn store_calendar(&self, name: &str, status: CalendarStatus) {
        let record =
            with_name(a_calendar_record(), name).with(|record| record.calendar.status = status);
        self.state.write_record(&record).await.expect("memory");
    }

    /// Connects a calendar at Recall, with this status.
    fn put_at_recall(&self, name: &str, status: CalendarStatus) {
        let record = with_name(
            CalendarRecord::first(a_calendar(), a_calendar().updated_at),
            name,
        );
        let calendar = record.calendar.with(|calendar| calendar.status = status);
        self.recall.put_calendar(calendar);
    }

    /// Stores a decision on an event of a calendar, with an applied bot if there is a `key`.
    async fn store_decision(&self, calendar: &str, event: &str, key: Option<&str>) {
        let row = a_decision().with(|row: &mut Decision| {
            row.calendar_id = id(&format!("calendar-{calendar}"));
            row.key.event_id = EventId::parse(event).expect("an id");
            if let (Wanted::Bot(bot), Some(key)) = (&mut row.wanted, key) {
                bot.deduplication_key = DeduplicationKey::parse(key).expect("a key");
                row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
            }
        });
        self.decisions.write(&row).await.expect("memory");
    }
}
