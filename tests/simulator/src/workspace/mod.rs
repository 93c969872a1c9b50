//! State of the simulated workspace: calendars, their events, and the bots scheduled for these.
//!
//! It is pure: time is an argument and no method waits. A change that the service would report by
//! webhook leaves a [`Notification`], which the caller collects by
//! [`Workspace::take_notifications`].

mod bot;
mod calendar;
mod event;
mod lives;
mod notification;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use jiff::Timestamp;

pub(crate) use self::bot::{Bot, Rejection};
pub(crate) use self::calendar::{Calendar, NewCalendar, OAuth};
pub(crate) use self::event::Event;
pub(crate) use self::notification::Notification;
use crate::ids::{BotId, CalendarId, EventId};
use crate::life_plans::LifePlans;
use crate::options::{DispatchedStatus, Options};

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
    pub(crate) life_plans: LifePlans,
    pub(crate) bots_touch_events: bool,
    pub(crate) listed_days: u32,
    dispatch_lead: Duration,
    dispatched_status: DispatchedStatus,
}

impl Workspace {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            calendars: BTreeMap::new(),
            events: HashMap::new(),
            bots: BTreeMap::new(),
            order: BTreeSet::new(),
            by_key: HashMap::new(),
            random: fastrand::Rng::with_seed(options.seed),
            last_timestamp: Timestamp::UNIX_EPOCH,
            notifications: Vec::new(),
            life_plans: LifePlans::of_all(options.lives_pace),
            bots_touch_events: options.bots_touch_events,
            listed_days: options.listed_days,
            dispatch_lead: options.dispatch_lead,
            dispatched_status: options.dispatched_status,
        }
    }
}
