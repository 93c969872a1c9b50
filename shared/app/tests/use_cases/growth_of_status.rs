//! How the reads of status and of the list of calendars grow with the workspace.
//!
//! Status reads each record once, and the entries of two days; what else it reads is bounded, also
//! of alerts. A
//! page of the list reads what is on the page.

use std::sync::{Arc, Mutex};

use callsheet_app::PortError;
use callsheet_app::list_calendars::{CalendarFilter, CalendarQuery, list_calendars};
use callsheet_app::ports::{
    AgendaIndex, AgendaPage, Calendars as _, CopiesPage, DayEntries, DecisionOverview,
    DecisionRows, Decisions, DueQuery, DueRows, DueStart, First, FirstRows, PlacedEntry,
    StartEntry, WriteOutcome,
};
use callsheet_app::status::{Days, Queues, status};
use callsheet_domain::{
    Applied, BotId, BotStatus, CalendarId, Decision, DecisionKey, DeduplicationKey, EventId,
    IcalUid, ListedIds, Timestamp, Wanted, plus,
};
use callsheet_testkit::{
    Counts, Intercepted, MemoryDeadLetters, MemoryDecisions, MemoryQueue, MemoryState, With as _,
    a_calendar_record, a_decision, an_applied_bot, at, id,
};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

/// Number of meetings of each calendar, one a day.
const MEETINGS: i64 = 5;

/// What was read of the decisions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Read {
    rows: usize,
    day_entries: usize,
    calendar_entries: usize,
    due_entries: usize,
}

/// Decisions that count what is read of them.
#[derive(Debug, Clone, Default)]
struct Metered {
    decisions: MemoryDecisions,
    read: Arc<Mutex<Read>>,
}

impl Metered {
    fn add(&self, change: impl FnOnce(&mut Read)) {
        change(&mut self.read.lock().expect("no test thread panicked"));
    }

    fn take(&self) -> Read {
        std::mem::take(&mut self.read.lock().expect("no test thread panicked"))
    }
}

impl DecisionOverview for Metered {
    async fn starting_between(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<DayEntries, PortError> {
        let read = self.decisions.starting_between(from, until).await?;
        self.add(|used| used.day_entries += read.entries.len());
        Ok(read)
    }

    async fn first_due(&self, most: usize) -> Result<First<DueStart>, PortError> {
        let read = self.decisions.first_due(most).await?;
        self.add(|used| used.due_entries += read.first.len());
        Ok(read)
    }

    async fn abandoned(
        &self,
        from: Timestamp,
        most: usize,
    ) -> Result<First<DecisionKey>, PortError> {
        let read = self.decisions.abandoned(from, most).await?;
        self.add(|used| used.due_entries += read.first.len());
        Ok(read)
    }
}

impl AgendaIndex for Metered {
    async fn agenda_page(
        &self,
        _: &CalendarId,
        _: (Timestamp, Timestamp),
        _: Option<&StartEntry>,
        _: usize,
    ) -> Result<AgendaPage, PortError> {
        unreachable!("no total needs an agenda")
    }

    async fn agenda_from(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> Result<Vec<PlacedEntry>, PortError> {
        let entries = self.decisions.agenda_from(calendar, after).await?;
        self.add(|used| used.calendar_entries += entries.len());
        Ok(entries)
    }
}

impl Decisions for Metered {
    async fn decisions(&self, keys: &[DecisionKey]) -> Result<DecisionRows, PortError> {
        self.add(|used| used.rows += keys.len());
        self.decisions.decisions(keys).await
    }

