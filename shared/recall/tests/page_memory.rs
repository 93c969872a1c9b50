//! The memory that reading a page takes: it must fit into half of a function's memory, 128 MB.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use callsheet_app::PortError;
use callsheet_app::ports::{CalendarEvents as _, EventQuery, PageOfEvents};
use callsheet_recall::{ApiKey, BaseUrl, RecallClient};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// One test at a time allocates.
static TURN: Mutex<()> = Mutex::new(());

/// It is memory that is measured, also on a machine with much else to do.
const PATIENCE: Duration = Duration::from_mins(5);

const MB: usize = 1024 * 1024;

/// An event with this description and these attendees, as text.
fn event(description: &str, attendees: usize) -> String {
    let attendee = |number| {
        format!(
            r#"{{"email": "attendee-{number}@globex.example", "displayName": "Attendee {number}", "responseStatus": "accepted"}}"#
        )
    };
    let attendees: Vec<_> = (0..attendees).map(attendee).collect();
    format!(
        r#"{{"id": "event-1", "calendar_id": "calendar-1", "ical_uid": "1@acme.example",
        "platform": "google_calendar", "platform_id": "4f9c", "start_time": "2026-03-06T10:00:00Z",
        "end_time": "2026-03-06T11:00:00Z", "created_at": "2026-03-01T08:00:00Z",
        "updated_at": "2026-03-02T08:00:00Z", "is_deleted": false, "meeting_platform": "zoom",
        "meeting_url": "https://meet.example/1", "bots": [],
        "raw": {{"summary": "Review", "description": "{description}", "attendees": [{}]}}}}"#,
        attendees.join(", ")
    )
}

/// Serves one page that lists `event` so many times.
fn serve(event: String, times: usize) -> BaseUrl {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut lines = BufReader::new(stream.try_clone().expect("a socket")).lines();
        while lines
            .next()
            .is_some_and(|line| !line.expect("a request").is_empty())
        {}
        let head = r#"{"next": null, "previous": null, "results": ["#;
        let length = head.len() + times * event.len() + (times - 1) + 2;
        let mut write = |text: &str| stream.write_all(text.as_bytes());
        // The client hangs up behind its bound.
        let _ = write(&format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{head}"
        ));
        for number in 0..times {
            let comma = if number == 0 { "" } else { "," };
            if write(comma).and_then(|()| write(&event)).is_err() {
                return;
            }
        }
        let _ = write("]}");
    });
    BaseUrl::parse(&format!("http://{address}")).expect("an address of this machine")
}

/// Reads a page of an event, which is made once no other test allocates. Returns the peak
/// of the memory that was allocated meanwhile.
#[expect(
    clippy::await_holding_lock,
    reason = "a test waits for the others of this program"
)]
async fn read(
    event: impl FnOnce() -> String,
    times: usize,
) -> (Result<PageOfEvents, PortError>, usize) {
    let _turn = TURN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let base = serve(event(), times);
    let key = ApiKey::parse("key").expect("a key");
    let recall = RecallClient::waiting(base, key, PATIENCE);
    let query = EventQuery {
        calendar_id: None,
        updated_since: None,
        starts_from: None,
        starts_until: None,
    };
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let page = recall.page(&query, None).await;
    let peak = MEMORY.peak_usage().saturating_sub(before);
    eprintln!("{times} events: {} KB at most", peak / 1024);
    (page, peak)
}

#[tokio::test]
async fn a_page_of_events_of_1_mb_each_takes_a_few_megabytes() {
    let (page, peak) = read(|| event(&"x".repeat(MB), 10), 40).await;
    assert_eq!(page.expect("a page").events.len(), 40);
    assert!(peak < 8 * MB, "{peak} bytes");
}

#[tokio::test]
async fn a_page_of_descriptions_that_must_be_repaired_takes_a_few_megabytes() {
    let (page, peak) = read(|| event(&r"cut \ud83d".repeat(MB / 10), 10), 20).await;
    assert_eq!(page.expect("a page").events.len(), 20);
    assert!(peak < 12 * MB, "{peak} bytes");
}

#[tokio::test]
async fn a_page_of_the_longest_lists_of_attendees_takes_less_than_half_of_the_memory() {
    let (page, peak) = read(|| event("", 4_100), 20).await;
    let page = page.expect("a page");
    assert!(
        page.events
            .iter()
            .all(|event| event.facts.attendees.is_incomplete)
    );
    // A fifth of a page.
    assert!(peak < 20 * MB, "{peak} bytes");
}

#[tokio::test]
async fn an_event_that_is_too_long_is_reported_and_takes_a_few_megabytes() {
    let (page, peak) = read(|| event(&r"\ud83d".repeat(10 * MB / 6), 0), 2).await;
    let unreadable = page.expect("a page").unreadable;
    assert_eq!(unreadable.len(), 2);
    assert_eq!(
        unreadable[0].to_string(),
        "event event-1 of calendar calendar-1: it is longer than 8 MiB"
    );
    assert!(peak < 32 * MB, "{peak} bytes");
}

#[tokio::test]
async fn a_page_beyond_the_bound_is_refused_and_takes_a_few_megabytes() {
    let (page, peak) = read(|| event(&"x".repeat(MB), 0), 300).await;
    let error = page.expect_err("too long").to_string();
    assert!(error.contains("the page is longer than 256 MiB"), "{error}");
    assert!(peak < 8 * MB, "{peak} bytes");
}
