//! A series in the calendars of its people, and the work on what changes in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use callsheet_app::ports::Clock as _;
use callsheet_app::{
    ActivePolicy, CalendarContext, DecisionWriter, EventPage, Scheduler, SyncContext, SyncCounts,
};
use callsheet_domain::{
    Attendee, CalendarEvent, CalendarRecord, Decision, Operation, Overrides, PolicyRevision, plus,
};
use callsheet_testkit::{
    EvenJitter, ManualClock, MemoryRecall, MemoryState, With as _, a_calendar, a_policy_document,
    an_email, an_event, at, id, policy_of,
};
use jiff::SignedDuration;

use super::metered::{Metered, Used};
use crate::harness::drain_settings;

/// Platforms leave out most attendees of a meeting with more people than this.
pub(super) const MOST_LISTED: usize = 200;
/// The people that an event of such a meeting lists.
pub(super) const LISTED_OF_MORE: usize = 10;
/// The events of a page of a list.
pub(super) const PAGE: usize = 100;

/// A series of several instances in several calendars.
pub(super) struct Series {
    pub(super) copies: usize,
    pub(super) instances: usize,
    pub(super) recall: MemoryRecall<ManualClock>,
    pub(super) decisions: Metered,
    pub(super) state: MemoryState,
    pub(super) clock: ManualClock,
    pub(super) context: SyncContext,
}

impl Series {
    pub(super) fn new(copies: usize, instances: usize) -> Self {
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
    pub(super) fn event(&self, copy: usize, instance: usize) -> CalendarEvent {
        let event = id(format!("event-{copy:04}-{instance:04}"));
        let known = self.recall.event(&event);
        known.unwrap_or_else(|| self.first(copy, instance))
    }

    pub(super) fn first(&self, copy: usize, instance: usize) -> CalendarEvent {
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

    pub(super) fn instance(&self, instance: usize) -> Vec<CalendarEvent> {
        (0..self.copies)
            .map(|copy| self.event(copy, instance))
            .collect()
    }

    pub(super) fn all(&self) -> Vec<CalendarEvent> {
        (0..self.instances)
            .flat_map(|number| self.instance(number))
            .collect()
    }

    /// Syncs events page by page, as they were updated by now, and works until nothing is left.
    /// Gives what that used.
    pub(super) async fn work(&self, events: Vec<CalendarEvent>) -> Used {
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

    pub(super) async fn run_scheduler(&self) {
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

    pub(super) fn calls(&self) -> usize {
        let bots = [Operation::ScheduleBot, Operation::UnscheduleBot];
        bots.iter().map(|bot| self.recall.count(*bot)).sum()
    }
}
