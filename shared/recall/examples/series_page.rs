//! Prints the memory and the processor time that sync takes for a page of 100 events of 30 daily
//! series with 50 attendees each, whose other copies are decided, for `docs/benchmarks.md`.
//!
//! The page comes over HTTP, and is parsed, decided and written by the real use cases. The tables
//! are in memory: what they copy is part of the figures.

mod meter;

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use callsheet_app::ports::Queue as _;
use callsheet_app::{Handled, PolicyCache, Ports, SyncHandler, SyncSettings};
use callsheet_domain::{
    CalendarId, Decision, EventId, RateLimit, SyncJob, SyncReason, SyncRequest, Timestamp, plus,
};
use callsheet_recall::{ApiKey, BaseUrl, RecallClient};
use callsheet_testkit::{ManualClock, MemoryDecisions, MemoryQueue, MemoryState};
use jiff::SignedDuration;
use meter::{peak_resident, processor_ms};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const SERIES: usize = 30;
const EVENTS: usize = 100;
const ATTENDEES: usize = 50;
/// Days of each series that are decided in the other calendars.
const DAYS: usize = 28;
/// How often each kind of page is synced.
const TIMES: u32 = 10;
const CALENDAR: &str = "calendar-0";
const NOW: &str = "2026-03-02T08:00:00Z";

fn now() -> Timestamp {
    NOW.parse().expect("an instant")
}

/// The page of the calendar, with this title of all meetings.
fn page(title: &str, updated_at: Timestamp) -> String {
    let attendee = |number| {
        format!(
            r#"{{"email": "person-{number}@acme.example", "displayName": "Person {number}", "responseStatus": "accepted"}}"#
        )
    };
    let mut attendees: Vec<_> = (1..ATTENDEES).map(attendee).collect();
    attendees.push(r#"{"email": "buyer@globex.example", "responseStatus": "accepted"}"#.to_owned());
    let attendees = attendees.join(", ");
    let event = |number: usize| {
        let (series, day) = (number % SERIES, 3 + number / SERIES);
        let hour = 9 + series % 8;
        format!(
            r#"{{"id": "event-0-{series}-{day}", "calendar_id": "{CALENDAR}",
            "ical_uid": "series-{series}@acme.example", "platform": "google_calendar",
            "platform_id": "p{series}_{day}", "start_time": "2026-03-{day:02}T{hour:02}:00:00Z",
            "end_time": "2026-03-{day:02}T{hour:02}:30:00Z", "created_at": "2026-03-01T08:00:00Z",
            "updated_at": "{updated_at}", "is_deleted": false, "meeting_platform": "zoom",
            "meeting_url": "https://acme.zoom.us/j/{series}", "bots": [],
            "raw": {{"summary": "{title}", "recurringEventId": "p{series}",
            "description": "Agenda and notes.", "organizer": {{"email": "person-1@acme.example"}},
            "attendees": [{attendees}]}}}}"#
        )
    };
    let events: Vec<_> = (0..EVENTS).map(event).collect();
    format!(r#"{{"next": null, "results": [{}]}}"#, events.join(","))
}

/// A server of the calendar and of one page, which can be changed.
fn serve(page: Arc<Mutex<String>>) -> io::Result<BaseUrl> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that hangs up has what it wants.
            let _ = answer(stream, &page);
        }
    });
    Ok(BaseUrl::parse(&base).expect("an address of this machine"))
}

fn answer(mut stream: TcpStream, page: &Mutex<String>) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    while !lines
        .next()
        .unwrap_or_else(|| Ok(String::new()))?
        .is_empty()
    {}
    let calendar = format!(
        r#"{{"id": "{CALENDAR}", "platform": "google_calendar", "status": "connected",
        "platform_email": "person-0@acme.example", "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z"}}"#
    );
    let page = page.lock().unwrap_or_else(PoisonError::into_inner);
    let body = if request.contains("/calendar-events/") {
        &*page
    } else {
        &calendar
    };
    let length = body.len();
    let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json";
    write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{body}")
}

/// What is deployed, in memory, with a server of its own.
struct Deployed {
    recall: RecallClient,
    page: Arc<Mutex<String>>,
    decisions: MemoryDecisions,
    state: MemoryState,
    queue: MemoryQueue,
    clock: ManualClock,
}

impl Deployed {
    fn new(decisions: MemoryDecisions) -> io::Result<Self> {
        let page = Arc::new(Mutex::new(page("Stand-up", now())));
        let key = ApiKey::parse("key").expect("a key");
        Ok(Self {
            recall: RecallClient::new(serve(Arc::clone(&page))?, key),
            page,
            decisions,
            state: MemoryState::new(),
            queue: MemoryQueue::new(),
            clock: ManualClock::at(now()),
        })
    }

    fn change(&self, title: &str) {
        use callsheet_app::ports::Clock as _;
        self.clock.advance(SignedDuration::from_mins(10));
        let changed = page(title, self.clock.now());
        *self.page.lock().unwrap_or_else(PoisonError::into_inner) = changed;
    }

