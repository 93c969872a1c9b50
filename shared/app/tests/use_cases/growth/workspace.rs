//! How the work on a workspace grows with its calendars: a change costs the same however many
//! there are, and a pushed policy costs the same for each event.

use std::collections::BTreeMap;

use callsheet_app::ports::{Calendars as _, Queue as _, SyncStates as _};
use callsheet_app::{Handled, Ports, Scheduler, SyncHandler};
use callsheet_domain::{
    Calendar, CalendarEvent, CalendarId, CalendarRecord, CompletedSync, Meeting, OverrideRevision,
    PolicyRevision, SyncJob, SyncReason, SyncRequest, WorkspaceSyncState, plus,
};
use callsheet_testkit::{
    Counts, EvenJitter, Intercepted, ManualClock, MemoryQueue, MemoryState, With as _, a_calendar,
    an_email, an_event, at, id,
};
use jiff::SignedDuration;
use test_case::test_case;

use super::metered::{Metered, Used};
use crate::harness::{Harness, Recall, drain_settings, skips_all};

/// Ports whose calls are counted.
type CountedPorts = Ports<
    Intercepted<Recall, Counts>,
    Intercepted<Metered, Counts>,
    Intercepted<MemoryState, Counts>,
    MemoryQueue,
    ManualClock,
>;

/// A harness whose requests and rows are counted.
struct Counted {
    harness: Harness,
    decisions: Metered,
    counts: Counts,
}

impl Counted {
    fn new(harness: Harness) -> Self {
        let decisions = Metered {
            decisions: harness.decisions.clone(),
            ..Metered::default()
        };
        Self {
            harness,
            decisions,
            counts: Counts::default(),
        }
    }

    fn around<P>(&self, port: P) -> Intercepted<P, Counts> {
        Intercepted::new(port, &self.counts)
    }

    fn sync(&self) -> SyncHandler<CountedPorts> {
        let sync = self.harness.sync();
        SyncHandler {
            ports: Ports {
                recall: self.around(sync.ports.recall),
                decisions: self.around(self.decisions.clone()),
                state: self.around(sync.ports.state),
                queue: sync.ports.queue,
                clock: sync.ports.clock,
            },
            policy_cache: sync.policy_cache,
            settings: sync.settings,
        }
    }

    /// Handles a job, and those that follow from it at once.
    async fn handle(&self, job: &SyncJob) {
        self.harness.queue.send(job).await.expect("memory");
        self.harness.clock.advance(SignedDuration::from_secs(1));
        loop {
            let batch = self.harness.queue.deliver(10);
            if batch.is_empty() {
                return;
            }
            let handled = self.sync().handle(&batch, self.harness.deadline()).await;
            assert_eq!(handled, Handled::default());
        }
    }

    async fn run_scheduler(&self) {
        let scheduler = Scheduler {
            recall: self.around(self.harness.recall.clone()),
            decisions: self.around(self.decisions.clone()),
            state: self.around(self.harness.state.clone()),
            clock: self.harness.clock.clone(),
            jitter: EvenJitter(0.5),
            settings: drain_settings(),
        };
        let run = scheduler.run(self.harness.after(300)).await;
        run.expect("the tables answer");
    }

    /// What was used: the requests by name, and the rows.
    fn used(&self) -> (BTreeMap<String, u64>, Used) {
        (self.counts.by_name(), self.decisions.take())
    }
}

fn calendar_id(number: usize) -> CalendarId {
    id(format!("calendar-{number}"))
}

fn calendar(number: usize) -> Calendar {
    a_calendar().with(|calendar| {
        calendar.id = calendar_id(number);
        calendar.email = Some(an_email(&format!("sales-{number}@acme.example")));
    })
}

/// A meeting of its own, so many hours after ten.
fn meeting(number: usize, hour: i64) -> CalendarEvent {
    an_event().with(|event| {
        event.id = id(format!("event-{number}-in-{hour}"));
        event.ical_uid = id(format!("meeting-{number}-in-{hour}"));
        event.calendar_id = calendar_id(number);
        event.meeting = Some(Meeting {
            url: format!("https://meet.example/{}", event.id),
        });
        event.starts_at = plus(at("10:00"), SignedDuration::from_hours(hour));
        event.ends_at = plus(event.starts_at, SignedDuration::from_hours(1));
    })
}

fn events_changed(harness: &Harness, number: usize) -> SyncJob {
    let now = harness.after(0);
    SyncJob::Request(SyncRequest {
        calendar_id: calendar_id(number),
        reason: SyncReason::EventsChanged { since: now },
        sent_at: now,
    })
}

#[tokio::test]
async fn a_change_costs_the_same_however_many_calendars_are_stored() {
    let mut before = None;
    for calendars in [1_000, 10_000, 100_000] {
        let harness = Harness::new();
        for number in 0..calendars {
            let record = CalendarRecord::first(calendar(number), at("09:00"));
            harness.state.write_record(&record).await.expect("memory");
        }
        harness.recall.put_calendar(calendar(7));
        let mut counted = Counted::new(harness);
        // The first request of a calendar syncs it in full.
        for hour in [2, 3] {
            counted.counts = Counts::default();
            counted.decisions.take();
            let harness = &counted.harness;
            let changed = meeting(7, hour).with(|event| event.updated_at = harness.after(0));
            harness.recall.put_event(changed);
            counted.handle(&events_changed(harness, 7)).await;
            counted.run_scheduler().await;
        }
        assert_eq!(counted.harness.recall.bots().len(), 2);
        let used = counted.used();
        assert!(!used.0.contains_key("Calendars::listed"), "{used:?}");
        assert_eq!(*before.get_or_insert(used.clone()), used, "{calendars}");
    }
}

