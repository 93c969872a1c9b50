//! Dataset of a benchmark: connected calendars with external meetings, all of which are recorded.

use std::time::Duration;

use callsheet_app::ports::Decisions as _;
use callsheet_domain::{CalendarId, Timestamp, plus};
use callsheet_tests::Stack;
use jiff::SignedDuration;
use recall_simulator::{CalendarView, EventDraft, EventId, EventView, Platform};

use crate::result::BenchResult;
use crate::snapshot::{Meetings, Snapshot};
use crate::testbed::{Testbed, progress};
use crate::wait;

/// Number of events that one request creates.
const BATCH_SIZE: usize = 500;
/// Greatest number of calendars whose webhooks are held until all events are created.
const MAX_HELD_CALENDARS: usize = 30;
/// Calendars that are connected before their webhooks are waited for. More webhooks at once keep the
/// local cloud from answering, and Recall sends those again minutes later: in what is measured.
const CALENDARS_AT_ONCE: usize = 10;
/// Timeout of these webhooks.
const WEBHOOKS_TIMEOUT: Duration = Duration::from_mins(1);
/// Timeout of the preparation.
const TIMEOUT: Duration = Duration::from_mins(15);

/// Calendars and their meetings, as they are at Recall.
#[derive(Debug)]
pub(crate) struct Dataset {
    pub(crate) calendars: Vec<CalendarView>,
    pub(crate) meetings: Meetings,
    /// Events of each calendar, in the order of `calendars`.
    events: Vec<Vec<EventId>>,
}

impl Dataset {
    /// Connects calendars with `meetings` meetings each, without waiting for their decisions.
    ///
    /// The webhooks of few calendars are held until all events are created. Those of many are sent
    /// as the calendars are connected, some calendars at a time.
    pub(crate) async fn connect(
        testbed: &Testbed,
        calendars: usize,
        meetings: usize,
    ) -> BenchResult<Self> {
        let draft = |index| meeting(&testbed.stack, index);
        Self::of(testbed, calendars, meetings, draft).await
    }

    /// Connects calendars like [`Self::connect`], with the meetings that `draft` makes of their
    /// indexes.
    pub(crate) async fn of(
        testbed: &Testbed,
        calendars: usize,
        meetings: usize,
        draft: impl Fn(usize) -> EventDraft,
    ) -> BenchResult<Self> {
        progress(format!(
            "{calendars} calendars with {meetings} meetings each"
        ));
        let recall = &testbed.stack.recall;
        let is_held = calendars <= MAX_HELD_CALENDARS;
        if is_held {
            recall.hold_webhooks().await?;
        }
        let mut dataset = Self::empty();
        for number in 0..calendars {
            let first = number * meetings;
            let drafts: Vec<_> = (first..first + meetings).map(&draft).collect();
            let batches = drafts.chunks(BATCH_SIZE);
            dataset.connect_calendar(testbed, number, batches).await?;
            if !is_held && (number + 1) % CALENDARS_AT_ONCE == 0 {
                recall.wait_for_webhooks(WEBHOOKS_TIMEOUT).await?;
            }
        }
        if is_held {
            recall.wait_for_webhooks(Duration::from_secs(10)).await?;
            recall.release_webhooks(false).await?;
        }
        Ok(dataset)
    }

    /// Connects calendars like [`Self::connect`], and waits until every meeting has its bot.
    pub(crate) async fn connect_and_settle(
        testbed: &Testbed,
        calendars: usize,
        meetings: usize,
    ) -> BenchResult<Self> {
        let dataset = Self::connect(testbed, calendars, meetings).await?;
        let is_settled = async || dataset.is_settled(testbed).await;
        wait::require("all meetings have their bots", TIMEOUT, is_settled).await?;
        Ok(dataset)
    }

    /// No calendars.
    pub(crate) fn empty() -> Self {
        Self {
            calendars: Vec::new(),
            meetings: Meetings::new(),
            events: Vec::new(),
        }
    }

