//! Many calendars are connected at once, or connected again, so many that their events are more
//! pages than the limit allows: live requests go first all the same, and no request is given up.
//!
//! As in the deployed stack, two workers take batches of ten from a queue with delays, and a
//! resync is requested each minute. Time passes as the ports take it. Fifty calendars are
//! connected a minute, whose events are 80 pages, as in a workspace of 10,000 of which 3,000 are
//! connected within an hour.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use callsheet_app::ports::{Calendars as _, Clock as _, Queue as _, SyncStates as _};
use callsheet_app::{Ports, SyncHandler};
use callsheet_domain::{
    Calendar, CalendarEvent, CalendarId, Decision, EventId, Meeting, Operation, SyncJob,
    SyncReason, SyncRequest, Timestamp, plus,
};
use callsheet_testkit::{
    Delay, Intercepted, MemoryDecisions, MemoryRecall, MemoryState, PausedClock, TimedQueue,
    With as _, a_calendar, an_email, an_event, at, id,
};
use futures_util::future::{Either, join3, select};
use jiff::SignedDuration;

use crate::harness::sync_settings;

/// When the first calendars are connected.
const BEGAN: &str = "09:30";
/// Events on a page.
const PAGE: usize = 10;
/// The calendars that are connected before, and those that follow.
pub(crate) const KNOWN: usize = 40;
const NEW: usize = 300;
/// The time from one new calendar to the next.
const EACH: SignedDuration = SignedDuration::from_millis(1_200);
/// Events of each calendar, one of them within the next day, and the time from one to the next.
const EVENTS: usize = 16;
const EVERY: SignedDuration = SignedDuration::from_hours(40);
/// The time from one change to the next, and how long they go on.
const CHANGES_EVERY: SignedDuration = SignedDuration::from_secs(3);
const CHANGES: usize = 200;
/// How long a batch may take.
const BATCH_TIME: SignedDuration = SignedDuration::from_secs(55);
/// How long Recall takes from a change to its webhook.
const WEBHOOK: SignedDuration = SignedDuration::from_secs(1);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

pub(crate) type SlowPorts = Ports<
    Intercepted<MemoryRecall<PausedClock>, Delay>,
    Intercepted<MemoryDecisions, Delay>,
    Intercepted<MemoryState, Delay>,
    TimedQueue<PausedClock>,
    PausedClock,
>;

/// When each event was first decided as it was changed at an instant.
type DecidedAt = Arc<Mutex<BTreeMap<(EventId, Timestamp), Timestamp>>>;

/// A workspace whose functions run.
pub(crate) struct Running {
    pub(crate) clock: PausedClock,
    pub(crate) recall: MemoryRecall<PausedClock>,
    decisions: MemoryDecisions,
    pub(crate) state: MemoryState,
    pub(crate) queue: TimedQueue<PausedClock>,
    recall_takes: Delay,
    tables_take: Delay,
    decided_at: DecidedAt,
}

pub(crate) fn calendar_id(number: usize) -> CalendarId {
    id(format!("calendar-{number}"))
}

fn calendar(number: usize, now: Timestamp) -> Calendar {
    a_calendar().with(|calendar| {
        calendar.id = calendar_id(number);
        calendar.email = Some(an_email(&format!("sales-{number}@acme.example")));
        calendar.created_at = Some(now);
        calendar.updated_at = now;
    })
}

/// The meeting of a calendar at this place in the order of start. Those at the first place
/// start within a day.
pub(crate) fn meeting(number: usize, place: usize, now: Timestamp) -> CalendarEvent {
    an_event().with(|event| {
        event.id = id(format!("event-{number}-at-{place}"));
        event.ical_uid = id(event.id.as_str());
        event.calendar_id = calendar_id(number);
        event.meeting = Some(Meeting {
            url: format!("https://meet.example/{}", event.id),
        });
        let places = i32::try_from(place).expect("few");
        let minutes = i32::try_from(number).expect("few");
        event.starts_at = plus(at("15:00"), EVERY * places + MINUTE * minutes);
        event.ends_at = plus(event.starts_at, MINUTE * 30);
        event.updated_at = now;
    })
}

