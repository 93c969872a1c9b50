//! The facts that a rule can ask for: their names, their types, and their sources.
//!
//! A fact that is not known has the value [`FactValue::Unknown`]; it is never guessed.

use std::collections::BTreeMap;

use crate::email::{Domain, Email};
use crate::event::{CalendarMetadata, ResponseStatus};

/// The type of a fact's value when it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FactType {
    /// True or false.
    Flag,
    /// A whole number.
    Number,
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// A list of [`Person`]s.
    People,
    /// Texts by key.
    Metadata,
}

/// A person, a room or another thing on the list of attendees.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person {
    /// Their address.
    pub email: Email,
    /// Their response.
    pub response: ResponseStatus,
    /// Their attendance is optional.
    pub is_optional: bool,
    /// It is no person: a room, another resource, or a calendar.
    pub is_resource: bool,
    /// They are the organizer.
    pub is_organizer: bool,
}

impl Person {
    /// The domain of their address.
    #[must_use]
    pub fn domain(&self) -> Domain {
        self.email.domain()
    }
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FactValue {
    /// The value is not known.
    Unknown,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
    /// A list of people.
    People(Vec<Person>),
    /// Texts by key, each of which may be unknown.
    Metadata(CalendarMetadata),
}

/// A source of facts.
pub trait FactSource {
    /// The value of `fact`; a known value has the fact's type.
    fn value(&self, fact: Fact) -> FactValue;
}

/// The facts that an explanation keeps; all others are unknown.
pub type FactValues = BTreeMap<Fact, FactValue>;

impl FactSource for FactValues {
    fn value(&self, fact: Fact) -> FactValue {
        self.get(&fact).cloned().unwrap_or(FactValue::Unknown)
    }
}

macro_rules! facts {
    ($($variant:ident $name:literal $kind:ident $meaning:literal, $source:literal;)*) => {
        /// A fact that a rule can ask for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fact {
            $(#[doc = $meaning] $variant,)*
        }

        impl Fact {
        /// All facts, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in expressions, bot templates and stored explanations.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The type of its value when it is known.
            #[must_use]
            pub fn kind(self) -> FactType {
                match self { $(Self::$variant => FactType::$kind,)* }
            }

            /// Its meaning, for people who write policies.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }

            /// Its sources, for people who write policies.
            #[must_use]
            pub fn source(self) -> &'static str {
                match self { $(Self::$variant => $source,)* }
            }
        }
    };
}