    /// Syncs the calendar in full. Gives the bytes that were allocated at the peak, beyond those
    /// before, and the processor time in milliseconds.
    async fn sync(&self) -> io::Result<(usize, u32)> {
        use callsheet_app::ports::Clock as _;
        self.clock.advance(SignedDuration::from_mins(10));
        let request = SyncRequest {
            calendar_id: CalendarId::parse(CALENDAR).expect("an id"),
            reason: SyncReason::FullSync,
            sent_at: self.clock.now(),
        };
        let sent = self.queue.send(&SyncJob::Request(request)).await;
        sent.expect("the queue is in memory");
        self.clock.advance(SignedDuration::from_secs(2));
        let limit = RateLimit::per_minute(60, 3);
        let handler = SyncHandler {
            ports: Ports {
                recall: self.recall.clone(),
                decisions: self.decisions.clone(),
                state: self.state.clone(),
                queue: self.queue.clone(),
                clock: self.clock.clone(),
            },
            policy_cache: PolicyCache::default(),
            settings: SyncSettings {
                list_events: limit,
                get_event: limit,
                get_bot: limit,
                get_calendar: limit,
                list_calendars: limit,
                is_workspace_listed: true,
                catch_up_every: Duration::from_mins(5),
                read_silent_bots_after: None,
                most_receives: 10,
            },
        };
        let batch = self.queue.deliver(10);
        let deadline = plus(self.clock.now(), SignedDuration::from_secs(55));
        let (before, ms_before) = (MEMORY.current_usage(), processor_ms()?);
        MEMORY.reset_peak_usage();
        let outcome = handler.handle(&batch, deadline).await;
        let peak = MEMORY.peak_usage().saturating_sub(before);
        let used = processor_ms()? - ms_before;
        assert_eq!(outcome, Handled::default());
        assert_eq!(self.of_calendar().len(), EVENTS);
        Ok((peak, used))
    }

    fn of_calendar(&self) -> Vec<Decision> {
        let mut rows = self.decisions.all();
        rows.retain(|row| row.calendar_id.as_str() == CALENDAR);
        rows
    }
}

/// The table with the decisions about all days of the series in the other calendars, made from
/// those of one calendar.
fn decided_elsewhere(rows: &[Decision]) -> MemoryDecisions {
    let decisions = MemoryDecisions::new();
    for row in rows {
        let same_day =
            |day: usize| plus(row.starts_at, SignedDuration::from_hours(24) * hours(day));
        let days = DAYS * SERIES / EVENTS;
        for (copy, day) in (1..ATTENDEES).flat_map(|copy| (0..days).map(move |day| (copy, day))) {
            let mut other = row.clone();
            let id = format!("{}-of-{copy}-on-{day}", row.key.event_id);
            other.key.event_id = EventId::parse(id).expect("an id");
            other.calendar_id = CalendarId::parse(format!("calendar-{copy}")).expect("an id");
            other.starts_at = same_day(day * 4);
            other.ends_at = plus(other.starts_at, SignedDuration::from_mins(30));
            decisions.put(other);
        }
    }
    decisions
}

fn hours(day: usize) -> i32 {
    i32::try_from(day).unwrap_or(i32::MAX)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let alone = Deployed::new(MemoryDecisions::new())?;
    alone.sync().await?;
    let rows = alone.of_calendar();
    let mut first_seen = Vec::new();
    let mut deployed = alone;
    for _ in 0..TIMES {
        deployed = Deployed::new(decided_elsewhere(&rows))?;
        first_seen.push(deployed.sync().await?);
    }
    let (mut unchanged, mut changed) = (Vec::new(), Vec::new());
    for time in 0..TIMES {
        unchanged.push(deployed.sync().await?);
        deployed.change(&format!("Stand-up {time}"));
        changed.push(deployed.sync().await?);
    }
    let bytes = page("Stand-up", now()).len() / 1_000;
    let all = deployed.decisions.all().len();
    let mut out = io::stdout();
    writeln!(
        out,
        "{EVENTS} events of {SERIES} series with {ATTENDEES} attendees, {bytes} KB, of {all} rows"
    )?;
    for (what, measured) in [
        ("first seen", first_seen),
        ("unchanged", unchanged),
        ("all titles changed", changed),
    ] {
        let peak = measured.iter().map(|(peak, _)| peak / 1_000).max();
        let used: u32 = measured.iter().map(|(_, ms)| ms).sum();
        let ms = f64::from(used) / f64::from(TIMES);
        let peak = peak.unwrap_or_default();
        writeln!(
            out,
            "{what}: {ms:.0} ms of processor, {peak} KB allocated at the peak"
        )?;
    }
    let resident = peak_resident()?;
    writeln!(out, "the process, with all rows: {resident} resident")
}
