//! A company's meetings: who meets whom, when, and whether that is recorded.
//!
//! A workday has the same number of events for each calendar, in the hours of work. Of the
//! meetings some are with other companies, which are recorded. Some are among colleagues, so
//! that there are copies of them in several calendars.

use std::collections::BTreeSet;

use callsheet_domain::{
    Attendee, Attendees, CalendarEvent, CalendarId, Email, EventId, Facts, IcalUid, Meeting,
    Platform, ResponseStatus, Timestamp, plus,
};
use jiff::SignedDuration;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

/// Number of a calendar.
pub(crate) type CalendarNumber = u32;
/// Number of a meeting.
pub(crate) type MeetingNumber = u32;
/// Number of an event: a meeting in one calendar.
pub(crate) type EventNumber = u32;

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// First hour of work, in UTC.
const FIRST_HOUR: i64 = 8;
/// Hours of work a day.
const HOURS: i64 = 10;
/// The most attendees that are written out; the others are only counted.
const MOST_LISTED: usize = 20;

/// Who takes part in a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// With another company: recorded.
    External,
    /// Among colleagues: recorded by the second policy if it is a review.
    Internal {
        /// Whether its title says so.
        is_review: bool,
    },
    /// Of everybody: recorded.
    AllHands,
}

/// A meeting.
#[derive(Debug, Clone)]
pub(crate) struct SimMeeting {
    /// Who takes part.
    pub(crate) kind: Kind,
    /// When it starts.
    pub(crate) starts_at: Timestamp,
    /// When it ends.
    pub(crate) ends_at: Timestamp,
    /// Counts the changes of its title.
    pub(crate) title: u32,
    /// It was cancelled.
    pub(crate) is_deleted: bool,
    /// Its events.
    pub(crate) events: Vec<EventNumber>,
}

/// A meeting in one calendar.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SimEvent {
    /// The meeting.
    pub(crate) meeting: MeetingNumber,
    /// The calendar.
    pub(crate) calendar: CalendarNumber,
    /// When Recall last changed it.
    pub(crate) updated_at: Timestamp,
}

/// How much a company meets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Calendars.
    pub(crate) calendars: u32,
    /// Events of each calendar on a workday.
    pub(crate) events_a_day: u32,
}

/// All meetings of a company.
#[derive(Debug)]
pub(crate) struct Company {
    /// How much it meets.
    pub(crate) size: Size,
    /// The meetings.
    pub(crate) meetings: Vec<SimMeeting>,
    /// Their events.
    pub(crate) events: Vec<SimEvent>,
    /// The address of each calendar's owner, and of a person of another company.
    owners: Vec<Email>,
    buyer: Email,
    random: fastrand::Rng,
}