facts! {
    Title "title" Text "The title; empty if there is none. Placeholders get its first 200 characters.", "Google `summary`, Outlook `subject`";
    Organizer "organizer" Text "The organizer's address; unknown if the organizer is no person.", "Google `organizer.email`, Outlook `organizer.emailAddress.address`; else the attendee flagged as organizer; else `own_address` if the owner is the organizer";
    OrganizerDomain "organizer_domain" Text "The organizer's domain.", "`organizer`";
    Attendees "attendees" People "The people and things on the list of attendees that have an address, each with `address`, `domain`, `response`, `optional`, `resource`, `organizer`; there may be more if `attendees_complete` is false.", "Google and Outlook `attendees`";
    Participants "participants" Number "The number of participants: organizer, owner and attendees, each once, without rooms and calendars.", "`attendees`, `organizer`, `own_address`; unknown if the list is incomplete";
    ParticipantsKnown "participants_known" Number "The number of participants who are known; there may be more if `attendees_complete` is false.", "`attendees`, `organizer`, `own_address`, Google `additionalGuests`";
    Rooms "rooms" Number "The number of rooms and other resources on the list.", "`attendees`";
    Domains "domains" Texts "The domains of the known participants, in alphabetical order; there may be more if `attendees_complete` is false.", "`attendees`, `organizer`, the owner's addresses";
    ExternalDomains "external_domains" Texts "The domains of the known participants who are external, in alphabetical order; there may be more if `attendees_complete` is false.", "`domains`, `own_domains`; unknown if the owner's address is";
    External "external" Flag "A participant is neither the owner nor of one of `own_domains` or their subdomains.", "`attendees`, `organizer`, `own_domains`; unknown if no such participant is listed and the list is incomplete";
    Internal "internal" Flag "All participants are ours: the opposite of `external`.", "`external`";
    ExternalToOrganizer "external_to_organizer" Flag "A participant is neither the organizer nor of the organizer's domain or a subdomain of it; if the organizer is ours, all of `own_domains` count.", "`domains`, `organizer`, `own_domains`; unknown if no such participant is listed, and the list is incomplete or the owner's address is unknown";
    AttendeesComplete "attendees_complete" Flag "The list of attendees is complete: the platform neither hides nor omits people, every entry can be read, and nobody brings guests along.", "Google `attendeesOmitted`, `guestsCanSeeOtherGuests`, `additionalGuests`; Outlook `hideAttendees`; `attendees`, `organizer`";
    OwnAddress "own_address" Text "The address of the calendar's owner.", "the calendar's `platform_email`; else Google the attendee or organizer with `self`, Outlook `organizer` with `isOrganizer`";
    OwnDomain "own_domain" Text "The domain of the calendar's owner.", "`own_address`";
    OwnDomains "own_domains" Texts "The domains that are ours, in alphabetical order.", "the policy's `own_domains`; `own_domain` unless it is a public mail provider's";
    OwnResponse "own_response" Text "The response of the calendar's owner: `accepted`, `tentative`, `declined` or `pending`.", "Google the attendee with `self`, Outlook `responseStatus.response`; else the attendee with an address of the owner; an organizer who is `pending` has `accepted`; `pending` if the list is complete without the owner";
    Hosted "hosted" Flag "The calendar's owner is the organizer.", "Google `organizer.self` or the attendee with `self` and `organizer`, Outlook `isOrganizer` or `responseStatus.response`; else whether `organizer` is an address of the owner";
    Recurring "recurring" Flag "The event belongs to a series.", "Google `recurringEventId`, `recurrence`; Outlook `seriesMasterId`, `type`";
    SeriesId "series_id" Text "The platform's id of the series; empty if there is none.", "Google `recurringEventId`, Outlook `seriesMasterId`";
    IcalUid "ical_uid" Text "The id that the copies of a meeting share.", "the event's `ical_uid`";
    EventId "event_id" Text "The event's id in this calendar.", "the event's `id`";
    CalendarId "calendar_id" Text "The calendar's id.", "the event's `calendar_id`";
    CalendarMetadata "calendar_metadata" Metadata "The calendar's metadata by key, as in `calendar_metadata.team`; empty for a key that the calendar does not have.", "the calendar's `metadata`; unknown if Recall does not show it, and where a value is no text or longer than 500 characters";
    Platform "platform" Text "The calendar's platform: `google_calendar` or `microsoft_outlook`.", "the event's `platform`";
    MeetingPlatform "meeting_platform" Text "The meeting's platform by Recall's name: `zoom`, `google_meet`, `microsoft_teams`, ….", "the event's `meeting_platform`";
    StartsAt "starts_at" Text "When the meeting starts, in UTC: `2026-03-06T10:00:00Z`.", "the event's `start_time`";
    EndsAt "ends_at" Text "When the meeting ends, in UTC.", "the event's `end_time`";
    DurationMinutes "duration_minutes" Number "The duration in whole minutes.", "`starts_at`, `ends_at`";
    TimeZone "time_zone" Text "The calendar's time zone by its IANA name.", "the policy's `time_zone`; else Google `start.timeZone`, Outlook `originalStartTimeZone`, or those of the end; Outlook `start.timeZone` if it is not `UTC`";
    Weekday "weekday" Text "The day it starts on in the calendar's time zone: `monday` to `sunday`.", "`starts_at`, `time_zone`; of an all-day event its date";
    Date "date" Text "The date it starts on in the calendar's time zone: `2026-03-06`.", "`starts_at`, `time_zone`; of an all-day event its date";
    Hour "hour" Number "The hour it starts in, 0 to 23, in the calendar's time zone.", "`starts_at`, `time_zone`";
    StartMinute "start_minute" Number "Minutes from midnight to the start, 0 to 1439, in the calendar's time zone.", "`starts_at`, `time_zone`";
    EndMinute "end_minute" Number "Minutes from the midnight before the start to the end, in the calendar's time zone; 1440 or more if it ends on a later day.", "`starts_at`, `ends_at`, `time_zone`";
    LeadMinutes "lead_minutes" Number "Whole minutes from the creation of the event at Recall to its start; negative if it was created later.", "the event's `created_at`, `starts_at`";
    AllDay "all_day" Flag "The event takes whole days.", "Google `start.date` or `start.dateTime`, Outlook `isAllDay`";
    Visibility "visibility" Text "The event's visibility: `default`, `public`, `private` or `confidential`.", "Google `visibility`; Outlook `sensitivity`, whose `normal` is `default` and `personal` is `private`";
    Private "private" Flag "The event is private or confidential.", "`visibility`";
    ShowsAs "shows_as" Text "How the calendar shows the time: `free`, `tentative`, `busy`, `out_of_office` or `elsewhere`.", "Google `transparency`, `eventType`; Outlook `showAs`";
    Busy "busy" Flag "The calendar does not show the time as free.", "`shows_as`";
    OutOfOffice "out_of_office" Flag "The event marks the owner as out of office.", "Google `eventType`, Outlook `showAs`";
    FocusTime "focus_time" Flag "The event is focus time; always false on Outlook, which has no focus time.", "`kind`";
    EventType "kind" Text "The kind of event: `default`, `out_of_office`, `focus_time`, `working_location`, `from_gmail` or `birthday`.", "Google `eventType`; always `default` on Outlook";
}

/// The names of all responses.
pub(crate) const RESPONSES: &[&str] = &[
    ResponseStatus::Accepted.as_str(),
    ResponseStatus::Tentative.as_str(),
    ResponseStatus::Declined.as_str(),
    ResponseStatus::Pending.as_str(),
];

const WEEKDAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

const EVENT_TYPES: &[&str] = &[
    "default",
    "out_of_office",
    "focus_time",
    "working_location",
    "from_gmail",
    "birthday",
];

impl Fact {
    /// The fact of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fact| fact.name() == name)
    }

    /// All texts that it can be, if they are limited.
    #[must_use]
    pub fn choices(self) -> Option<&'static [&'static str]> {
        match self {
            Self::OwnResponse => Some(RESPONSES),
            Self::Platform => Some(&["google_calendar", "microsoft_outlook"]),
            Self::Weekday => Some(WEEKDAYS),
            Self::Visibility => Some(&["default", "public", "private", "confidential"]),
            Self::ShowsAs => Some(&["free", "tentative", "busy", "out_of_office", "elsewhere"]),
            Self::EventType => Some(EVENT_TYPES),
            _ => None,
        }
    }
}
