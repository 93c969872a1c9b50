//! Prints the processor time and the memory that reading a page takes, for
//! `docs/benchmarks.md`.

mod meter;

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::thread;

use callsheet_app::ports::{CalendarEvents as _, EventQuery};
use callsheet_recall::{ApiKey, BaseUrl, RecallClient};
use meter::{peak_resident, processor_ms};

/// How often each page is read.
const TIMES: u32 = 20;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    for bytes in [2_000, 20_000, 200_000, 1_000_000] {
        let event = event(bytes);
        let before = processor_ms()?;
        for _ in 0..TIMES {
            let base = serve(&event)?;
            let recall = RecallClient::new(base, ApiKey::parse("key").expect("a key"));
            let query = EventQuery {
                calendar_id: None,
                updated_since: None,
                starts_from: None,
                starts_until: None,
            };
            let page = recall.page(&query, None).await;
            assert_eq!(page.map(|page| page.events.len()).ok(), Some(100));
        }
        let ms = f64::from(processor_ms()? - before) / f64::from(TIMES);
        let resident = peak_resident()?;
        writeln!(
            io::stdout(),
            "100 events of {bytes} bytes: {ms:.1} ms of processor, peak {resident} resident"
        )?;
    }
    Ok(())
}

/// An event with a description of this length and ten attendees.
fn event(length: usize) -> String {
    let attendee = r#"{"email": "buyer@globex.example", "displayName": "Buyer", "responseStatus": "accepted"}"#;
    let attendees = [attendee; 10].join(", ");
    let description = "Agenda and notes. ".repeat(length / 18);
    format!(
        r#"{{"id": "event-1", "calendar_id": "calendar-1", "ical_uid": "1@acme.example",
        "platform": "google_calendar", "platform_id": "4f9c", "start_time": "2026-03-06T10:00:00Z",
        "end_time": "2026-03-06T11:00:00Z", "created_at": "2026-03-01T08:00:00Z",
        "updated_at": "2026-03-02T08:00:00Z", "is_deleted": false, "meeting_platform": "zoom",
        "meeting_url": "https://meet.example/1", "bots": [],
        "raw": {{"summary": "Review", "description": "{description}", "attendees": [{attendees}]}}}}"#
    )
}

/// Serves one page of 100 such events.
fn serve(event: &str) -> io::Result<BaseUrl> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    let event = event.to_owned();
    thread::spawn(move || -> io::Result<()> {
        let (mut stream, _) = listener.accept()?;
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        while !lines
            .next()
            .unwrap_or_else(|| Ok(String::new()))?
            .is_empty()
        {}
        let head = r#"{"next": null, "results": ["#;
        let length = head.len() + 100 * event.len() + 99 + 2;
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{head}{event}"
        )?;
        for _ in 1..100 {
            stream.write_all(b",")?;
            stream.write_all(event.as_bytes())?;
        }
        stream.write_all(b"]}")
    });
    Ok(BaseUrl::parse(&base).expect("an address of this machine"))
}