impl Company {
    pub(crate) fn new(size: Size, seed: u64) -> Self {
        Self {
            size,
            meetings: Vec::new(),
            events: Vec::new(),
            owners: (0..size.calendars).map(owner).collect(),
            buyer: email("buyer@globex.example"),
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// Adds the meetings of a day, which begins at `midnight`. A weekend has none.
    pub(crate) fn plan_day(&mut self, midnight: Timestamp, now: Timestamp) {
        if is_weekend(midnight) {
            return;
        }
        let wanted = u64::from(self.size.calendars) * u64::from(self.size.events_a_day);
        let mut planned = 0;
        while planned < wanted {
            let minutes = self.random.i64(0..HOURS * 12) * 5;
            let starts_at = plus(
                midnight,
                SignedDuration::from_mins(FIRST_HOUR * 60 + minutes),
            );
            let meeting = self.invite(starts_at, now);
            planned += self.meetings[meeting as usize].events.len() as u64;
        }
    }

    /// Adds a meeting at a time, of random people.
    pub(crate) fn invite(&mut self, starts_at: Timestamp, now: Timestamp) -> MeetingNumber {
        let (kind, people) = match self.random.u32(0..100) {
            0..30 => (Kind::External, 1),
            30..35 => (Kind::External, self.random.usize(2..4)),
            _ => {
                let is_review = self.random.u32(0..10) == 0;
                (Kind::Internal { is_review }, self.random.usize(2..7))
            }
        };
        let calendars = self.size.calendars;
        let people = people.min(calendars as usize);
        let mut invited = BTreeSet::new();
        while invited.len() < people {
            invited.insert(self.random.u32(0..calendars));
        }
        self.meet(kind, starts_at, invited, now)
    }

    /// Adds a meeting in these calendars.
    pub(crate) fn meet(
        &mut self,
        kind: Kind,
        starts_at: Timestamp,
        invited: impl IntoIterator<Item = CalendarNumber>,
        now: Timestamp,
    ) -> MeetingNumber {
        let meeting = number(self.meetings.len());
        let first = number(self.events.len());
        self.events
            .extend(invited.into_iter().map(|calendar| SimEvent {
                meeting,
                calendar,
                updated_at: now,
            }));
        let minutes = self.random.i64(3..13) * 5;
        self.meetings.push(SimMeeting {
            kind,
            starts_at,
            ends_at: plus(starts_at, SignedDuration::from_mins(minutes)),
            title: 0,
            is_deleted: false,
            events: (first..number(self.events.len())).collect(),
        });
        meeting
    }

    /// The meeting of an event.
    pub(crate) fn meeting_of(&self, event: EventNumber) -> &SimMeeting {
        &self.meetings[self.events[event as usize].meeting as usize]
    }

    /// Whether a meeting is recorded by this policy: the first or the second.
    pub(crate) fn is_wanted(meeting: &SimMeeting, policy: u64) -> bool {
        let is_recorded = match meeting.kind {
            Kind::External | Kind::AllHands => true,
            Kind::Internal { is_review } => is_review && policy > 1,
        };
        is_recorded && !meeting.is_deleted
    }

    /// The event as Recall gives it, without its bots.
    pub(crate) fn calendar_event(&self, number: EventNumber) -> CalendarEvent {
        let event = self.events[number as usize];
        let meeting = &self.meetings[event.meeting as usize];
        CalendarEvent {
            id: event_id(number),
            calendar_id: calendar_id(event.calendar),
            ical_uid: IcalUid::parse(format!("m{}@acme.example", event.meeting))
                .expect("an ical_uid"),
            platform: Platform::Google,
            platform_id: None,
            starts_at: meeting.starts_at,
            ends_at: meeting.ends_at,
            created_at: Some(event.updated_at),
            updated_at: event.updated_at,
            is_deleted: meeting.is_deleted,
            meeting: Some(Meeting {
                url: format!("https://meet.google.com/m{}", event.meeting),
            }),
            has_unreadable_link: false,
            meeting_platform: Some("google_meet".to_owned()),
            bots: Vec::new(),
            has_unreadable_bots: false,
            facts: self.facts(event, meeting),
        }
    }

    /// The address of a calendar's owner.
    pub(crate) fn owner(&self, calendar: CalendarNumber) -> Email {
        self.owners[calendar as usize].clone()
    }

    fn facts(&self, event: SimEvent, meeting: &SimMeeting) -> Facts {
        let invited = meeting.events.iter().take(MOST_LISTED);
        let calendars = invited.map(|number| self.events[*number as usize].calendar);
        let mut people: Vec<_> = calendars
            .map(|calendar| attendee(self.owner(calendar)))
            .collect();
        let title = match meeting.kind {
            Kind::AllHands => "All hands",
            Kind::Internal { is_review: true } => "Review",
            Kind::Internal { is_review: false } => "Planning",
            Kind::External => {
                people.push(attendee(self.buyer.clone()));
                "Call"
            }
        };
        let own = self.owner(event.calendar);
        if people.iter().all(|person| person.email != own) {
            people.push(attendee(own));
        }
        Facts {
            title: Some(format!("{title} {}", meeting.title)),
            organizer: people.first().map(|first| first.email.clone()),
            own_response: Some(ResponseStatus::Accepted),
            attendees: Attendees {
                listed: people,
                ..Attendees::default()
            },
            ..Facts::default()
        }
    }
}

fn attendee(email: Email) -> Attendee {
    Attendee {
        email,
        response: ResponseStatus::Accepted,
        is_resource: false,
        is_optional: false,
        is_organizer: false,
    }
}

fn email(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

fn owner(calendar: CalendarNumber) -> Email {
    email(&format!("p{calendar}@acme.example"))
}

/// A calendar's id at Recall.
pub(crate) fn calendar_id(calendar: CalendarNumber) -> CalendarId {
    CalendarId::parse(format!("c{calendar}")).expect("an id")
}

/// An event's id at Recall.
pub(crate) fn event_id(event: EventNumber) -> EventId {
    EventId::parse(format!("e{event}")).expect("an id")
}

/// The number in an id of this simulation.
pub(crate) fn number_in(id: &str) -> Option<u32> {
    id.get(1..)?.parse().ok()
}

/// A count as a number of the next of its kind.
pub(crate) fn number(count: usize) -> u32 {
    u32::try_from(count).expect("no simulation is that large")
}

/// The midnight, in UTC, before an instant.
pub(crate) fn midnight(at: Timestamp) -> Timestamp {
    let day = at.to_zoned(TimeZone::UTC).start_of_day();
    day.expect("UTC has every midnight").timestamp()
}

/// The midnight some days after an instant's.
pub(crate) fn days_after(at: Timestamp, days: i32) -> Timestamp {
    plus(midnight(at), DAY * days)
}

/// Whether an instant is in a weekend.
pub(crate) fn is_weekend(at: Timestamp) -> bool {
    let weekday = at.to_zoned(TimeZone::UTC).weekday();
    matches!(weekday, Weekday::Saturday | Weekday::Sunday)
}
