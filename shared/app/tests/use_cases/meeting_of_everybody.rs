//! A meeting of many people is moved that starts within the hour: the list of its copies is long,
//! and their webhooks come while it is read.

use callsheet_app::ports::Queue as _;
use callsheet_domain::{
    CalendarId, EventId, IcalUid, Operation, SyncJob, SyncReason, SyncRequest, Timestamp, plus,
};
use callsheet_testkit::{With as _, a_calendar, an_email, an_event, at};
use jiff::SignedDuration;

use crate::harness::Harness;

/// One event to a page, so that the list of them takes most of a minute.
const PEOPLE: usize = 40;

fn id(person: usize) -> CalendarId {
    CalendarId::parse(format!("calendar-{person}")).expect("an id")
}

fn event_id(person: usize) -> EventId {
    EventId::parse(format!("event-{person}")).expect("an id")
}

impl Harness {
    async fn of_people() -> Self {
        let harness = Self::new();
        harness.recall.delete_calendar(&a_calendar().id);
        harness.recall.page_size(1);
        for person in 0..PEOPLE {
            harness.recall.put_calendar(a_calendar().with(|calendar| {
                calendar.id = id(person);
                calendar.email = Some(an_email(&format!("sales-{person}@acme.example")));
            }));
            harness.calendar_changed(&id(person)).await;
        }
        harness.clock.advance(SignedDuration::from_mins(2));
        harness
    }

    /// The meeting of all of them is moved to ten.
    fn move_meeting(&self) -> Timestamp {
        let changed_at = self.after(0);
        for person in 0..PEOPLE {
            self.recall.put_event(an_event().with(|event| {
                event.id = event_id(person);
                event.ical_uid = IcalUid::parse("meeting-of-everybody").expect("an id");
                event.calendar_id = id(person);
                event.starts_at = at("10:00");
                event.ends_at = plus(event.starts_at, SignedDuration::from_mins(30));
                event.updated_at = changed_at;
            }));
        }
        changed_at
    }

    async fn webhooks(&self, people: std::ops::Range<usize>, since: Timestamp, sent_at: Timestamp) {
        for person in people {
            let request = SyncRequest {
                calendar_id: id(person),
                reason: SyncReason::EventsChanged { since },
                sent_at,
            };
            let sent = self.queue.send(&SyncJob::Request(request)).await;
            sent.expect("memory");
        }
    }

    /// Handles what is on the queue. Gives the number of pages that were listed.
    async fn pages_of_a_batch(&self) -> usize {
        let before = self.recall.count(Operation::ListEvents);
        let batch = self.queue.deliver(PEOPLE);
        let handled = self.sync().handle(&batch, self.deadline()).await;
        assert!(handled.failed.is_empty(), "{handled:?}");
        self.recall.count(Operation::ListEvents) - before
    }

    fn decided_since(&self, changed_at: Timestamp) -> usize {
        let rows = self.decisions.all();
        let decided = rows.iter().filter(|row| row.inputs.event >= changed_at);
        decided.count()
    }
}

#[tokio::test]
async fn one_list_answers_the_webhooks_of_one_change() {
    let harness = Harness::of_people().await;
    let changed_at = harness.move_meeting();
    harness.webhooks(0..10, changed_at, changed_at).await;
    let pages = harness.pages_of_a_batch().await;
    // It began again after ten pages, when the next one was read already.
    assert_eq!(pages, 11 + PEOPLE);
    assert_eq!(harness.decided_since(changed_at), PEOPLE);
    let sent_at = plus(changed_at, SignedDuration::from_secs(5));
    harness.webhooks(10..PEOPLE, changed_at, sent_at).await;
    assert_eq!(harness.pages_of_a_batch().await, 0, "they are answered");
}