/// The most requests of a push that are no work on a calendar: of the windows, and of their pages.
const OF_WINDOWS: u64 = 400;

#[tokio::test]
async fn a_pushed_policy_reads_and_writes_each_event_once() {
    for calendars in [60, 120, 240, 480] {
        let harness = Harness::new();
        harness.recall.delete_calendar(&a_calendar().id);
        let hours = [1, 30, 300];
        for number in 0..calendars {
            harness.recall.put_calendar(calendar(number));
            for hour in hours {
                harness.recall.put_event(meeting(number, hour));
            }
            let handled = harness
                .request(&calendar_id(number), SyncReason::FullSync)
                .await;
            assert_eq!(handled, Handled::default());
        }
        harness.clock.advance(SignedDuration::from_secs(30));
        drop(harness.queue.deliver(10));
        harness.push(skips_all).await;
        let counted = Counted::new(harness);
        counted.handle(&SyncJob::Resync).await;
        let rows = counted.harness.decisions.all().into_iter();
        assert!(rows.into_iter().all(|row| row.inputs.policy.0 == 1));
        let (requests, used) = counted.used();
        let events = calendars * hours.len();
        assert_eq!(used.rows_read, events, "{calendars}: {used:?}");
        assert_eq!(used.rows_written, events, "{calendars}: {used:?}");
        assert!(used.entries_read <= events, "{calendars}: {used:?}");
        assert!(used.bytes <= 3_500 * 2 * events, "{calendars}: {used:?}");
        let count = |name: &str| requests.get(name).copied().unwrap_or_default();
        let calendars = calendars as u64;
        assert_eq!(count("Calendars::write_record"), calendars, "{requests:?}");
        let lists = count("CalendarEvents::page");
        assert!(lists <= 40 + events as u64 / 100, "{requests:?}");
        let others = requests.values().sum::<u64>() - count("Decisions::write");
        let windows = count("Decisions::starting") / calendars;
        assert!(windows <= 40, "{requests:?}");
        // Each window with an event of a calendar loads it, with its overrides.
        let of_calendar = 1 + 2 * hours.len() as u64 + windows;
        assert!(
            others <= OF_WINDOWS + of_calendar * calendars,
            "{requests:?}"
        );
    }
}

/// The calendars of the workspace below that have an event.
const WITH_EVENT: usize = 100;

/// A workspace of so many calendars, synced by the first policy, with an event in some of them.
async fn synced(calendars: usize) -> Harness {
    let harness = Harness::new();
    harness.recall.delete_calendar(&a_calendar().id);
    let synced_at = at("09:30");
    for number in 0..calendars {
        let record = CalendarRecord::first(calendar(number), at("09:00")).with(|record| {
            record.last_sync = Some(CompletedSync {
                began_at: synced_at,
                since: None,
                full_sync_at: Some(synced_at),
                policy: PolicyRevision(0),
                overrides: OverrideRevision(0),
                holds_until: None,
            });
        });
        harness.state.write_record(&record).await.expect("memory");
        harness.recall.put_calendar(calendar(number));
    }
    for number in 0..WITH_EVENT {
        harness.recall.put_event(meeting(number, 1));
    }
    let now = harness.after(0);
    let state = WorkspaceSyncState {
        synced_until: Some(now),
        listed_calendars_at: Some(now),
        ..WorkspaceSyncState::default()
    };
    let written = harness.state.write_workspace_state(&state).await;
    written.expect("memory");
    harness
}

/// A calendar costs one write of its record, to credit it with the push. Windows are shorter the
/// more calendars there are, since working hours may follow: that is a list for some hundred of
/// them.
#[test_case(1_000)]
#[test_case(10_000)]
#[test_case(100_000)]
#[tokio::test]
async fn a_pushed_policy_costs_each_calendar_one_write(calendars: usize) {
    let harness = synced(calendars).await;
    harness.push(skips_all).await;
    let counted = Counted::new(harness);
    counted.handle(&SyncJob::Resync).await;
    let (requests, used) = counted.used();
    let count = |name: &str| requests.get(name).copied().unwrap_or_default();
    let (calendars, with_event) = (calendars as u64, WITH_EVENT as u64);
    assert_eq!(count("Calendars::write_record"), calendars, "{requests:?}");
    assert_eq!(count("Calendars::listed"), 2, "{requests:?}");
    assert_eq!(count("Calendars::record"), with_event, "{requests:?}");
    assert_eq!(used.rows_written, WITH_EVENT, "{used:?}");
    let lists = count("CalendarEvents::page");
    assert!(lists <= 40 + calendars / 50, "{requests:?}");
    let others = requests.values().sum::<u64>() - calendars;
    assert!(others <= 10 * lists + 5 * with_event, "{requests:?}");
}