    /// Connects a calendar, and creates its events, with one request for each of `batches`.
    pub(crate) async fn connect_calendar(
        &mut self,
        testbed: &Testbed,
        number: usize,
        batches: impl Iterator<Item = &[EventDraft]>,
    ) -> BenchResult<()> {
        let recall = &testbed.stack.recall;
        let email = format!("desk-{number}@acme.example");
        let platform = match number % 2 {
            0 => Platform::GoogleCalendar,
            _ => Platform::MicrosoftOutlook,
        };
        let calendar = recall.create_calendar(platform, Some(&email)).await?;
        let mut events = Vec::new();
        for batch in batches {
            let created = recall.create_events(calendar.id, batch.to_vec()).await?;
            events.extend(created.iter().map(|event| event.id));
            self.update(&created);
        }
        self.calendars.push(calendar);
        self.events.push(events);
        Ok(())
    }

    /// Events of each calendar.
    pub(crate) fn events_by_calendar(&self) -> &[Vec<EventId>] {
        &self.events
    }

    /// Wakes the scheduler through the table's stream: writes a due row again, unchanged.
    ///
    /// A conflict serves as well: another writer has changed the row then.
    pub(crate) async fn wake_scheduler(&self, testbed: &Testbed) -> BenchResult<()> {
        let event = self.events.iter().flatten().next().ok_or("no meeting")?;
        let id = callsheet_domain::EventId::parse(event.to_string())?;
        let row = testbed
            .stack
            .decisions
            .of_event(&id)
            .await?
            .decisions
            .pop()
            .ok_or("no row")?;
        testbed.stack.decisions.write(&row).await?;
        Ok(())
    }

    /// Updates the start times of changed events.
    pub(crate) fn update(&mut self, events: &[EventView]) {
        let starts = events.iter().map(|event| (event.id, event.start_time));
        self.meetings.extend(starts);
    }

    /// Whether every decision is right and applied, and the sync queue is empty.
    async fn is_settled(&self, testbed: &Testbed) -> BenchResult<bool> {
        let snapshot = Snapshot::read(testbed).await;
        let (wrong, due) = (snapshot.wrong(&self.meetings), snapshot.due());
        let queued = testbed.stack.queued().await;
        progress(format!("{wrong} to be decided, {due} due, {queued} queued"));
        Ok(wrong + due == 0 && queued == 0)
    }

    /// Waits until every meeting has the right decision, applied or not, and no webhook is still to
    /// be delivered.
    pub(crate) async fn wait_for_decisions(&self, testbed: &Testbed) -> BenchResult<()> {
        let is_decided = async || {
            let wrong = self.wrong(testbed).await;
            progress(format!("{wrong} to be decided"));
            let recall = &testbed.stack.recall;
            let are_delivered = recall.wait_for_webhooks(Duration::from_secs(1)).await?;
            Ok(wrong == 0 && are_delivered && testbed.stack.queued().await == 0)
        };
        wait::require("all meetings are decided", TIMEOUT, is_decided).await
    }

    /// Number of meetings without the right decision.
    pub(crate) async fn wrong(&self, testbed: &Testbed) -> usize {
        Snapshot::read(testbed).await.wrong(&self.meetings)
    }

    /// Whether Recall has exactly the bots that decisions want, one for each meeting.
    pub(crate) async fn has_its_bots(&self, stack: &Stack) -> bool {
        let id = |calendar: &CalendarView| {
            CalendarId::parse(calendar.id.to_string()).expect("a UUID is a calendar id")
        };
        let calendars: Vec<_> = self.calendars.iter().map(id).collect();
        let comparison = stack.compare(&calendars).await;
        comparison.agrees() && comparison.bots == self.meetings.len()
    }
}

/// Meeting with a link of its own. Meetings start one minute after another, from the fourth full
/// hour from now on.
pub(crate) fn meeting(stack: &Stack, index: usize) -> EventDraft {
    let minutes = i64::try_from(index).expect("an index of a meeting fits");
    let now = stack.now().as_second();
    let hour = Timestamp::from_second(now - now.rem_euclid(3_600)).expect("this hour is in range");
    let start = plus(hour, SignedDuration::from_mins(4 * 60 + minutes));
    EventDraft::new("Review", start, plus(start, SignedDuration::from_mins(30)))
        .meeting_url(format!("https://meet.example/{start}-{index}"))
        .organizer("colleague@acme.example")
        .attendee("buyer@globex.example")
}
