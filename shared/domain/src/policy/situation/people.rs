//! The participants of a meeting, and which of them are external.
//!
//! A subdomain belongs to its domain: `eu.acme.example` is not external to
//! `acme.example`. The reverse does not hold: `acme.example` is external to
//! `eu.acme.example`.

use std::collections::BTreeSet;

use crate::email::{Domain, Email};
use crate::event::{Facts, ResponseStatus};
use crate::fact::Person;

/// The people of an event, as its payload and its calendar state them.
pub(super) struct People<'a> {
    pub(super) facts: &'a Facts,
    /// The address of the calendar's owner, if it is known.
    pub(super) own_address: Option<&'a Email>,
}

impl<'a> People<'a> {
    pub(super) fn attendees(&self) -> Vec<Person> {
        let listed = self.facts.attendees.listed.iter();
        let people = listed.map(|attendee| Person {
            email: attendee.email.clone(),
            response: attendee.response,
            is_optional: attendee.is_optional,
            is_resource: attendee.is_resource,
            is_organizer: attendee.is_organizer,
        });
        people.collect()
    }

    /// The number of participants; none if the list of attendees is incomplete.
    pub(super) fn participants(&self) -> Option<i64> {
        if self.facts.attendees.is_incomplete {
            return None;
        }
        let distinct: BTreeSet<&Email> = self.addresses().collect();
        i64::try_from(distinct.len()).ok()
    }

    pub(super) fn rooms(&self) -> Option<i64> {
        let listed = self.facts.attendees.listed.iter();
        i64::try_from(listed.filter(|attendee| attendee.is_resource).count()).ok()
    }

    pub(super) fn domains(&self) -> BTreeSet<Domain> {
        self.addresses().map(Email::domain).collect()
    }

    pub(super) fn external_domains(&self) -> Option<BTreeSet<Domain>> {
        let own = self.own_domain()?;
        let mut domains = self.domains();
        domains.retain(|domain| !domain.is_within(&own));
        Some(domains)
    }

    pub(super) fn is_external(&self) -> Option<bool> {
        let own = self.own_domain()?;
        let is_complete = !self.facts.attendees.is_incomplete;
        self.has_participant_outside(&own, is_complete)
    }

    /// The calendar's owner is a participant: while their address is unknown, so is one participant.
    pub(super) fn is_external_to_organizer(&self) -> Option<bool> {
        let home = self.facts.organizer.as_ref()?.domain();
        let is_complete = self.own_address.is_some() && !self.facts.attendees.is_incomplete;
        self.has_participant_outside(&home, is_complete)
    }

    pub(super) fn own_domain(&self) -> Option<Domain> {
        self.own_address.map(Email::domain)
    }

    /// The owner's response. If the payload does not mark the owner, they are found by their address.
    pub(super) fn own_response(&self) -> Option<ResponseStatus> {
        self.facts.own_response.or_else(|| {
            let own = self.own_address?;
            let mut listed = self.facts.attendees.listed.iter();
            match listed.find(|attendee| attendee.email == *own) {
                Some(attendee) => Some(attendee.response),
                None => {
                    (self.facts.organizer.as_ref() == Some(own)).then_some(ResponseStatus::Accepted)
                }
            }
        })
    }

    pub(super) fn is_hosted(&self) -> Option<bool> {
        self.facts
            .is_hosted
            .or_else(|| Some(self.own_address? == self.facts.organizer.as_ref()?))
    }

    /// The addresses of the known participants, without rooms; some more than once.
    fn addresses(&self) -> impl Iterator<Item = &'a Email> {
        self.facts.people().chain(self.own_address)
    }

    /// One participant outside of `home` is enough; that there is none is certain only if
    /// the list `is_complete`.
    fn has_participant_outside(&self, home: &Domain, is_complete: bool) -> Option<bool> {
        let mut domains = self.addresses().map(Email::domain);
        let is_found = domains.any(|domain| !domain.is_within(home));
        (is_found || is_complete).then_some(is_found)
    }
}
