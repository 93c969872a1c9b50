//! How the work on a change grows: linear with what changed, whatever the age of a series and
//! the number of its people.
//!
//! A change is synced page by page, and the scheduler makes its calls and the owner checks
//! that follow, until nothing is left. Rows that are read and written are counted at the port
//! of decisions, and their bytes as their text has them.

mod workspace;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use callsheet_app::ports::{
    Clock as _, CopiesPage, DayPage, DayPosition, DecisionRows, Decisions, DueQuery, DueRows,
    FirstRows, MeetingDays, StartEntry, WriteOutcome,
};
use callsheet_app::{
    ActivePolicy, CalendarContext, DecisionWriter, EventPage, PortError, Scheduler, SyncContext,
    SyncCounts,
};
use callsheet_domain::{
    Attendee, BotId, CalendarEvent, CalendarId, CalendarRecord, Decision, DecisionKey,
    DeduplicationKey, EventId, IcalUid, ListedIds, Operation, Overrides, PolicyRevision,
    ResponseStatus, Timestamp, plus,
};
use callsheet_testkit::{
    EvenJitter, ManualClock, MemoryDecisions, MemoryRecall, MemoryState, With as _, a_calendar,
    a_policy_document, an_email, an_event, at, id, policy_of,
};
use jiff::SignedDuration;
use jiff::civil::Date;
use test_case::test_case;

use crate::harness::drain_settings;

/// Platforms leave out most attendees of a meeting with more people than this.
const MOST_LISTED: usize = 200;
/// The people that an event of such a meeting lists.
const LISTED_OF_MORE: usize = 10;
/// The events of a page of a list.
const PAGE: usize = 100;

/// What was read and written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Used {
    rows_read: usize,
    entries_read: usize,
    rows_written: usize,
    bytes: usize,
}

/// Decisions that count the rows that are read and written.
#[derive(Debug, Clone, Default)]
struct Metered {
    decisions: MemoryDecisions,
    used: Arc<Mutex<Used>>,
}

impl Metered {
    fn add(&self, change: impl FnOnce(&mut Used)) {
        change(&mut self.used.lock().expect("no test thread panicked"));
    }

    fn take(&self) -> Used {
        std::mem::take(&mut self.used.lock().expect("no test thread panicked"))
    }

    fn read(&self, rows: DecisionRows) -> DecisionRows {
        let bytes: usize = rows.decisions.iter().map(size_of_row).sum();
        self.add(|used| {
            used.rows_read += rows.decisions.len();
            used.bytes += bytes;
        });
        rows
    }

    fn entries(&self, count: usize) {
        self.add(|used| used.entries_read += count);
    }
}

fn size_of_row(row: &Decision) -> usize {
    format!("{row:?}").len()
}

impl MeetingDays for Metered {
    async fn page_of_day(
        &self,
        day: Date,
        _after: Option<&DayPosition>,
        _most: usize,
    ) -> Result<DayPage, PortError> {
        unreachable!("no sync and no call reads the meetings of {day}")
    }
}

impl Decisions for Metered {
    async fn decisions(&self, keys: &[DecisionKey]) -> Result<DecisionRows, PortError> {
        Ok(self.read(self.decisions.decisions(keys).await?))
    }

    async fn copies_page(
        &self,
        meeting: &IcalUid,
        _: Option<&EventId>,
    ) -> Result<CopiesPage, PortError> {
        unreachable!("no sync and no call reads the copies of {meeting}")
    }

    async fn copies_at(
        &self,
        meeting: &IcalUid,
        starts_at: Timestamp,
    ) -> Result<DecisionRows, PortError> {
        unreachable!("no sync and no call reads the copies of {meeting} at {starts_at}")
    }

    async fn of_event(&self, event: &EventId) -> Result<DecisionRows, PortError> {
        let rows = self.read(self.decisions.of_event(event).await?);
        self.entries(rows.decisions.len());
        Ok(rows)
    }

    async fn wanting(&self, key: &DeduplicationKey, most: usize) -> Result<FirstRows, PortError> {
        let first = self.decisions.wanting(key, most).await?;
        self.entries(first.rows.decisions.len());
        let rows = self.read(first.rows);
        Ok(FirstRows { rows, ..first })
    }

    async fn keys_wanting(&self, key: &DeduplicationKey) -> Result<Vec<DecisionKey>, PortError> {
        unreachable!("no sync and no call reads all rows that want the bot of {key}")
    }

