//! The workspace at Recall: its calendars, and which of their events are listed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use callsheet_app::ports::{BotReply, EventQuery, LeaveReply, ScheduleRequest};
use callsheet_domain::{
    BotEntry, BotId, Calendar, CalendarEvent, CalendarStatus, PageCursor, Platform, Timestamp, plus,
};
use jiff::SignedDuration;

use crate::bots::{Bots, SimBot};
use crate::company::{CalendarNumber, Company, EventNumber, MeetingNumber, calendar_id, number_in};

/// Items of a page of a list.
const PAGE: usize = 100;
/// How far ahead Recall lists events.
const LISTED_AHEAD: SignedDuration = SignedDuration::from_hours(28 * 24);
/// How far back the events of a new calendar begin.
const LISTED_BACK: SignedDuration = SignedDuration::from_hours(24);
/// If more events have changed, a list of changes goes through all events by their start.
const MANY_CHANGES: usize = 4_000;
/// Seconds of a slot of starts.
const SLOT: i64 = 300;

/// A place in a list of events: a start and an event.
pub(crate) type Place = (Timestamp, EventNumber);

/// The workspace.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The meetings of the company.
    pub(crate) company: Company,
    /// When each calendar was connected, of those that are.
    connected: BTreeMap<CalendarNumber, Timestamp>,
    of_calendar: HashMap<CalendarNumber, BTreeSet<Place>>,
    by_start: BTreeSet<Place>,
    /// The events that start in each slot, and where each event is in its own.
    by_slot: HashMap<i64, Vec<EventNumber>>,
    in_slot: Vec<usize>,
    by_change: BTreeSet<Place>,
    /// The events of calendars, connected or not.
    planned: HashMap<CalendarNumber, Vec<EventNumber>>,
    bots: Bots,
}

impl Workspace {
    pub(crate) fn new(company: Company) -> Self {
        Self {
            company,
            connected: BTreeMap::new(),
            of_calendar: HashMap::new(),
            by_start: BTreeSet::new(),
            by_slot: HashMap::new(),
            in_slot: Vec::new(),
            by_change: BTreeSet::new(),
            planned: HashMap::new(),
            bots: Bots::default(),
        }
    }

    /// Whether a calendar is connected.
    pub(crate) fn is_connected(&self, calendar: CalendarNumber) -> bool {
        self.connected.contains_key(&calendar)
    }

    /// Connects a calendar, whose events change by that. Those of more than a day before are not
    /// among them.
    pub(crate) fn connect(&mut self, calendar: CalendarNumber, now: Timestamp) -> Vec<EventNumber> {
        self.connected.insert(calendar, now);
        let from = plus(now, -LISTED_BACK);
        let mut events = self.planned.get(&calendar).cloned().unwrap_or_default();
        events.retain(|event| self.company.meeting_of(*event).starts_at >= from);
        for event in &events {
            self.company.events[*event as usize].updated_at = now;
            self.list(*event);
        }
        events
    }

    /// Adds an event that was planned.
    pub(crate) fn add(&mut self, event: EventNumber) {
        let calendar = self.company.events[event as usize].calendar;
        self.planned.entry(calendar).or_default().push(event);
        if self.is_connected(calendar) {
            self.list(event);
        }
    }

    fn list(&mut self, event: EventNumber) {
        let starts_at = self.company.meeting_of(event).starts_at;
        let of = self.company.events[event as usize];
        self.by_start.insert((starts_at, event));
        self.by_change.insert((of.updated_at, event));
        let of_calendar = self.of_calendar.entry(of.calendar).or_default();
        of_calendar.insert((starts_at, event));
        let slot = self.by_slot.entry(slot_of(starts_at)).or_default();
        let index = event as usize;
        if self.in_slot.len() <= index {
            self.in_slot.resize(self.company.events.len(), 0);
        }
        self.in_slot[index] = slot.len();
        slot.push(event);
    }

    fn unlist(&mut self, event: EventNumber) {
        let starts_at = self.company.meeting_of(event).starts_at;
        let of = self.company.events[event as usize];
        self.by_start.remove(&(starts_at, event));
        self.by_change.remove(&(of.updated_at, event));
        if let Some(events) = self.of_calendar.get_mut(&of.calendar) {
            events.remove(&(starts_at, event));
        }
        let index = self.in_slot[event as usize];
        if let Some(slot) = self.by_slot.get_mut(&slot_of(starts_at)) {
            slot.swap_remove(index);
            if let Some(moved) = slot.get(index) {
                self.in_slot[*moved as usize] = index;
            }
        }
    }

