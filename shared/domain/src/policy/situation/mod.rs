//! The facts of one event in its calendar. Each fact is computed when a rule asks
//! for it, as [`Fact::meaning`] and [`Fact::source`] define it.

mod people;
#[cfg(test)]
mod tests;
mod times;

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use people::People;
use times::Times;

use crate::email::{Domain, Email};
use crate::event::{
    Calendar, CalendarEvent, EventType, Facts, ResponseStatus, ShowsAs, Visibility,
};
use crate::fact::{Fact, FactSource, FactValue};
use crate::id::SeriesId;
use crate::policy::own_domains::OwnDomains;
use crate::zone::TimeZoneName;

/// An event in its calendar: the source of the facts that rules ask for.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The event.
    pub event: &'a CalendarEvent,
    /// The calendar that the event is in.
    pub calendar: &'a Calendar,
    /// The time zone that the policy names. It takes precedence over the event's own.
    pub zone: Option<&'a TimeZoneName>,
    /// The domains that the policy names as ours.
    pub ours: &'a OwnDomains,
}

impl FactSource for Situation<'_> {
    fn value(&self, fact: Fact) -> FactValue {
        let event = self.event;
        let facts = &event.facts;
        let people = People {
            facts,
            calendar_address: self.calendar.email.as_ref(),
            ours: self.ours,
        };
        let times = Times {
            event,
            policy_zone: self.zone,
        };
        match fact {
            Fact::Title => title(facts),
            Fact::Organizer => text(people.organizer().map(Email::as_str)),
            Fact::OrganizerDomain => text(people.organizer().map(Email::domain)),
            Fact::Attendees => FactValue::People(people.attendees()),
            Fact::Participants => number(people.participants()),
            Fact::ParticipantsKnown => number(Some(people.known_participants())),
            Fact::Rooms => number(Some(people.rooms())),
            Fact::Domains => texts(Some(people.domains())),
            Fact::ExternalDomains => texts(people.external_domains()),
            Fact::External => flag(people.is_external()),
            Fact::Internal => flag(people.is_external().map(|external| !external)),
            Fact::ExternalToOrganizer => flag(people.is_external_to_organizer()),
            Fact::AttendeesComplete => flag(Some(people.is_complete())),
            Fact::OwnAddress => text(people.own_address().map(Email::as_str)),
            Fact::OwnDomain => text(people.own_domain()),
            Fact::OwnDomains => texts(Some(people.own_domains())),
            Fact::OwnResponse => text(people.own_response().map(ResponseStatus::as_str)),
            Fact::Hosted => flag(people.is_hosted()),
            Fact::Recurring => flag(Some(facts.is_recurring)),
            Fact::SeriesId => text(facts.series.as_ref().map(SeriesId::as_str).or(Some(""))),
            Fact::IcalUid => text(Some(&event.ical_uid)),
            Fact::EventId => text(Some(&event.id)),
            Fact::CalendarId => text(Some(&event.calendar_id)),
            Fact::CalendarMetadata => FactValue::Metadata(self.calendar.metadata.clone()),
            Fact::Platform => text(Some(event.platform.as_str())),
            Fact::MeetingPlatform => text(event.meeting_platform.as_deref()),
            Fact::StartsAt => text(Some(event.starts_at)),
            Fact::EndsAt => text(Some(event.ends_at)),
            Fact::DurationMinutes => number(Some(times.duration_minutes())),
            Fact::TimeZone => text(times.zone()),
            Fact::Weekday => text(times.weekday()),
            Fact::Date => text(times.local_start().map(DateTime::date)),
            Fact::Hour => number(times.local_start().map(|start| start.hour().into())),
            Fact::StartMinute => number(times.start_minute()),
            Fact::EndMinute => number(times.end_minute()),
            Fact::LeadMinutes => number(times.lead_minutes()),
            Fact::AllDay => flag(facts.is_all_day),
            Fact::Visibility => text(facts.visibility.map(Visibility::as_str)),
            Fact::Private => flag(facts.visibility.map(is_private)),
            Fact::ShowsAs => text(facts.shows_as.map(ShowsAs::as_str)),
            Fact::Busy => flag(facts.shows_as.map(|shown| shown != ShowsAs::Free)),
            Fact::OutOfOffice => flag(facts.shows_as.map(|shown| shown == ShowsAs::OutOfOffice)),
            Fact::FocusTime => flag(facts.kind.map(|kind| kind == EventType::FocusTime)),
            Fact::EventType => text(facts.kind.map(EventType::as_str)),
        }
    }
}

/// Unknown if there is one that cannot be read.
fn title(facts: &Facts) -> FactValue {
    text((!facts.has_unreadable_title).then(|| facts.title.as_deref().unwrap_or_default()))
}

fn is_private(visibility: Visibility) -> bool {
    matches!(visibility, Visibility::Private | Visibility::Confidential)
}

fn flag(known: Option<bool>) -> FactValue {
    known.map_or(FactValue::Unknown, FactValue::Flag)
}

fn number(known: Option<i64>) -> FactValue {
    known.map_or(FactValue::Unknown, FactValue::Number)
}

fn text(known: Option<impl ToString>) -> FactValue {
    known.map_or(FactValue::Unknown, |text| FactValue::Text(text.to_string()))
}

fn texts(known: Option<BTreeSet<Domain>>) -> FactValue {
    let listed = |domains: BTreeSet<Domain>| domains.iter().map(Domain::to_string).collect();
    known.map_or(FactValue::Unknown, |domains| {
        FactValue::Texts(listed(domains))
    })
}