    async fn keys_holding(&self, bot: &BotId, _: usize) -> Result<Vec<DecisionKey>, PortError> {
        unreachable!("no sync and no call reads the rows that hold {bot}")
    }

    async fn silent(&self, since: Timestamp, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        let keys = self.decisions.silent(since, most).await?;
        self.entries(keys.len());
        Ok(keys)
    }

    async fn to_check(&self, now: Timestamp, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        let keys = self.decisions.to_check(now, most).await?;
        self.entries(keys.len());
        Ok(keys)
    }

    async fn write(&self, decision: &Decision) -> Result<WriteOutcome, PortError> {
        self.add(|used| {
            used.rows_written += 1;
            used.bytes += size_of_row(decision);
        });
        self.decisions.write(decision).await
    }

    async fn discard(&self, key: &DecisionKey) -> Result<bool, PortError> {
        self.decisions.discard(key).await
    }

    async fn due(&self, query: &DueQuery) -> Result<DueRows, PortError> {
        self.decisions.due(query).await
    }

    async fn of_calendar(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> Result<Vec<DecisionKey>, PortError> {
        self.decisions.of_calendar(calendar, after).await
    }

    async fn starting(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<StartEntry>, PortError> {
        let keys = self.decisions.starting(calendar, from, until).await?;
        self.entries(keys.len());
        Ok(keys)
    }

    async fn unlisted(
        &self,
        from: Timestamp,
        until: Timestamp,
        listed: &ListedIds,
    ) -> Result<Vec<StartEntry>, PortError> {
        let all = ListedIds::default();
        let read = self.decisions.unlisted(from, until, &all).await?;
        self.entries(read.len());
        self.decisions.unlisted(from, until, listed).await
    }

    async fn next_start(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
    ) -> Result<Option<Timestamp>, PortError> {
        self.entries(1);
        self.decisions.next_start(calendar, from).await
    }
}

/// A series of several instances in several calendars.
struct Series {
    copies: usize,
    instances: usize,
    recall: MemoryRecall<ManualClock>,
    decisions: Metered,
    state: MemoryState,
    clock: ManualClock,
    context: SyncContext,
}

impl Series {
    fn new(copies: usize, instances: usize) -> Self {
        let document = a_policy_document().with(|document| {
            let name = ("bot_name".to_owned(), "{{ title }}".into());
            document.bot.extend([name]);
        });
        let policy = ActivePolicy {
            policy: Arc::new(policy_of(&document)),
            revision: PolicyRevision(1),
        };
        let clock = ManualClock::at(at("09:30"));
        let recall = MemoryRecall::new(clock.clone());
        let mut calendars = BTreeMap::new();
        for copy in 0..copies {
            let calendar = a_calendar().with(|calendar| {
                calendar.id = id(format!("calendar-{copy:04}"));
                calendar.email = Some(an_email(&format!("owner-{copy:04}@acme.example")));
            });
            recall.put_calendar(calendar.clone());
            let context = CalendarContext {
                record: CalendarRecord::first(calendar.clone(), at("09:30")),
                overrides: Overrides::default(),
            };
            calendars.insert(calendar.id, context);
        }
        Self {
            copies,
            instances,
            recall,
            decisions: Metered::default(),
            state: MemoryState::new(),
            clock,
            context: SyncContext { policy, calendars },
        }
    }

    /// An event as Recall has it, or as it is at first.
    fn event(&self, copy: usize, instance: usize) -> CalendarEvent {
        let event = id(format!("event-{copy:04}-{instance:04}"));
        let known = self.recall.event(&event);
        known.unwrap_or_else(|| self.first(copy, instance))
    }

    fn first(&self, copy: usize, instance: usize) -> CalendarEvent {
        an_event().with(|event| {
            event.id = id(format!("event-{copy:04}-{instance:04}"));
            event.calendar_id = id(format!("calendar-{copy:04}"));
            event.ical_uid = id("series");
            let ahead = i64::try_from(24 + instance).expect("few");
            event.starts_at = plus(at("10:00"), SignedDuration::from_hours(ahead));
            event.ends_at = plus(event.starts_at, SignedDuration::from_mins(30));
            event.facts.organizer = Some(an_email("owner-0001@acme.example"));
            let listed = &mut event.facts.attendees.listed;
            let template = listed.first().expect("somebody").clone();
            let people = if self.copies > MOST_LISTED {
                LISTED_OF_MORE
            } else {
                self.copies
            };
            listed.extend((0..people).map(|copy| Attendee {
                email: an_email(&format!("owner-{copy:04}@acme.example")),
                ..template.clone()
            }));
        })
    }

    fn instance(&self, instance: usize) -> Vec<CalendarEvent> {
        (0..self.copies)
            .map(|copy| self.event(copy, instance))
            .collect()
    }

    fn all(&self) -> Vec<CalendarEvent> {
        (0..self.instances)
            .flat_map(|number| self.instance(number))
            .collect()
    }

    /// Syncs events page by page, as they were updated by now, and works until nothing is left.
    /// Gives what that used.
    async fn work(&self, events: Vec<CalendarEvent>) -> Used {
        self.decisions.take();
        let updated_at = plus(self.clock.now(), SignedDuration::ZERO);
        let bots = self.recall.bots();
        let updated = events.into_iter().map(|event| {
            event.with(|event| {
                let has = bots.values().filter(|bot| bot.events.contains(&event.id));
                event.bots = has.map(|bot| bot.entry.clone()).collect();
                event.updated_at = updated_at;
            })
        });
        let updated: Vec<_> = updated.collect();
        for event in &updated {
            self.recall.put_event(event.clone());
        }
        let writer = DecisionWriter {
            decisions: &self.decisions,
            state: &self.state,
            clock: &self.clock,
        };
        for events in updated.chunks(PAGE) {
            let page = EventPage {
                events: events.to_vec(),
                unreadable: Vec::new(),
                asked_at: self.clock.now(),
            };
            let mut counts = SyncCounts::default();
            let written = writer.write_page(&self.context, page, &mut counts).await;
            written.expect("the table answers");
        }
        let is_open = |row: &Decision| row.is_due() || row.owner_check.is_some();
        while self.decisions.decisions.any(is_open) {
            self.run_scheduler().await;
            self.clock.advance(SignedDuration::from_mins(1));
        }
        self.decisions.take()
    }

    async fn run_scheduler(&self) {
        let scheduler = Scheduler {
            recall: self.recall.clone(),
            decisions: self.decisions.clone(),
            state: self.state.clone(),
            clock: self.clock.clone(),
            jitter: EvenJitter(0.0),
            settings: drain_settings(),
        };
        let until = plus(self.clock.now(), SignedDuration::from_mins(5));
        scheduler.run(until).await.expect("the tables answer");
    }

    fn calls(&self) -> usize {
        let bots = [Operation::ScheduleBot, Operation::UnscheduleBot];
        bots.iter().map(|bot| self.recall.count(*bot)).sum()
    }
}

/// The most that a change may use for each event that changed.
#[derive(Clone, Copy)]
struct Most {
    rows_read: usize,
    rows_written: usize,
    calls: usize,
}

impl Used {
    /// For each of so many events no more was used than `most`, of rows of a few kilobytes.
    fn assert_at_most(self, events: usize, most: Most) {
        assert!(
            self.rows_read <= most.rows_read * events,
            "{events}: {self:?}"
        );
        assert!(
            self.entries_read <= most.rows_read * events,
            "{events}: {self:?}"
        );
        assert!(
            self.rows_written <= most.rows_written * events,
            "{events}: {self:?}"
        );
        let rows = self.rows_read + self.rows_written;
        assert!(
            self.bytes <= 3_500 * rows,
            "{events}: {self:?} of {rows} rows"
        );
    }
}

/// What changes in a series.
type Change = fn(&Series) -> Vec<CalendarEvent>;

fn one_attendee_answers(series: &Series) -> Vec<CalendarEvent> {
    let event = series.event(series.copies - 1, 0);
    vec![event.with(|event| event.facts.own_response = Some(ResponseStatus::Declined))]
}

fn one_instance_moves(series: &Series) -> Vec<CalendarEvent> {
    let moved = series.instance(0).into_iter().map(|event| {
        event.with(|event| {
            event.starts_at = plus(event.starts_at, SignedDuration::from_mins(5));
            event.ends_at = plus(event.ends_at, SignedDuration::from_mins(5));
        })
    });
    moved.collect()
}

fn the_title_changes(series: &Series) -> Vec<CalendarEvent> {
    let edited = series.all().into_iter();
    let edited =
        edited.map(|event| event.with(|event| event.facts.title = Some("edited".to_owned())));
    edited.collect()
}

/// The next owner is called twice: time stands still here, so the check that follows cannot
/// tell that the first call came after the leaving one.
fn the_owner_leaves(series: &Series) -> Vec<CalendarEvent> {
    let event = series.event(1, 0);
    vec![event.with(|event| event.facts.own_response = Some(ResponseStatus::Declined))]
}

#[test_case(one_attendee_answers, Most { rows_read: 8, rows_written: 3, calls: 1 }; "one attendee answers")]
#[test_case(the_owner_leaves, Most { rows_read: 20, rows_written: 9, calls: 3 }; "the owner leaves")]
#[test_case(one_instance_moves, Most { rows_read: 8, rows_written: 3, calls: 1 }; "one instance moves for all")]
#[test_case(the_title_changes, Most { rows_read: 7, rows_written: 3, calls: 1 }; "a series is edited")]
#[tokio::test]
async fn the_work_on_a_change_is_linear_in_the_events_that_changed(change: Change, most: Most) {
    for copies in [10, 20, 40, 80] {
        let series = Series::new(copies, 4);
        series.work(series.all()).await;
        let calls = series.calls();
        let events = change(&series);
        let changed = events.len();
        let used = series.work(events).await;
        let calls = series.calls() - calls;
        used.assert_at_most(changed, most);
        assert!(calls <= most.calls * changed, "{copies}: {calls} calls");
    }
}

/// The owner's call reconfigures the bot for all copies.
#[tokio::test]
async fn a_new_title_of_a_series_costs_one_call_for_each_instance() {
    for copies in [5, 10, 20, 40] {
        let series = Series::new(copies, 4);
        series.work(series.all()).await;
        let calls = series.calls();
        series.work(the_title_changes(&series)).await;
        assert_eq!(series.calls() - calls, 4, "{copies} copies");
    }
}

/// Neither the instances that a series has, nor those that it had.
#[tokio::test]
async fn the_work_on_an_instance_does_not_grow_with_the_series() {
    let mut before = None;
    for instances in [2, 4, 8, 16] {
        let series = Series::new(5, instances);
        series.work(series.all()).await;
        let used = series.work(one_instance_moves(&series)).await;
        assert_eq!(*before.get_or_insert(used), used, "{instances} instances");
    }
}

#[tokio::test]
async fn the_work_on_a_meeting_that_is_first_seen_is_linear_in_its_people() {
    for copies in [25, 50, 100, 200] {
        let series = Series::new(copies, 1);
        let used = series.work(series.all()).await;
        assert!(used.entries_read <= 5 * copies, "{copies}: {used:?}");
        used.assert_at_most(
            copies,
            Most {
                rows_read: 7,
                rows_written: 3,
                calls: 1,
            },
        );
        assert_eq!(series.calls(), copies, "one claim for each copy");
    }
}

/// The largest has the constants of the smallest, first seen and moved.
#[test_case(100)]
#[test_case(500)]
#[test_case(2_000)]
#[test_case(5_000)]
#[tokio::test]
async fn an_all_hands_costs_the_same_for_each_of_its_people(copies: usize) {
    let series = Series::new(copies, 1);
    for events in [series.all(), one_instance_moves(&series)] {
        let calls = series.calls();
        let used = series.work(events).await;
        // One more for the bot that all of them share.
        used.assert_at_most(
            copies + 1,
            Most {
                rows_read: 8,
                rows_written: 3,
                calls: 1,
            },
        );
        assert_eq!(series.calls() - calls, copies, "one claim for each copy");
    }
}

/// An event that did not change costs its own row.
#[tokio::test]
async fn an_unchanged_page_reads_the_rows_of_its_events_and_no_other() {
    let series = Series::new(20, 4);
    series.work(series.all()).await;
    let rows = series.decisions.decisions.all().into_iter();
    let updated: BTreeMap<_, _> = rows
        .map(|row| (row.key.event_id, row.inputs.event))
        .collect();
    let bots = series.recall.bots();
    let page = series.all().into_iter();
    let page: Vec<_> = page
        .map(|event| {
            event.with(|event| {
                let bots = bots.values().filter(|bot| bot.events.contains(&event.id));
                event.bots = bots.map(|bot| bot.entry.clone()).collect();
                event.updated_at = updated[&event.id];
            })
        })
        .collect();
    let writer = DecisionWriter {
        decisions: &series.decisions,
        state: &series.state,
        clock: &series.clock,
    };
    let page = EventPage {
        asked_at: series.clock.now(),
        unreadable: Vec::new(),
        events: page,
    };
    series.decisions.take();
    let mut counts = SyncCounts::default();
    let written = writer.write_page(&series.context, page, &mut counts).await;
    written.expect("the table answers");
    let used = series.decisions.take();
    assert_eq!(
        (used.rows_read, used.entries_read, used.rows_written),
        (80, 0, 0)
    );
}
