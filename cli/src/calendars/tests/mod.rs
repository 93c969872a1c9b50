//! What is listed, and what becomes of a calendar that is disconnected.

mod disconnecting;
mod listing;

use callsheet_app::ports::{Calendars as _, Decisions as _};
use callsheet_domain::{
    Applied, CalendarId, CalendarRecord, CalendarStatus, Decision, DeduplicationKey, EventId,
    Wanted,
};
use callsheet_testkit::{
    ManualClock, MemoryDecisions, MemoryQueue, MemoryRecall, MemoryState, With as _, a_calendar,
    a_calendar_record, a_decision, an_applied_bot, at,
};

use super::disconnect::Ports;

/// Both sides, and the queue between.
type House = Ports<MemoryState, MemoryDecisions, MemoryRecall<ManualClock>, MemoryQueue>;

fn empty(clock: &ManualClock) -> House {
    Ports {
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

/// A calendar of this id, and of an owner of the same name.
fn named(record: CalendarRecord, name: &str) -> CalendarRecord {
    record.with(|record| {
        record.calendar.id = id(&format!("calendar-{name}"));
        record.calendar.email = Some(callsheet_testkit::an_email(&format!("{name}@acme.example")));
    })
}

impl House {
    /// Remembers a calendar under this status.
    async fn remember(&self, name: &str, status: CalendarStatus) {
        let record =
            named(a_calendar_record(), name).with(|record| record.calendar.status = status);
        self.state.write_record(&record).await.expect("memory");
    }

    /// Puts a calendar into Recall under this status.
    fn put(&self, name: &str, status: CalendarStatus) {
        let record = named(CalendarRecord::first(a_calendar()), name);
        let calendar = record.calendar.with(|calendar| calendar.status = status);
        self.recall.put_calendar(calendar);
    }

    /// Remembers a meeting of a calendar; with a bot under `key`, if any.
    async fn decide(&self, calendar: &str, event: &str, key: Option<&str>) {
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