impl Running {
    pub(crate) fn new() -> Self {
        let clock = PausedClock::at(at(BEGAN));
        let running = Self {
            clock,
            recall: MemoryRecall::new(clock),
            decisions: MemoryDecisions::new(),
            state: MemoryState::new(),
            queue: TimedQueue::new(clock),
            recall_takes: Delay::millis(40, 300),
            tables_take: Delay::millis(2, 8),
            decided_at: DecidedAt::default(),
        };
        running.recall.events_on_a_page(PAGE);
        let decided_at = Arc::clone(&running.decided_at);
        running.decisions.stream_to(move |row: &Decision| {
            let mut decided_at = decided_at.lock().expect("no holder panics");
            let change = (row.key.event_id.clone(), row.inputs.event);
            decided_at.entry(change).or_insert(clock.now());
        });
        running
    }

    pub(crate) fn sync(&self) -> SyncHandler<SlowPorts> {
        SyncHandler {
            ports: Ports {
                recall: Intercepted::new(self.recall.clone(), &self.recall_takes),
                decisions: Intercepted::new(self.decisions.clone(), &self.tables_take),
                state: Intercepted::new(self.state.clone(), &self.tables_take),
                queue: self.queue.clone(),
                clock: self.clock,
            },
            policy_cache: callsheet_app::PolicyCache::default(),
            settings: sync_settings(),
        }
    }

    pub(crate) async fn pass(&self, time: SignedDuration) {
        self.clock.sleep_until(plus(self.clock.now(), time)).await;
    }

    /// One of the workers.
    async fn work(&self) {
        let sync = self.sync();
        loop {
            let batch = self.queue.receive_batch(10).await;
            let deadline = plus(self.clock.now(), BATCH_TIME);
            let handled = Box::pin(sync.handle(&batch, deadline)).await;
            self.queue.finish(&batch, &handled);
        }
    }

    async fn resync_each_minute(&self) {
        loop {
            self.queue.send(&SyncJob::Resync).await.expect("memory");
            self.pass(MINUTE).await;
        }
    }

    /// Runs the functions as long as `script` goes on.
    pub(crate) async fn play(&self, script: impl Future<Output = ()>) {
        let functions = join3(self.work(), self.work(), self.resync_each_minute());
        match select(pin!(script), pin!(functions)).await {
            Either::Left(((), _)) => {}
            Either::Right(_) => unreachable!("the functions do not end"),
        }
    }

    /// Has the webhook of a calendar come in a moment.
    async fn tell(&self, number: usize, reason: SyncReason) {
        let request = SyncRequest {
            calendar_id: calendar_id(number),
            reason,
            sent_at: plus(self.clock.now(), WEBHOOK),
        };
        let wait = Duration::try_from(WEBHOOK).expect("positive");
        let sent = self
            .queue
            .send_later(&SyncJob::Request(request), wait)
            .await;
        sent.expect("memory");
    }

    /// Connects calendars, one after the other.
    pub(crate) async fn connect(&self, numbers: std::ops::Range<usize>, each: SignedDuration) {
        for number in numbers {
            let now = self.clock.now();
            self.recall.put_calendar(calendar(number, now));
            for place in 0..EVENTS {
                self.recall.put_event(meeting(number, place, now));
            }
            self.tell(number, SyncReason::CalendarChanged).await;
            let since = now;
            self.tell(number, SyncReason::EventsChanged { since }).await;
            self.pass(each).await;
        }
    }

    /// Disconnects calendars and connects them again, one after the other.
    async fn reconnect(&self, numbers: std::ops::Range<usize>, each: SignedDuration) {
        for number in numbers {
            let again = calendar(number, self.clock.now());
            let created_at = Some(at(BEGAN));
            let again = again.with(|calendar| calendar.created_at = created_at);
            self.recall.put_calendar(again);
            self.tell(number, SyncReason::CalendarChanged).await;
            self.pass(each).await;
        }
    }

    async fn has_distant_changes(&self) -> bool {
        let workspace = self.state.workspace().await.expect("memory");
        workspace.distant.is_some()
    }

    /// Whether each of these calendars had a full sync that began after an instant.
    async fn are_synced_since(&self, numbers: std::ops::Range<usize>, instant: Timestamp) -> bool {
        for number in numbers {
            let record = self.state.record(&calendar_id(number)).await;
            let record = record.expect("memory").expect("it is connected");
            let synced_at = record.last_sync.and_then(|sync| sync.full_sync_at);
            if synced_at.is_none_or(|at| at < instant) {
                return false;
            }
        }
        true
    }

    /// Changes meetings of the next day, and gives the changes.
    async fn change(&self) -> Vec<(EventId, Timestamp)> {
        let mut changes = Vec::new();
        for change in 0..CHANGES {
            let (number, now) = (change % KNOWN, self.clock.now());
            let event = meeting(number, 0, now);
            changes.push((event.id.clone(), now));
            self.recall.put_event(event);
            let since = now;
            self.tell(number, SyncReason::EventsChanged { since }).await;
            self.pass(CHANGES_EVERY).await;
        }
        changes
    }