    /// Changes a meeting in all connected calendars. Gives the events that changed.
    pub(crate) fn change(
        &mut self,
        meeting: MeetingNumber,
        now: Timestamp,
        change: impl FnOnce(&mut crate::company::SimMeeting),
    ) -> Vec<EventNumber> {
        let events = self.company.meetings[meeting as usize].events.clone();
        let is_listed = |event: &&EventNumber| {
            self.is_connected(self.company.events[**event as usize].calendar)
        };
        let listed: Vec<_> = events.iter().filter(is_listed).copied().collect();
        for event in &listed {
            self.unlist(*event);
        }
        let meeting = &mut self.company.meetings[meeting as usize];
        change(meeting);
        let is_deleted = meeting.is_deleted;
        for event in &events {
            self.company.events[*event as usize].updated_at = now;
            if is_deleted {
                self.bots.release(*event);
            }
        }
        for event in &listed {
            self.list(*event);
        }
        listed
    }

    /// The events that start in a span of time, by start.
    pub(crate) fn starting(&self, from: Timestamp, until: Timestamp) -> Vec<EventNumber> {
        let places = self.places(from, until).into_iter();
        places.map(|(_, event)| event).collect()
    }

    /// The events that start in a span of time, by start, with their starts.
    pub(crate) fn places(&self, from: Timestamp, until: Timestamp) -> Vec<Place> {
        let places = self.by_start.range((from, 0)..(until, 0));
        places.copied().collect()
    }

    /// A random event of those that start within five minutes from an instant on.
    pub(crate) fn one_starting(
        &self,
        from: Timestamp,
        random: &mut fastrand::Rng,
    ) -> Option<EventNumber> {
        let next = plus(from, SignedDuration::from_secs(SLOT - 1));
        let starting = self.by_slot.get(&slot_of(next))?;
        (!starting.is_empty()).then(|| starting[random.usize(0..starting.len())])
    }

    /// Whether a bot stands at the start of a meeting, for whichever of its events.
    pub(crate) fn has_bot_at_start(&self, meeting: MeetingNumber) -> bool {
        let meeting = &self.company.meetings[meeting as usize];
        let mut bots = meeting.events.iter().filter_map(|event| self.bot(*event));
        bots.any(|bot| bot.starts_at == meeting.starts_at)
    }

    /// The bot of an event.
    pub(crate) fn bot(&self, event: EventNumber) -> Option<&SimBot> {
        self.bots.of(event)
    }

    /// The event as Recall gives it.
    pub(crate) fn event(&self, event: EventNumber) -> Option<CalendarEvent> {
        let known = self.company.events.get(event as usize)?;
        self.is_connected(known.calendar).then(|| {
            let mut listed = self.company.calendar_event(event);
            listed.bots = self.bots.entries(event);
            listed
        })
    }

