//! The participants of a meeting, and which of them are external.
//!
//! A person is the calendar's owner if the platform says so, whatever the address, or if it
//! is the calendar's address. What is no person, such as a room or a calendar, takes no part.
//!
//! A subdomain belongs to its domain: `eu.acme.example` is not external to
//! `acme.example`. The reverse does not hold: `acme.example` is external to
//! `eu.acme.example`.
//!
//! People who are not listed may take part as long as the list is not complete. What is
//! asked of the list is known then only if those who are listed decide it.

use std::collections::BTreeSet;

use crate::email::{Domain, Email};
use crate::event::{Facts, ResponseStatus};
use crate::fact::Person;
use crate::policy::own_domains::OwnDomains;

/// The people of an event, as its payload and its calendar state them.
pub(super) struct People<'a> {
    pub(super) facts: &'a Facts,
    /// The address of the calendar, if it is known.
    pub(super) calendar_address: Option<&'a Email>,
    pub(super) ours: &'a OwnDomains,
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

    /// Whether nobody but those who are listed takes part.
    pub(super) fn is_complete(&self) -> bool {
        let list = &self.facts.attendees;
        let hosted = self.is_hosted();
        let is_hosted = hosted == Some(true);
        let is_named = self.facts.is_organizer_named || self.facts.organizer.is_some();
        let is_anothers = !is_hosted && (is_named || hosted == Some(false));
        // An owner whom somebody else invited is listed, by their own address or by a group's.
        let explains_owner = list.lists_people() || !is_anothers;
        let is_visible = is_hosted || !list.is_hidden_from_guests;
        !list.is_incomplete && list.additional_guests == 0 && is_visible && explains_owner
    }

    /// The number of participants; none if the list of attendees is incomplete.
    pub(super) fn participants(&self) -> Option<i64> {
        self.is_complete().then(|| self.known_participants())
    }

    /// The number of participants who are known to be there.
    pub(super) fn known_participants(&self) -> i64 {
        let distinct: BTreeSet<&Email> = self.participating().collect();
        let listed = i64::try_from(distinct.len()).unwrap_or(i64::MAX);
        listed.saturating_add(self.facts.attendees.additional_guests.into())
    }

    pub(super) fn rooms(&self) -> i64 {
        let list = &self.facts.attendees;
        let is_room = |email: &Email| email.is_room() || !email.is_stand_in();
        let listed = list.listed.iter();
        let rooms = listed.filter(|attendee| attendee.is_resource && is_room(&attendee.email));
        let listed = i64::try_from(rooms.count()).unwrap_or(i64::MAX);
        listed.saturating_add(list.rooms_without_address.into())
    }

    /// The domains of the known participants, of the owner by each of their addresses.
    pub(super) fn domains(&self) -> BTreeSet<Domain> {
        let addresses = self.facts.people().chain(self.own_address());
        addresses.map(Email::domain).collect()
    }

    /// The domains that are ours: the policy's, and the owner's unless it is a public mail
    /// provider's.
    pub(super) fn own_domains(&self) -> BTreeSet<Domain> {
        let own = self.own_domain().and_then(|own| self.ours.company(own));
        self.ours.named.iter().cloned().chain(own).collect()
    }

    /// None if an external participant cannot be told from others.
    pub(super) fn external_domains(&self) -> Option<BTreeSet<Domain>> {
        if self.own_address().is_none() && self.ours.named.is_empty() {
            return None;
        }
        let home = self.own_domains();
        let mut domains = BTreeSet::new();
        for email in self.facts.people() {
            if self.is_outside(email, &home)? {
                domains.insert(email.domain());
            }
        }
        Some(domains)
    }

    /// One external participant is enough; that there is none is certain only if the list is
    /// complete, and all are known to be ours.
    pub(super) fn is_external(&self) -> Option<bool> {
        let home = self.own_domains();
        let mut is_certain =
            self.is_complete() && (self.own_address().is_some() || !home.is_empty());
        for email in self.facts.people() {
            match self.is_outside(email, &home) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => is_certain = false,
            }
        }
        is_certain.then_some(false)
    }

    /// Whether a participant is neither the owner nor of one of the domains that are ours.
    /// None if the owner's domain is not known.
    fn is_outside(&self, email: &Email, home: &BTreeSet<Domain>) -> Option<bool> {
        if self.is_own(email) || is_within(email, home) {
            return Some(false);
        }
        self.own_address().map(|_| true)
    }

    /// The calendar's owner is a participant: while their address is unknown, so is one participant.
    pub(super) fn is_external_to_organizer(&self) -> Option<bool> {
        let organizer = self.organizer()?;
        let is_ours = self.is_own(organizer) || is_within(organizer, &self.own_domains());
        let mut home: BTreeSet<Domain> =
            self.ours.company(organizer.domain()).into_iter().collect();
        if is_ours {
            home.extend(self.own_domains());
        }
        let is_organizer =
            |email| email == organizer || self.is_own(email) && self.is_own(organizer);
        let mut people = self.participating();
        let is_found = people.any(|email| !is_organizer(email) && !is_within(email, &home));
        let is_complete = self.own_address().is_some() && self.is_complete();
        (is_found || is_complete).then_some(is_found)
    }

    /// The owner's address: the calendar's, else one that the platform states.
    pub(super) fn own_address(&self) -> Option<&'a Email> {
        let calendar = self.calendar_address.filter(|email| !email.is_stand_in());
        calendar.or_else(|| self.facts.own_addresses.first())
    }

    pub(super) fn own_domain(&self) -> Option<Domain> {
        self.own_address().map(Email::domain)
    }

    /// The organizer's address. An owner who is the organizer has their own, if the payload
    /// names only a calendar.
    pub(super) fn organizer(&self) -> Option<&'a Email> {
        let own = || {
            self.own_address()
                .filter(|_| self.is_hosted() == Some(true))
        };
        self.facts.organizer.as_ref().or_else(own)
    }

    /// The owner's response. An organizer has accepted unless they responded otherwise. An
    /// owner who was invited by a group's address, and is not listed, has not responded.
    pub(super) fn own_response(&self) -> Option<ResponseStatus> {
        if self.facts.is_own_response_unreadable {
            return None;
        }
        let mut listed = self.facts.attendees.listed.iter();
        let mut own_entry = || listed.find(|attendee| self.is_own(&attendee.email));
        let stated = self.facts.own_response;
        let stated = stated.or_else(|| own_entry().map(|attendee| attendee.response));
        match stated {
            None | Some(ResponseStatus::Pending) if self.is_hosted() == Some(true) => {
                Some(ResponseStatus::Accepted)
            }
            None if self.has_no_own_entry() => Some(ResponseStatus::Pending),
            stated => stated,
        }
    }

    /// Whether people are listed, all of them, and the owner is not: then a group's address
    /// invited the owner.
    fn has_no_own_entry(&self) -> bool {
        let list = &self.facts.attendees;
        let is_own_known = self.own_address().is_some();
        is_own_known && list.lists_people() && !list.lists_owner && self.is_complete()
    }

    pub(super) fn is_hosted(&self) -> Option<bool> {
        let by_address = || {
            self.own_address()?;
            Some(self.is_own(self.facts.organizer.as_ref()?))
        };
        self.facts.is_hosted.or_else(by_address)
    }

    fn is_own(&self, email: &Email) -> bool {
        self.calendar_address == Some(email) || self.facts.own_addresses.contains(email)
    }

    /// The known participants, the owner under one address; some more than once.
    fn participating(&self) -> impl Iterator<Item = &'a Email> {
        let own = self.own_address();
        let as_one = move |email: &'a Email| own.filter(|_| self.is_own(email)).unwrap_or(email);
        self.facts.people().map(as_one).chain(own)
    }
}

fn is_within(email: &Email, domains: &BTreeSet<Domain>) -> bool {
    domains.iter().any(|whole| email.is_within(whole))
}
