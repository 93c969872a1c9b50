//! Who takes part, and from where.
//!
//! Part of a domain belongs to it: `eu.acme.example` is no stranger to
//! `acme.example`, while the whole is one to its part.

use std::collections::BTreeSet;

use crate::email::{Domain, Email};
use crate::event::{Calendar, Facts, ResponseStatus};
use crate::fact::Person;
use crate::policy::situation::Situation;

/// The owner's answer; where the payload does not mark the owner, by their address.
pub(super) fn own_response(facts: &Facts, calendar: &Calendar) -> Option<ResponseStatus> {
    facts.own_response.or_else(|| {
        let own = calendar.email.as_ref()?;
        let entry = facts
            .attendees
            .listed
            .iter()
            .find(|attendee| attendee.email == *own);
        match entry {
            Some(attendee) => Some(attendee.response),
            None => (facts.organizer.as_ref() == Some(own)).then_some(ResponseStatus::Accepted),
        }
    })
}

impl<'a> Situation<'a> {
    pub(super) fn attendees(&self) -> Vec<Person> {
        let listed = self.event.facts.attendees.listed.iter();
        let people = listed.map(|attendee| Person {
            email: attendee.email.clone(),
            response: attendee.response,
            is_optional: attendee.is_optional,
            is_resource: attendee.is_resource,
            is_organizer: attendee.is_organizer,
        });
        people.collect()
    }

    pub(super) fn participants(&self) -> Option<i64> {
        if self.event.facts.attendees.is_incomplete {
            return None;
        }
        let everybody: BTreeSet<&Email> = self.people().collect();
        i64::try_from(everybody.len()).ok()
    }

    pub(super) fn rooms(&self) -> Option<i64> {
        let listed = self.event.facts.attendees.listed.iter();
        i64::try_from(listed.filter(|attendee| attendee.is_resource).count()).ok()
    }

    pub(super) fn domains(&self) -> BTreeSet<Domain> {
        self.people().map(Email::domain).collect()
    }

    pub(super) fn external_domains(&self) -> Option<BTreeSet<Domain>> {
        let own = self.own_domain()?;
        let mut domains = self.domains();
        domains.retain(|domain| !domain.is_within(&own));
        Some(domains)
    }

    pub(super) fn is_external(&self) -> Option<bool> {
        let own = self.own_domain()?;
        let everybody_is_known = !self.event.facts.attendees.is_incomplete;
        self.has_stranger_to(&own, everybody_is_known)
    }

    /// The calendar's owner takes part, so that without their address not everybody is known.
    pub(super) fn is_external_to_organizer(&self) -> Option<bool> {
        let home = self.event.facts.organizer.as_ref()?.domain();
        let is_owner_known = self.calendar.email.is_some();
        let everybody_is_known = is_owner_known && !self.event.facts.attendees.is_incomplete;
        self.has_stranger_to(&home, everybody_is_known)
    }

    pub(super) fn own_domain(&self) -> Option<Domain> {
        self.calendar.email.as_ref().map(Email::domain)
    }

    pub(super) fn own_response(&self) -> Option<ResponseStatus> {
        own_response(&self.event.facts, self.calendar)
    }

    pub(super) fn is_hosted(&self) -> Option<bool> {
        let facts = &self.event.facts;
        facts.is_hosted.or_else(|| {
            let (own, organizer) = (self.calendar.email.as_ref()?, facts.organizer.as_ref()?);
            Some(own == organizer)
        })
    }

    /// Everybody who is known to take part, rooms aside; some more than once.
    fn people(&self) -> impl Iterator<Item = &'a Email> {
        self.event.facts.people().chain(&self.calendar.email)
    }

    /// One stranger tells; that there is none tells only if everybody is known.
    fn has_stranger_to(&self, home: &Domain, everybody_is_known: bool) -> Option<bool> {
        let mut domains = self.people().map(Email::domain);
        let has_stranger = domains.any(|domain| !domain.is_within(home));
        (has_stranger || everybody_is_known).then_some(has_stranger)
    }
}
