//! The contract suite on the fake.

use super::*;
use crate::contracts::recall::Workspace as Contract;
use crate::{ManualClock, With as _, a_calendar, an_event, at, id};
use callsheet_domain::{CalendarStatus, Meeting, plus};
use jiff::SignedDuration;

/// The fake, and the changes that people make, whose ids are numbered.
struct World {
    recall: MemoryRecall<ManualClock>,
    made: Mutex<i64>,
}

impl World {
    fn next(&self) -> i64 {
        let mut made = self.made.lock().unwrap();
        *made += 1;
        *made
    }

    /// Each change is later than the one before.
    fn now(&self) -> Timestamp {
        plus(at("09:00"), SignedDuration::from_secs(self.next()))
    }
}

impl Contract for World {
    type Recall = MemoryRecall<ManualClock>;

    fn recall(&self) -> &Self::Recall {
        &self.recall
    }

    fn hours_ahead(&self, hours: i64) -> Timestamp {
        plus(at("10:00"), SignedDuration::from_hours(hours))
    }

    async fn connect(&self) -> CalendarId {
        let calendar_id: CalendarId = id(format!("calendar-{}", self.next()));
        let calendar = a_calendar().with(|calendar| {
            calendar.id = calendar_id.clone();
            calendar.updated_at = self.now();
            calendar.created_at = Some(calendar.updated_at);
        });
        self.recall.put_calendar(calendar);
        calendar_id
    }

    async fn disconnect(&self, calendar: &CalendarId) {
        let disconnected =
            self.recall
                .calendar(calendar)
                .await
                .unwrap()
                .unwrap()
                .with(|calendar| {
                    calendar.status = CalendarStatus::Disconnected;
                    calendar.updated_at = self.now();
                });
        self.recall.put_calendar(disconnected);
    }

    async fn meet(
        &self,
        calendar: &CalendarId,
        hours: i64,
        link: Option<&str>,
        count: usize,
    ) -> Vec<EventId> {
        let hours = (hours..).take(count);
        let event = |hours| {
            an_event().with(|event| {
                event.id = id(format!("event-{}", self.next()));
                event.calendar_id = calendar.clone();
                event.starts_at = self.hours_ahead(hours);
                event.ends_at = self.hours_ahead(hours + 1);
                event.updated_at = self.now();
                event.meeting = link.map(|url| Meeting {
                    url: url.to_owned(),
                });
            })
        };
        let events: Vec<_> = hours.map(event).collect();
        let ids = events.iter().map(|event| event.id.clone()).collect();
        for event in events {
            self.recall.put_event(event);
        }
        ids
    }

    async fn in_progress(&self, calendar: &CalendarId, link: &str) -> (EventId, Timestamp) {
        let event = self.meet(calendar, 0, Some(link), 1).await.remove(0);
        let starts_at = at("09:29");
        let started = self.recall.lock().events[&event].clone();
        self.recall
            .put_event(started.with(|event| event.starts_at = starts_at));
        (event, starts_at)
    }

    async fn block_bot(&self, event: &EventId) {
        let bots = self.recall.bots();
        let bot = bots
            .values()
            .find(|bot| bot.events.contains(event))
            .unwrap();
        let id = &bot.entry.bot_id;
        for (code, sub_code) in [
            ("joining_call", None),
            ("fatal", Some("google_meet_bot_blocked")),
        ] {
            let status = BotStatus::new(code, sub_code, self.now()).unwrap();
            self.recall.put_status(id, status);
        }
    }

    async fn make_unreadable(&self, event: &EventId) {
        self.recall.make_unreadable(event);
    }

    async fn delete(&self, event: &EventId) {
        let deleted = self.recall.lock().events[event].clone();
        self.recall
            .put_event(deleted.with(|event| event.is_deleted = true));
    }
}

crate::recall_contract!(async || World {
    recall: MemoryRecall::new(ManualClock::at(at("09:30"))),
    made: Mutex::new(0),
});