    /// How late a change was decided; none if it was not.
    pub(crate) fn lateness(
        &self,
        (event, changed_at): &(EventId, Timestamp),
    ) -> Option<SignedDuration> {
        let decided_at = self.decided_at.lock().expect("no holder panics");
        let of_event = decided_at.range((event.clone(), *changed_at)..);
        let mut later = of_event.take_while(|((id, _), _)| id == event);
        // A later change of the event may have been decided at once with this one.
        let decided_at = later.next().map(|(_, at)| *at)?;
        Some(decided_at.duration_since(*changed_at))
    }

    fn lists_of_one_calendar(&self) -> usize {
        let calls = self.recall.calls().into_iter();
        let lists = calls.filter(|call| call.operation == Operation::ListEvents);
        lists
            .filter(|call| call.subject.starts_with("calendar-"))
            .count()
    }

    fn undecided(&self, numbers: std::ops::Range<usize>) -> usize {
        let decided_at = self.decided_at.lock().expect("no holder panics");
        let decided: std::collections::BTreeSet<_> =
            decided_at.keys().map(|(event, _)| event.clone()).collect();
        let all = numbers.flat_map(|number| (0..EVENTS).map(move |place| (number, place)));
        let is_left = |(number, place): &(usize, usize)| {
            !decided.contains(&id::<EventId>(format!("event-{number}-at-{place}")))
        };
        all.filter(is_left).count()
    }
}

/// What live requests were like while `work` was done for many calendars.
struct Seen {
    /// How late 99 of a hundred changes to meetings of the next day were decided.
    late: SignedDuration,
    /// Lists of one calendar.
    single: usize,
}

impl Running {
    /// Has meetings change while `work` goes on, and waits until `is_done`. Every change is
    /// decided, and every request is answered.
    async fn see(&self, work: impl Future<Output = ()>, is_done: impl AsyncFn() -> bool) -> Seen {
        let (began, single_before) = (self.clock.now(), self.lists_of_one_calendar());
        let ((), changes) = futures_util::future::join(work, self.change()).await;
        while !is_done().await {
            self.pass(MINUTE).await;
            let took = self.clock.now().duration_since(began);
            assert!(took < MINUTE * 60, "all of it is done at last");
        }
        self.pass(MINUTE * 10).await;
        let lateness = changes.iter().map(|change| self.lateness(change));
        let lateness: Option<Vec<_>> = lateness.collect();
        let mut lateness = lateness.expect("every change is decided");
        lateness.sort_unstable();
        assert_eq!(self.queue.totals().dead, 0);
        let jobs = self.queue.jobs();
        let requests = jobs.iter().filter(|job| **job != SyncJob::Resync);
        assert_eq!(requests.count(), 0, "every request is answered");
        Seen {
            late: lateness[lateness.len() * 99 / 100],
            single: self.lists_of_one_calendar() - single_before,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_mass_connection_keeps_no_live_request_waiting_and_gives_none_up() {
    let running = Running::new();
    running
        .play(async {
            running.connect(0..KNOWN, SignedDuration::ZERO).await;
            running.pass(MINUTE * 10).await;
            assert_eq!(running.undecided(0..KNOWN), 0);
            let connection = running.connect(KNOWN..KNOWN + NEW, EACH);
            let is_decided = async || running.undecided(KNOWN..KNOWN + NEW) == 0;
            let Seen { late, single } = running.see(connection, is_decided).await;
            assert!(late <= MINUTE, "99 of a hundred within {late:?}");
            assert!(single <= NEW / 10, "{single} lists of one calendar");
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_mass_reconnection_keeps_no_live_request_waiting_and_ends_in_full_syncs() {
    let running = Running::new();
    running
        .play(async {
            running.connect(0..KNOWN + NEW, EACH * 3).await;
            running.pass(MINUTE * 120).await;
            assert!(!running.has_distant_changes().await);
            assert_eq!(running.undecided(0..KNOWN + NEW), 0);
            let began = running.clock.now();
            let reconnection = running.reconnect(KNOWN..KNOWN + NEW, EACH);
            let is_synced = async || running.are_synced_since(KNOWN..KNOWN + NEW, began).await;
            let Seen { late, .. } = running.see(reconnection, is_synced).await;
            assert!(late <= MINUTE, "99 of a hundred within {late:?}");
        })
        .await;
}