    async fn of_calendar(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> Result<Vec<DecisionKey>, PortError> {
        self.decisions.of_calendar(calendar, after).await
    }

    async fn copies_page(&self, _: &IcalUid, _: Option<&EventId>) -> Result<CopiesPage, PortError> {
        unreachable!("no status reads copies")
    }

    async fn copies_at(&self, _: &IcalUid, _: Timestamp) -> Result<DecisionRows, PortError> {
        unreachable!("no total needs copies")
    }

    async fn of_event(&self, _: &EventId) -> Result<DecisionRows, PortError> {
        unreachable!("no total needs one event")
    }

    async fn wanting(&self, _: &DeduplicationKey, _: usize) -> Result<FirstRows, PortError> {
        unreachable!("no total needs the copies of a bot")
    }

    async fn keys_wanting(&self, _: &DeduplicationKey) -> Result<Vec<DecisionKey>, PortError> {
        unreachable!("no total needs the copies of a bot")
    }

    async fn keys_holding(&self, _: &BotId, _: usize) -> Result<Vec<DecisionKey>, PortError> {
        unreachable!("no total needs the holders of a bot")
    }

    async fn silent(&self, _: Timestamp, _: usize) -> Result<Vec<DecisionKey>, PortError> {
        unreachable!("no total needs silent bots")
    }

    async fn to_check(&self, _: Timestamp, _: usize) -> Result<Vec<DecisionKey>, PortError> {
        unreachable!("no total needs owner checks")
    }

    async fn write(&self, _: &Decision) -> Result<WriteOutcome, PortError> {
        unreachable!("no total is written")
    }

    async fn discard(&self, _: &DecisionKey) -> Result<bool, PortError> {
        unreachable!("no total is written")
    }

    async fn due(&self, _: &DueQuery) -> Result<DueRows, PortError> {
        unreachable!("no total needs a batch")
    }

    async fn starting(
        &self,
        _: &CalendarId,
        _: Timestamp,
        _: Timestamp,
    ) -> Result<Vec<StartEntry>, PortError> {
        unreachable!("no total needs the meetings of one calendar")
    }

    async fn unlisted(
        &self,
        _: Timestamp,
        _: Timestamp,
        _: &ListedIds,
    ) -> Result<Vec<StartEntry>, PortError> {
        unreachable!("no total needs what a window did not list")
    }

    async fn next_start(
        &self,
        _: &CalendarId,
        _: Timestamp,
    ) -> Result<Option<Timestamp>, PortError> {
        unreachable!("no total needs the next meeting of one calendar")
    }
}

/// A workspace of so many calendars, all of whose meetings are due, as after a push.
async fn of_calendars(count: usize) -> (MemoryState, Metered) {
    let (state, decisions) = (MemoryState::new(), Metered::default());
    let (a_record, a_row) = (a_calendar_record(), a_decision());
    for number in 0..count {
        let record = a_record
            .clone()
            .with(|record| record.calendar.id = id(format!("calendar-{number:05}")));
        state.write_record(&record).await.expect("memory");
        for day in 0..MEETINGS {
            let later = SignedDuration::from_hours(24 * day);
            decisions.decisions.put(a_row.clone().with(|row| {
                row.key.event_id = id(format!("event-{number}-{day}"));
                row.key.ical_uid = id(format!("meeting-{number}-{day}"));
                row.calendar_id.clone_from(&record.calendar.id);
                row.starts_at = plus(row.starts_at, later);
                row.ends_at = plus(row.ends_at, later);
            }));
        }
    }
    (state, decisions)
}

/// 10,000 calendars take as many calls as 1,250; of the decisions they take an entry for each
/// meeting of two days, and a bounded number of others.
#[tokio::test]
async fn status_reads_the_meetings_of_two_days_and_a_bounded_number_of_decisions() {
    let mut calls = None;
    for count in [1_250, 2_500, 5_000, 10_000] {
        let (state, decisions) = of_calendars(count).await;
        let counts = Counts::default();
        let state = Intercepted::new(state, &counts);
        let queues = Queues {
            sync: None::<MemoryQueue>,
            dead_letters: None::<MemoryDeadLetters>,
        };
        let now = at("09:30");
        let days = Days::at(now, &TimeZone::UTC).expect("two days");
        let read = status((&state, &decisions, &queues), days, now).await;
        let read = read.expect("memory");
        assert_eq!(read.totals.statuses["connected"], count);
        assert_eq!(read.meetings.tomorrow.record, count);
        let used = decisions.take();
        assert_eq!(used.day_entries, 2 * count);
        assert_eq!(used.rows, 1_000, "{count}: those that start soon");
        assert!(used.due_entries <= 10_000, "{count}: {used:?}");
        assert_eq!(
            *calls.get_or_insert(counts.total()),
            counts.total(),
            "{count}"
        );
    }
    assert!(calls <= Some(12), "{calls:?} calls of the state");
}

/// The alerts of 400 meetings that run are counted from the index, and 20 rows are read.
#[tokio::test]
async fn status_reads_the_rows_of_twenty_alerts() {
    let decisions = Metered::default();
    for number in 0..400 {
        let bot: BotId = id(format!("bot-{number}"));
        let row = a_decision().with(|row| {
            row.key.event_id = id(format!("event-{number:03}"));
            row.key.ical_uid = id(format!("meeting-{number:03}"));
            if let Wanted::Bot(wanted) = &row.wanted {
                row.applied = Applied::Bot(Box::new(an_applied_bot(wanted).with(|applied| {
                    applied.bot_id = Some(bot.clone());
                })));
            }
        });
        let status = BotStatus::new("in_waiting_room", None, at("10:00:30")).expect("a code");
        let row = row.with_statuses(&bot, &[status], true);
        let row = row.with_alerts(Some(SignedDuration::ZERO), at("10:06"));
        decisions.decisions.put(row);
    }
    let queues = Queues {
        sync: None::<MemoryQueue>,
        dead_letters: None::<MemoryDeadLetters>,
    };
    let now = at("10:10");
    let days = Days::at(now, &TimeZone::UTC).expect("two days");
    let read = status((&MemoryState::new(), &decisions, &queues), days, now).await;
    let read = read.expect("memory");
    assert_eq!((read.alerts.count(), read.alerts.first.len()), (400, 20));
    assert_eq!(decisions.take().rows, 20);
}

/// A page is read by one query, and one for the overrides of each calendar on it.
#[tokio::test]
async fn a_page_of_calendars_costs_the_same_in_any_workspace() {
    let mut before = None;
    for count in [100, 1_000, 10_000] {
        let (state, decisions) = of_calendars(count).await;
        let counts = Counts::default();
        let state = Intercepted::new(state, &counts);
        for with_meetings in [false, true] {
            let query = CalendarQuery {
                filter: CalendarFilter::default(),
                after: Some(id("calendar-00049")),
                most: 25,
                with_meetings,
            };
            let page = list_calendars(&state, &decisions, &query, at("09:30")).await;
            let page = page.expect("memory");
            assert_eq!((page.calendars.len(), page.next.is_some()), (25, true));
        }
        let used = (decisions.take(), counts.by_name());
        assert_eq!(used.0.calendar_entries, 125, "the meetings of one page");
        assert_eq!(used.0.rows, 0, "no row is loaded");
        assert!(counts.total() <= 2 * (26 + 3), "{used:?}");
        assert_eq!(
            *before.get_or_insert(used.clone()),
            used,
            "{count} calendars"
        );
    }
}

/// A filter that few calendars pass reads a bounded number of them, and then gives a short page.
#[tokio::test]
async fn a_filtered_page_reads_a_bounded_number_of_records() {
    let (state, decisions) = of_calendars(10_000).await;
    let counts = Counts::default();
    let state = Intercepted::new(state, &counts);
    let query = CalendarQuery {
        filter: CalendarFilter {
            text: Some("calendar-09999".to_owned()),
            ..CalendarFilter::default()
        },
        after: None,
        most: 25,
        with_meetings: false,
    };
    let page = list_calendars(&state, &decisions, &query, at("09:30")).await;
    let page = page.expect("memory");
    assert_eq!(
        (page.calendars.len(), page.next),
        (0, Some(id("calendar-01999")))
    );
    assert_eq!(counts.by_name()["CalendarPages::records_after"], 4);
}
