//! The world that the service looks at: calendars, the events in them, the bots held for these.
//!
//! Pure state: the time is handed in, nothing waits, and what must be announced is left in
//! [`World::take_announcements`] for whoever sends webhooks.

mod bot;
mod calendar;
mod event;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use jiff::Timestamp;

pub(crate) use self::bot::{Bot, Refusal};
pub(crate) use self::calendar::{Calendar, NewCalendar, OAuth};
pub(crate) use self::event::Event;
use crate::clock::whole_microseconds;
use crate::ids::{BotId, CalendarId, EventId};

/// Something that the service tells by webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Announcement {
    /// Events of a calendar changed, the first of them then.
    Events(CalendarId, Timestamp),
    /// A calendar itself changed.
    Calendar(CalendarId),
}

/// There is no such thing in this world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotThere(pub(crate) &'static str);

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) calendars: BTreeMap<CalendarId, Calendar>,
    pub(crate) events: HashMap<EventId, Event>,
    pub(crate) bots: BTreeMap<BotId, Bot>,
    /// Events as they are listed: by start, then by id.
    pub(crate) order: BTreeSet<(Timestamp, EventId)>,
    /// The bot that each deduplication key now names.
    by_key: HashMap<String, BotId>,
    random: fastrand::Rng,
    last_stamp: Timestamp,
    announcements: Vec<Announcement>,
    pub(crate) bots_touch_events: bool,
    dispatch_lead: Duration,
}

impl World {
    pub(crate) fn new(seed: u64, bots_touch_events: bool, dispatch_lead: Duration) -> Self {
        Self {
            calendars: BTreeMap::new(),
            events: HashMap::new(),
            bots: BTreeMap::new(),
            order: BTreeSet::new(),
            by_key: HashMap::new(),
            random: fastrand::Rng::with_seed(seed),
            last_stamp: Timestamp::UNIX_EPOCH,
            announcements: Vec::new(),
            bots_touch_events,
            dispatch_lead,
        }
    }

    /// A time for `updated_at`: now, and later than any given out before.
    fn stamp(&mut self, now: Timestamp) -> Timestamp {
        let next = Timestamp::from_microsecond(self.last_stamp.as_microsecond() + 1)
            .unwrap_or(Timestamp::MAX);
        self.last_stamp = whole_microseconds(now).max(next);
        self.last_stamp
    }

    /// What happened since this was last asked.
    pub(crate) fn take_announcements(&mut self) -> Vec<Announcement> {
        std::mem::take(&mut self.announcements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_changes_share_a_time() {
        let mut world = World::new(1, false, Duration::ZERO);
        let now: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        let (first, second) = (world.stamp(now), world.stamp(now));
        let earlier = world.stamp("2029-01-01T00:00:00Z".parse().unwrap());
        assert!(first < second && second < earlier);
    }
}
