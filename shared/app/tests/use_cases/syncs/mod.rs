//! Syncs of many calendars: one sync of the workspace serves all of them, and no
//! change is missed.

mod catching_up;
mod denials;
mod disconnecting;
mod inputs;
mod metadata;
mod outages;
mod planning;
mod reconnecting;
mod resuming;
mod retiring;
mod set_aside;
mod throttling;
mod unreadable_again;
mod window;

use callsheet_app::ports::Queue as _;
use callsheet_app::{Handled, Ports, SyncHandler};
use callsheet_domain::{
    CalendarEvent, CalendarId, EventId, IcalUid, Meeting, Operation, SyncJob, SyncReason,
    SyncRequest, Timestamp, plus,
};
use callsheet_testkit::{
    Faults, Intercepted, ManualClock, MemoryDecisions, MemoryQueue, MemoryState, With as _,
    a_calendar, an_email, an_event, at,
};
use jiff::SignedDuration;

use crate::harness::{Harness, HarnessSync, Recall};

/// Adapters that fail as a test says.
type FaultyPorts = Ports<
    Intercepted<Recall, Faults>,
    Intercepted<MemoryDecisions, Faults>,
    Intercepted<MemoryState, Faults>,
    MemoryQueue,
    ManualClock,
>;

fn id(number: usize) -> CalendarId {
    CalendarId::parse(format!("calendar-{number}")).expect("an id")
}

fn event_id(number: usize) -> EventId {
    EventId::parse(format!("event-{number}")).expect("an id")
}

/// The `number`th event, a meeting of its own in a calendar of its own.
fn event(number: usize, updated_at: Timestamp) -> CalendarEvent {
    an_event().with(|event| {
        event.id = event_id(number);
        event.calendar_id = id(number);
        event.ical_uid = IcalUid::parse(format!("meeting-{number}")).expect("an ical_uid");
        event.meeting = Some(Meeting {
            url: format!("https://meet.example/{number}"),
        });
        event.starts_at = plus(
            at("12:00"),
            SignedDuration::from_secs(i64::try_from(number).expect("few")),
        );
        event.ends_at = at("18:00");
        event.updated_at = updated_at;
    })
}

/// A harness with so many calendars, each fully synced a minute ago.
async fn harness(calendars: usize) -> Harness {
    let harness = Harness::new();
    for number in 0..calendars {
        let calendar = a_calendar().with(|calendar| {
            calendar.id = id(number);
            if number > 0 {
                calendar.email = Some(an_email(&format!("sales-{number}@acme.example")));
            }
        });
        harness.recall.put_calendar(calendar);
        harness.request(&id(number), SyncReason::FullSync).await;
    }
    harness.clock.advance(SignedDuration::from_secs(60));
    harness
}

impl Harness {
    fn subjects_since(&self, call: usize) -> Vec<String> {
        let calls = self.recall.calls().split_off(call);
        let lists = calls
            .into_iter()
            .filter(|call| call.operation == Operation::ListEvents);
        lists.map(|call| call.subject).collect()
    }

    /// Changes an event of each of these calendars now, and requests a sync.
    async fn change(&self, numbers: impl IntoIterator<Item = usize>) {
        for number in numbers {
            self.recall.put_event(event(number, self.after(0)));
            self.tell(&id(number)).await;
        }
    }

    async fn tell(&self, calendar: &CalendarId) {
        let now = self.after(0);
        let request = SyncRequest {
            calendar_id: calendar.clone(),
            reason: SyncReason::EventsChanged { since: now },
            sent_at: now,
        };
        self.queue
            .send(&SyncJob::Request(request))
            .await
            .expect("memory");
    }

    /// Handles what is queued, a batch of ten at a time, until nothing is left.
    async fn handle_all(&self) {
        self.clock.advance(SignedDuration::from_secs(1));
        for _ in 0..100 {
            let batch = self.queue.deliver(10);
            if batch.is_empty() {
                return;
            }
            let handled = self.sync().handle(&batch, self.deadline()).await;
            assert_eq!(handled, Handled::default());
        }
        panic!("messages are left");
    }

    fn decided(&self) -> usize {
        self.decisions.all().len()
    }

    fn faulty_sync(&self, faults: &Faults) -> SyncHandler<FaultyPorts> {
        let HarnessSync {
            ports,
            policy_cache,
            settings,
        } = self.sync();
        SyncHandler {
            ports: Ports {
                recall: Intercepted::new(ports.recall, faults),
                decisions: Intercepted::new(ports.decisions, faults),
                state: Intercepted::new(ports.state, faults),
                queue: ports.queue,
                clock: ports.clock,
            },
            policy_cache,
            settings,
        }
    }
}

impl Harness {
    /// Uses up the burst of the rate limit, so that each next call waits.
    async fn state_drawn(&self, calls: u32) -> bool {
        use callsheet_app::ports::RateLimits as _;
        let rate_limit = crate::harness::sync_settings().list_events;
        let drawn = self
            .state
            .acquire(
                Operation::ListEvents,
                rate_limit,
                calls,
                self.after(0),
                self.after(60),
            )
            .await;
        drawn.is_ok()
    }
}
