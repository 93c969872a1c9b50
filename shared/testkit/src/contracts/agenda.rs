//! What every implementation of `AgendaIndex` must do.

use callsheet_app::ports::{AgendaEntry, AgendaIndex, Decisions, PlacedEntry, StartEntry};
use callsheet_domain::{
    CalendarId, Decision, MeetingRevision, OverrideRevision, RuleName, Verdict, plus,
};
use jiff::SignedDuration;

use super::decision_rows::{a_row, odd_shapes, plain_shapes};
use super::decisions::written;
use super::eventually;
use crate::{With, at, id};

/// Few, so that there is more than one page.
const PAGE: usize = 7;

fn of(row: &Decision) -> PlacedEntry {
    PlacedEntry {
        place: StartEntry {
            starts_at: row.starts_at,
            key: row.key.clone(),
        },
        entry: Ok(AgendaEntry::of(row)),
    }
}

/// The entries in the order of their places.
fn ordered(mut entries: Vec<PlacedEntry>) -> Vec<PlacedEntry> {
    let starts: Vec<_> = entries.iter().map(|entry| entry.place.starts_at).collect();
    assert!(starts.is_sorted(), "in order of start: {starts:?}");
    entries.sort_by_key(|entry| (entry.place.starts_at, entry.place.key.clone()));
    entries
}

/// All entries that start before an instant, from as many pages as there are. `between` runs
/// after the first page.
async fn pages(
    index: &impl AgendaIndex,
    calendar: &CalendarId,
    (from, until): (&str, &str),
    between: impl AsyncFn(),
) -> Vec<PlacedEntry> {
    let (mut entries, mut after): (Vec<_>, Option<StartEntry>) = (Vec::new(), None);
    loop {
        let span = (at(from), at(until));
        let page = index.agenda_page(calendar, span, after.as_ref(), PAGE);
        let page = page.await.expect("the store answers");
        assert!(page.entries.len() <= PAGE, "{}", page.entries.len());
        entries.extend(page.entries);
        if after.is_none() {
            between().await;
        }
        after = page.next;
        if after.is_none() {
            return entries;
        }
    }
}

/// An entry shows the latest write of its row, whatever parts the row has.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_index_of_a_calendar_shows_what_was_written(
    store: &(impl Decisions + AgendaIndex),
) {
    let ours: CalendarId = id("calendar-ours");
    let rows = plain_shapes().into_iter().chain(odd_shapes());
    let mut expected = Vec::new();
    for row in rows {
        let row = written(store, &row.with(|row| row.calendar_id = ours.clone())).await;
        let row = row.with(|row| {
            row.inputs.overrides = OverrideRevision(7);
            row.inputs.meeting = MeetingRevision(2);
            row.title = row.title.as_ref().map(|title| format!("{title}, again"));
        });
        expected.push(of(&written(store, &row).await));
    }
    let superseded = a_row("superseded").with(|row| {
        row.calendar_id = ours.clone();
        row.verdict = Verdict::skip(RuleName::SUPERSEDED, "another ical_uid");
    });
    expected.push(of(&written(store, &superseded).await));
    written(store, &a_row("of-another-calendar")).await;
    expected.sort_by_key(|entry| (entry.place.starts_at, entry.place.key.clone()));
    let from = at("2000-01-01T00:00:00Z");
    eventually("the index shows the latest writes", async || {
        let entries = store.agenda_from(&ours, from).await;
        ordered(entries.expect("the store answers")) == expected
    })
    .await;
    let span = ("2000-01-01T00:00:00Z", "2199-01-01T00:00:00Z");
    let paged = pages(store, &ours, span, async || ()).await;
    assert_eq!(ordered(paged), expected);
}

/// A row that starts so many minutes after ten.
fn starting(event: &str, minutes: i64) -> Decision {
    a_row(event).with(|row| {
        row.calendar_id = id("calendar-ours");
        row.starts_at = plus(at("10:00"), SignedDuration::from_mins(minutes));
        row.ends_at = plus(row.starts_at, SignedDuration::from_mins(30));
    })
}

/// Each entry is on one page, those of one start too; the end of a span is not part of it. What
/// has ended is not coming.
///
/// # Panics
/// If the implementation does something else.
pub async fn entries_of_a_calendar_are_read_page_by_page(store: &(impl Decisions + AgendaIndex)) {
    let ours: CalendarId = id("calendar-ours");
    let mut all = Vec::new();
    for number in 0..30 {
        let row = starting(&format!("event-{number:02}"), number / 10 * 60);
        all.push(of(&written(store, &row).await));
    }
    eventually("the index has all", async || {
        let entries = store.agenda_from(&ours, at("10:00")).await;
        ordered(entries.expect("the store answers")) == all
    })
    .await;
    let coming = store.agenda_from(&ours, at("10:30")).await;
    assert_eq!(ordered(coming.expect("the store answers")), all[10..]);
    for (from, until, expected) in [
        ("10:00", "13:00", 0..30),
        ("10:00", "12:00", 0..20),
        ("10:00:00.000001", "12:00:00.000001", 10..30),
        ("11:00", "11:00", 0..0),
        ("12:00", "11:00", 0..0),
        ("13:00", "14:00", 0..0),
    ] {
        let read = pages(store, &ours, (from, until), async || ()).await;
        assert_eq!(ordered(read), all[expected], "from {from} until {until}");
    }
    let unknown = id("calendar-unknown");
    assert_eq!(
        pages(store, &unknown, ("10:00", "13:00"), async || ()).await,
        []
    );
}

/// The entry at which a page ended moves away before the next page is read: the others stay.
///
/// # Panics
/// If the implementation does something else.
pub async fn pages_of_a_calendar_go_on_behind_an_entry_that_has_moved(
    store: &(impl Decisions + AgendaIndex),
) {
    let ours: CalendarId = id("calendar-ours");
    let mut rows = Vec::new();
    for number in 0..20 {
        let row = starting(&format!("event-{number:02}"), number);
        rows.push(written(store, &row).await);
    }
    eventually("the index has all", async || {
        let entries = store.agenda_from(&ours, at("10:00")).await;
        entries.expect("the store answers").len() == rows.len()
    })
    .await;
    let move_last = async || {
        let moved = rows[PAGE - 1].clone();
        let moved = moved.with(|row| row.starts_at = at("08:00"));
        written(store, &moved).await;
    };
    let read = pages(store, &ours, ("10:00", "13:00"), move_last).await;
    let expected: Vec<_> = rows.iter().map(of).collect();
    assert_eq!(read, expected);
}
