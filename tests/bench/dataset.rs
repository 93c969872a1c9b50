//! Many connected calendars with meetings in them, all looked at and at rest.

use std::collections::HashMap;
use std::time::Duration;

use callsheet_domain::{CalendarId, Timestamp, plus};
use callsheet_tests::{DecisionSummary, Stack};
use jiff::SignedDuration;
use recall_simulator::{CalendarView, EventDraft, EventId, EventView, Platform};

use crate::rig::{Done, Rig, progress};

/// What the simulator takes in one request.
const AT_A_TIME: usize = 500;
/// So few calendars are told of together.
const FEW: usize = 30;
/// How long getting ready may take.
const PATIENCE: Duration = Duration::from_mins(15);

/// Calendars and their meetings, as they are at Recall.
#[derive(Debug)]
pub(crate) struct Dataset {
    pub(crate) calendars: Vec<CalendarView>,
    /// When each meeting starts; all are external, have a link and are recorded.
    pub(crate) meetings: HashMap<EventId, Timestamp>,
    /// Which are whose, in the order of `calendars`.
    ids: Vec<Vec<EventId>>,
}

impl Dataset {
    /// Connects `calendars` with `each` meetings in them, and waits until all
    /// are decided and have their bots.
    pub(crate) async fn settled(rig: &Rig, calendars: usize, each: usize) -> Done<Self> {
        let dataset = Self::connected(rig, calendars, each).await?;
        dataset.comes_to_rest(rig).await?;
        Ok(dataset)
    }

    /// Connects calendars, and waits for nothing. Of a few it is told only
    /// once all is in them; of many as they come, since webhooks by the
    /// hundred at one instant are not what is measured.
    pub(crate) async fn connected(rig: &Rig, calendars: usize, each: usize) -> Done<Self> {
        let mut dataset = Self {
            calendars: Vec::new(),
            meetings: HashMap::new(),
            ids: Vec::new(),
        };
        progress(format!("{calendars} calendars with {each} meetings each"));
        let recall = &rig.stack.recall;
        if calendars <= FEW {
            recall.hold_webhooks().await?;
        }
        for number in 0..calendars {
            let address = format!("desk-{number}@acme.example");
            let platform = match number % 2 {
                0 => Platform::GoogleCalendar,
                _ => Platform::MicrosoftOutlook,
            };
            let calendar = recall.create_calendar(platform, Some(&address)).await?;
            let first = number * each;
            let drafts = (first..first + each).map(|index| meeting(&rig.stack, index));
            let drafts: Vec<_> = drafts.collect();
            let mut ids = Vec::new();
            for some in drafts.chunks(AT_A_TIME) {
                let created = recall.create_events(calendar.id, some.to_vec()).await?;
                ids.extend(created.iter().map(|event| event.id));
                dataset.take(&created);
            }
            dataset.calendars.push(calendar);
            dataset.ids.push(ids);
        }
        if calendars <= FEW {
            recall.wait_for_webhooks(Duration::from_secs(10)).await?;
            recall.release_webhooks(false).await?;
        }
        Ok(dataset)
    }

    /// The meetings of each calendar.
    pub(crate) fn of_calendars(&self) -> &[Vec<EventId>] {
        &self.ids
    }

    /// Notes how events are now.
    pub(crate) fn take(&mut self, events: &[EventView]) {
        let starts = events.iter().map(|event| (event.id, event.start_time));
        self.meetings.extend(starts);
    }

    /// Waits until nothing is left to do.
    pub(crate) async fn comes_to_rest(&self, rig: &Rig) -> Done<()> {
        let rests = async || {
            let rows = rig.stack.decision_summaries().await;
            let due = rows.values().filter(|row| row.is_due).count();
            let (wrong, queued) = (self.wrong(&rows), rig.stack.queued().await);
            progress(format!("{wrong} to be decided, {due} due, {queued} queued"));
            wrong + due == 0 && queued == 0
        };
        if rig.until(PATIENCE, rests).await {
            Ok(())
        } else {
            Err("the calendars did not come to rest".into())
        }
    }

    /// Waits until every meeting is decided as it is, bots or not.
    pub(crate) async fn is_decided(&self, rig: &Rig) -> Done<()> {
        let decided = async || {
            let wrong = self.wrong(&rig.stack.decision_summaries().await);
            progress(format!("{wrong} to be decided"));
            wrong == 0 && rig.stack.queued().await == 0
        };
        if rig.until(PATIENCE, decided).await {
            Ok(())
        } else {
            Err("not all meetings came to be decided".into())
        }
    }

    /// How many meetings are not decided as they are.
    pub(crate) fn wrong(&self, rows: &HashMap<String, DecisionSummary>) -> usize {
        let is_wrong = |(id, start): &(&EventId, &Timestamp)| {
            let row = rows.get(&id.to_string());
            let is_right = |row: &DecisionSummary| {
                row.is_recorded && row.starts_at == **start && row.wanted == Some(**start)
            };
            !row.is_some_and(is_right)
        };
        self.meetings.iter().filter(is_wrong).count()
    }

    /// Whether Recall holds exactly the bots that are wanted, one for each meeting.
    pub(crate) async fn agrees(&self, stack: &Stack) -> bool {
        let id = |calendar: &CalendarView| CalendarId::parse(calendar.id.to_string());
        let ids: Vec<_> = self
            .calendars
            .iter()
            .map(id)
            .collect::<Result<_, _>>()
            .expect("ids");
        let comparison = stack.compare(&ids).await;
        comparison.agrees() && comparison.bots == self.meetings.len()
    }
}

/// Meetings begin a minute after each other, from three hours on, each with a link of its own.
pub(crate) fn meeting(stack: &Stack, index: usize) -> EventDraft {
    let minutes = i64::try_from(index).expect("few meetings");
    let now = stack.now().as_second();
    let hour = Timestamp::from_second(now - now.rem_euclid(3_600)).expect("in range");
    let start = plus(hour, SignedDuration::from_mins(4 * 60 + minutes));
    EventDraft::new("Review", start, plus(start, SignedDuration::from_mins(30)))
        .meeting_url(format!("https://meet.example/{start}-{index}"))
        .organizer("colleague@acme.example")
        .attendee("buyer@globex.example")
}