    /// A page of a list of events.
    pub(crate) fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
        now: Timestamp,
    ) -> (Vec<CalendarEvent>, Option<PageCursor>) {
        let after = cursor.and_then(place_of);
        let until = plus(now, LISTED_AHEAD);
        let calendar = query.calendar_id.as_ref();
        let calendar = calendar.and_then(|id| number_in(id.as_str()));
        let is_selected = |place: &Place| {
            let of = self.company.events[place.1 as usize];
            place.0 < until
                && calendar.is_none_or(|calendar| of.calendar == calendar)
                && query
                    .updated_since
                    .is_none_or(|since| of.updated_at >= since)
                && query.starts_from.is_none_or(|from| place.0 >= from)
                && query.starts_until.is_none_or(|until| place.0 <= until)
        };
        let mut selected: Vec<Place> = match (calendar, query.updated_since) {
            (None, Some(since)) if !self.are_many_changed(since) => {
                let mut places: Vec<_> = self
                    .by_change
                    .range((since, 0)..)
                    .map(|(_, event)| (self.company.meeting_of(*event).starts_at, *event))
                    .filter(|place| after.is_none_or(|after| *place > after))
                    .filter(is_selected)
                    .collect();
                let first = PAGE.min(places.len());
                if places.len() > PAGE + 1 {
                    places.select_nth_unstable(first);
                    places.truncate(first + 1);
                }
                places.sort_unstable();
                places
            }
            (Some(calendar), _) => {
                let places = self.of_calendar.get(&calendar).into_iter().flatten();
                let rest = places.filter(|place| after.is_none_or(|after| **place > after));
                rest.copied().filter(is_selected).take(PAGE + 1).collect()
            }
            (None, _) => {
                let from = query
                    .starts_from
                    .map_or(Bound::Unbounded, |from| Bound::Included((from, 0)));
                let from = after.map_or(from, Bound::Excluded);
                let until = query.starts_until.unwrap_or(until).min(until);
                let places = self.by_start.range((from, Bound::Unbounded));
                let places = places.take_while(|place| place.0 <= until);
                places.copied().filter(is_selected).take(PAGE + 1).collect()
            }
        };
        let has_more = selected.len() > PAGE;
        selected.truncate(PAGE);
        let next = selected.last().filter(|_| has_more).map(cursor_at);
        let events = selected.iter().filter_map(|(_, event)| self.event(*event));
        (events.collect(), next)
    }

    fn are_many_changed(&self, since: Timestamp) -> bool {
        let changed = self.by_change.range((since, 0)..);
        changed.take(MANY_CHANGES).count() == MANY_CHANGES
    }

    fn as_calendar(&self, calendar: CalendarNumber, connected_at: Timestamp) -> Calendar {
        Calendar {
            id: calendar_id(calendar),
            platform: Platform::Google,
            status: CalendarStatus::Connected,
            email: Some(self.company.owner(calendar)),
            disconnect_reason: None,
            metadata: callsheet_domain::CalendarMetadata::default(),
            created_at: Some(connected_at),
            updated_at: connected_at,
        }
    }

    /// A calendar as Recall gives it.
    pub(crate) fn calendar(&self, calendar: CalendarNumber) -> Option<Calendar> {
        let connected_at = self.connected.get(&calendar)?;
        Some(self.as_calendar(calendar, *connected_at))
    }

    /// A page of the list of calendars.
    pub(crate) fn calendars(
        &self,
        created_since: Option<Timestamp>,
        cursor: Option<&PageCursor>,
    ) -> (Vec<Calendar>, Option<PageCursor>) {
        let from: CalendarNumber = cursor.map_or(0, |cursor| cursor.0.parse().expect("a cursor"));
        let rest = self.connected.range(from..);
        let mut rest = rest.filter(|(_, at)| created_since.is_none_or(|since| **at >= since));
        let page = rest.by_ref().take(PAGE);
        let page: Vec<_> = page.map(|(id, at)| self.as_calendar(*id, *at)).collect();
        let next = rest.next().map(|(id, _)| PageCursor(id.to_string()));
        (page, next)
    }

    /// Schedules a bot for an event.
    pub(crate) fn schedule(
        &mut self,
        event: EventNumber,
        request: &ScheduleRequest<'_>,
        now: Timestamp,
    ) -> BotReply {
        let meeting = self.company.meeting_of(event);
        let (starts_at, ends_at) = (meeting.starts_at, meeting.ends_at);
        if meeting.is_deleted || ends_at <= now {
            return BotReply::Refused("the event is deleted, or over".to_owned());
        }
        let key = &request.bot.deduplication_key;
        self.bots.schedule(event, key, (starts_at, ends_at))
    }

    /// Unschedules the bot of an event.
    pub(crate) fn unschedule(&mut self, event: EventNumber, now: Timestamp) -> BotReply {
        self.bots.unschedule(event, now)
    }

    /// The bots that are listed with an event.
    pub(crate) fn bots_of(&self, event: EventNumber) -> Vec<BotEntry> {
        self.bots.entries(event)
    }

    /// Removes a bot from its call.
    pub(crate) fn leave(&mut self, id: &BotId, now: Timestamp) -> LeaveReply {
        self.bots.leave(id, now)
    }

    /// The bots that stand for a meeting, whose events may have several by mistake.
    pub(crate) fn bots_of_meeting(&self, meeting: MeetingNumber) -> usize {
        let meeting = &self.company.meetings[meeting as usize];
        self.bots.count_of(&meeting.events)
    }
}

fn slot_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(SLOT)
}

fn cursor_at(place: &Place) -> PageCursor {
    PageCursor(format!("{} {}", place.0.as_microsecond(), place.1))
}

fn place_of(cursor: &PageCursor) -> Option<Place> {
    let (at, event) = cursor.0.split_once(' ')?;
    let at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
    Some((at, event.parse().ok()?))
}
