//! State of the simulated workspace: calendars, their events, and the bots scheduled for these.
//!
//! It is pure: time is an argument and no method waits. A change that the service would report by
//! webhook leaves a [`Notification`], which the caller collects by
//! [`Workspace::take_notifications`].

mod bot;
mod calendar;
mod event;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use jiff::Timestamp;

pub(crate) use self::bot::{Bot, Rejection};
pub(crate) use self::calendar::{Calendar, NewCalendar, OAuth};
pub(crate) use self::event::Event;
use crate::clock::whole_microseconds;
use crate::ids::{BotId, CalendarId, EventId};

/// Change that the service reports by webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notification {
    /// Events of a calendar changed, the earliest of them at this time.
    EventsChanged(CalendarId, Timestamp),
    /// The calendar itself changed.
    CalendarUpdated(CalendarId),
}

/// The workspace has no such object; the field is its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotFound(pub(crate) &'static str);

/// Calendars, events and bots of one workspace.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) calendars: BTreeMap<CalendarId, Calendar>,
    pub(crate) events: HashMap<EventId, Event>,
    pub(crate) bots: BTreeMap<BotId, Bot>,
    /// Events in the order of a list: by start, then by id.
    pub(crate) order: BTreeSet<(Timestamp, EventId)>,
    /// Current bot of each deduplication key.
    by_key: HashMap<String, BotId>,
    random: fastrand::Rng,
    last_timestamp: Timestamp,
    notifications: Vec<Notification>,
    pub(crate) bots_touch_events: bool,
    dispatch_lead: Duration,
}

impl Workspace {
    pub(crate) fn new(seed: u64, bots_touch_events: bool, dispatch_lead: Duration) -> Self {
        Self {
            calendars: BTreeMap::new(),
            events: HashMap::new(),
            bots: BTreeMap::new(),
            order: BTreeSet::new(),
            by_key: HashMap::new(),
            random: fastrand::Rng::with_seed(seed),
            last_timestamp: Timestamp::UNIX_EPOCH,
            notifications: Vec::new(),
            bots_touch_events,
            dispatch_lead,
        }
    }

    /// A time for `updated_at`: now, but later than every earlier one.
    fn next_timestamp(&mut self, now: Timestamp) -> Timestamp {
        let next = Timestamp::from_microsecond(self.last_timestamp.as_microsecond() + 1)
            .unwrap_or(Timestamp::MAX);
        self.last_timestamp = whole_microseconds(now).max(next);
        self.last_timestamp
    }

    /// Removes and returns the notifications since the last call.
    pub(crate) fn take_notifications(&mut self) -> Vec<Notification> {
        std::mem::take(&mut self.notifications)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_gets_a_later_timestamp() {
        let mut workspace = Workspace::new(1, false, Duration::ZERO);
        let now: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        let (first, second) = (workspace.next_timestamp(now), workspace.next_timestamp(now));
        let earlier = workspace.next_timestamp("2029-01-01T00:00:00Z".parse().unwrap());
        assert!(first < second && second < earlier);
    }
}
