//! The people of a payload: its list of attendees, its organizer, its owner.
//!
//! Both platforms' readers turn each entry into an [`Entry`]; what the entries say together
//! is the same for both.

use crate::email::Email;
use crate::event::attendee::{Attendee, Attendees, LONGEST_ATTENDEE_LIST};
use crate::event::facts::Facts;

use super::raw::Raw;

/// What one entry of the list of attendees says.
pub(super) enum Entry {
    /// An attendee with an address.
    Attendee(Attendee),
    /// The calendar's owner, by the platform's word, with or without an address.
    Owner(Option<Attendee>),
    /// A room or another resource without an address.
    Room,
    /// A person, but not which.
    Unreadable,
}

/// What the payload says about its organizer.
pub(super) enum Organizer {
    /// Nothing.
    Missing,
    /// The address of a person.
    Person(Email),
    /// A calendar, a room or a channel.
    Thing,
    /// An entry that cannot be read.
    Unreadable,
}

impl Organizer {
    /// The organizer of an entry with this address; `is_missing` if there is no entry.
    pub(super) fn of(address: Option<Email>, is_missing: bool) -> Self {
        match address {
            _ if is_missing => Self::Missing,
            Some(email) if email.is_unknown_organizer() => Self::Missing,
            Some(email) if email.is_stand_in() => Self::Thing,
            Some(email) => Self::Person(email),
            None => Self::Unreadable,
        }
    }
}

/// The list at `place`, and the owner's addresses in it. `read` reads each entry and the number
/// of people whom it brings along; none if a part of it cannot be read.
pub(super) fn attendees(
    place: Raw<'_>,
    mut read: impl FnMut(Raw<'_>) -> (Entry, Option<u32>),
) -> (Attendees, Vec<Email>) {
    let mut list = Attendees {
        is_incomplete: !place.is_list_within(LONGEST_ATTENDEE_LIST),
        ..Attendees::default()
    };
    let mut own = Vec::new();
    for entry in place.items().take(LONGEST_ATTENDEE_LIST) {
        let (entry, brought) = read(entry);
        list.is_incomplete |= brought.is_none();
        let brought = brought.unwrap_or_default();
        list.additional_guests = list.additional_guests.saturating_add(brought);
        match entry {
            Entry::Attendee(attendee) => list.listed.push(attendee),
            Entry::Owner(attendee) => {
                list.lists_owner = true;
                // A calendar in which the owner reads the event is not the owner's address.
                let attendee = attendee.filter(|attendee| !attendee.email.is_stand_in());
                own.extend(attendee.iter().map(|attendee| attendee.email.clone()));
                list.listed.extend(attendee);
            }
            Entry::Room => list.rooms_without_address += 1,
            Entry::Unreadable => list.is_incomplete = true,
        }
    }
    (list, own)
}

/// The facts about people, of these parts. `is_hosted` is the platform's word.
pub(super) fn facts(
    mut list: Attendees,
    mut own_addresses: Vec<Email>,
    organizer: Organizer,
    is_hosted: Option<bool>,
) -> Facts {
    let mut flagged = list.listed.iter().filter(|attendee| attendee.is_organizer);
    let flagged = flagged.next().map(|attendee| attendee.email.clone());
    let organizer = match (organizer, flagged) {
        (Organizer::Missing | Organizer::Unreadable, Some(email)) => Organizer::Person(email),
        (organizer, _) => organizer,
    };
    let is_organizer_named = !matches!(organizer, Organizer::Missing);
    let mut is_hosted = is_hosted;
    let organizer = match organizer {
        Organizer::Person(email) => Some(email),
        Organizer::Thing => {
            is_hosted = is_hosted.or(Some(false));
            None
        }
        Organizer::Unreadable => {
            list.is_incomplete |= is_hosted != Some(true);
            None
        }
        Organizer::Missing => None,
    };
    if is_hosted == Some(true) {
        own_addresses.extend(organizer.clone());
    }
    own_addresses.sort_unstable();
    own_addresses.dedup();
    Facts {
        organizer,
        is_organizer_named,
        is_hosted,
        attendees: list,
        own_addresses,
        ..Facts::default()
    }
}
