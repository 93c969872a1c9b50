//! A typical meeting, and constructors of fact values.

use crate::email::Email;
use crate::event::{
    Attendee, Attendees, Calendar, CalendarEvent, CalendarStatus, Facts, Platform, ResponseStatus,
};
use crate::fact::{Fact, FactSource, FactValue};
use crate::id::{CalendarId, EventId, IcalUid, PlatformEventId};
use crate::policy::own_domains::OwnDomains;
use crate::policy::situation::Situation;
use crate::zone::TimeZoneName;
use jiff::Timestamp;

/// A meeting of sales@acme.example with a buyer, on a Friday of winter in Berlin.
pub(super) struct Case {
    pub(super) event: CalendarEvent,
    pub(super) calendar: Calendar,
    pub(super) policy_zone: Option<TimeZoneName>,
    pub(super) ours: OwnDomains,
}

impl Case {
    pub(super) fn usual() -> Self {
        let calendar_id = CalendarId::parse("calendar-1").unwrap();
        let facts = Facts {
            title: Some("Kick-off".to_owned()),
            organizer: Some(email("lead@acme.example")),
            attendees: Attendees {
                listed: vec![
                    attendee("sales@acme.example"),
                    Attendee {
                        is_organizer: true,
                        ..attendee("lead@acme.example")
                    },
                    Attendee {
                        is_optional: true,
                        response: ResponseStatus::Pending,
                        ..attendee("buyer@globex.example")
                    },
                    Attendee {
                        is_resource: true,
                        ..attendee("room-4@rooms.example")
                    },
                ],
                ..Attendees::default()
            },
            zone: Some(zone("Europe/Berlin")),
            ..Facts::default()
        };
        Self {
            event: CalendarEvent {
                id: EventId::parse("event-1").unwrap(),
                calendar_id: calendar_id.clone(),
                ical_uid: IcalUid::parse("meeting-1@acme.example").unwrap(),
                platform: Platform::Google,
                platform_id: PlatformEventId::parse("platform-event-1").ok(),
                starts_at: at("2026-03-06T10:00:00Z"),
                ends_at: at("2026-03-06T10:50:00Z"),
                created_at: Some(at("2026-03-05T09:30:00Z")),
                updated_at: at("2026-03-05T09:30:00Z"),
                is_deleted: false,
                meeting: None,
                has_unreadable_link: false,
                meeting_platform: Some("zoom".to_owned()),
                bots: Vec::new(),
                has_unreadable_bots: false,
                facts,
            },
            calendar: Calendar {
                id: calendar_id,
                platform: Platform::Google,
                status: CalendarStatus::Connected,
                email: Some(email("sales@acme.example")),
                disconnect_reason: None,
                metadata: crate::event::CalendarMetadata::default(),
                created_at: None,
                updated_at: at("2026-03-01T00:00:00Z"),
            },
            policy_zone: None,
            ours: OwnDomains::by_default(),
        }
    }

    pub(super) fn value(&self, fact: Fact) -> FactValue {
        let (event, calendar) = (&self.event, &self.calendar);
        let zone = self.policy_zone.as_ref();
        Situation {
            event,
            calendar,
            zone,
            ours: &self.ours,
        }
        .value(fact)
    }

    pub(super) fn facts(&mut self) -> &mut Facts {
        &mut self.event.facts
    }

    pub(super) fn attendees(&mut self, listed: &[&str]) {
        self.facts().attendees.listed = listed.iter().copied().map(attendee).collect();
    }

    pub(super) fn is_incomplete(&mut self) {
        self.facts().attendees.is_incomplete = true;
    }

    pub(super) fn time(&mut self, starts_at: &str, ends_at: &str) {
        (self.event.starts_at, self.event.ends_at) = (at(starts_at), at(ends_at));
    }
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

pub(super) fn attendee(text: &str) -> Attendee {
    Attendee {
        email: email(text),
        response: ResponseStatus::Accepted,
        is_resource: false,
        is_optional: false,
        is_organizer: false,
    }
}

pub(super) fn zone(name: &str) -> TimeZoneName {
    TimeZoneName::parse(name).unwrap()
}

pub(super) const UNKNOWN: FactValue = FactValue::Unknown;
pub(super) const YES: FactValue = FactValue::Flag(true);
pub(super) const NO: FactValue = FactValue::Flag(false);

pub(super) fn text(text: &str) -> FactValue {
    FactValue::Text(text.to_owned())
}

pub(super) fn list(texts: &[&str]) -> FactValue {
    FactValue::Texts(texts.iter().copied().map(str::to_owned).collect())
}

pub(super) fn count(number: i64) -> FactValue {
    FactValue::Number(number)
}

/// Checks the value of `fact` for a typical meeting after `change`.
pub(super) fn check(fact: Fact, change: impl FnOnce(&mut Case), expected: FactValue) {
    let mut case = Case::usual();
    change(&mut case);
    assert_eq!(case.value(fact), expected);
}
