//! What a rule can ask about a meeting: the names, their types, and where each
//! comes from.
//!
//! A fact that nothing tells is [`FactValue::Unknown`], which is a value like
//! any other and never a guess: a rule that needs it cannot be judged by it.

use std::collections::BTreeMap;

use crate::email::{Domain, Email};
use crate::event::ResponseStatus;

/// What kind of value a fact has when it is known.
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
}

/// Somebody invited, or a room.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person {
    /// Their address.
    pub email: Email,
    /// What they said.
    pub response: ResponseStatus,
    /// They need not come.
    pub is_optional: bool,
    /// A room or a piece of equipment.
    pub is_resource: bool,
    /// They called the meeting.
    pub is_organizer: bool,
}

impl Person {
    /// What stands behind the `@` of their address.
    #[must_use]
    pub fn domain(&self) -> Domain {
        self.email.domain()
    }
}

/// What is known of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FactValue {
    /// Nothing tells.
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
}

/// Somewhere to ask for facts.
pub trait FactSource {
    /// What is known of `fact`; a known value is of the fact's own type.
    fn value(&self, fact: Fact) -> FactValue;
}

/// Facts that were written down, as an explanation keeps them; the others are unknown.
pub type FactValues = BTreeMap<Fact, FactValue>;

impl FactSource for FactValues {
    fn value(&self, fact: Fact) -> FactValue {
        self.get(&fact).cloned().unwrap_or(FactValue::Unknown)
    }
}

macro_rules! facts {
    ($($variant:ident $name:literal $kind:ident $meaning:literal, $source:literal;)*) => {
        /// A fact a rule can ask for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fact {
            $(#[doc = $meaning] $variant,)*
        }

        impl Fact {
            /// Every fact, in the order they are documented in.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name it has in expressions, bot templates and stored explanations.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The type of its value when it is known.
            #[must_use]
            pub fn kind(self) -> FactType {
                match self { $(Self::$variant => FactType::$kind,)* }
            }

            /// What it says, in a sentence for people who write policies.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }

            /// Where it comes from.
            #[must_use]
            pub fn source(self) -> &'static str {
                match self { $(Self::$variant => $source,)* }
            }
        }
    };
}

facts! {
    Title "title" Text "What the meeting is called, up to 200 characters; empty if it has no name.", "Google `summary`, Outlook `subject`";
    Organizer "organizer" Text "The address of who called the meeting.", "Google `organizer.email`, Outlook `organizer.emailAddress.address`";
    OrganizerDomain "organizer_domain" Text "The domain of who called the meeting.", "`organizer`";
    Attendees "attendees" People "Everybody listed: `address`, `domain`, `response`, `optional`, `resource`, `organizer`.", "Google and Outlook `attendees`";
    Participants "participants" Number "How many people take part: those listed without rooms, the organizer and the calendar's owner, each once.", "`attendees`, `organizer`, the calendar's address if it is known; unknown if the list is not complete";
    Rooms "rooms" Number "How many rooms and pieces of equipment are listed.", "`attendees`";
    Domains "domains" Texts "The domains of everybody who is known to take part, without rooms, in order; if `attendees_complete` is false there may be more.", "`attendees`, `organizer`, the calendar's address";
    ExternalDomains "external_domains" Texts "Those of `domains` that are not the calendar's own or a part of it.", "`domains`, the calendar's address";
    External "external" Flag "Somebody takes part whose domain is neither the calendar's nor a part of it.", "`domains`, the calendar's address; unknown if nobody such is listed and the list is not complete";
    Internal "internal" Flag "Everybody is of the calendar's domain or a part of it: the contrary of `external`.", "`external`";
    ExternalToOrganizer "external_to_organizer" Flag "Somebody takes part whose domain is neither the organizer's nor a part of it.", "`domains`, `organizer`; unknown if nobody such is listed and either the list is not complete or the calendar's address is not known";
    AttendeesComplete "attendees_complete" Flag "The list of attendees is whole: nobody is hidden or left out.", "Google `attendeesOmitted`, `guestsCanSeeOtherGuests`; Outlook `hideAttendees`";
    OwnAddress "own_address" Text "The address of the calendar's owner.", "the calendar's `platform_email`";
    OwnDomain "own_domain" Text "The domain of the calendar's owner.", "`own_address`";
    OwnResponse "own_response" Text "What the calendar's owner said: `accepted`, `tentative`, `declined` or `pending`.", "Google the attendee with `self`, Outlook `responseStatus.response`; else the attendee with the calendar's address; else `accepted` if that is the organizer's";
    Hosted "hosted" Flag "The calendar's owner called the meeting.", "Google `organizer.self`, Outlook `isOrganizer`; else whether `organizer` is the calendar's address";
    Recurring "recurring" Flag "The meeting is one of a series.", "Google `recurringEventId`, `recurrence`; Outlook `seriesMasterId`, `type`";
    SeriesId "series_id" Text "The platform's name of the series; empty if there is none.", "Google `recurringEventId`, Outlook `seriesMasterId`";
    IcalUid "ical_uid" Text "The meeting's name across calendars.", "the event's `ical_uid`";
    EventId "event_id" Text "The event's name in this calendar.", "the event's `id`";
    CalendarId "calendar_id" Text "The calendar.", "the event's `calendar_id`";
    Platform "platform" Text "Where the calendar is kept: `google_calendar` or `microsoft_outlook`.", "the event's `platform`";
    MeetingPlatform "meeting_platform" Text "Where people meet, as Recall names it: `zoom`, `google_meet`, `microsoft_teams`, ….", "the event's `meeting_platform`";
    StartsAt "starts_at" Text "When the meeting starts, in UTC: `2026-03-06T10:00:00Z`.", "the event's `start_time`";
    EndsAt "ends_at" Text "When it ends, in UTC.", "the event's `end_time`";
    DurationMinutes "duration_minutes" Number "How long it lasts, in whole minutes.", "`starts_at`, `ends_at`";
    TimeZone "time_zone" Text "The calendar's time zone by its IANA name.", "the policy's `time_zone`; else Google `start.timeZone`, Outlook `originalStartTimeZone`, or those of the end; Outlook `start.timeZone` if it is not `UTC`";
    Weekday "weekday" Text "The day it starts on in the calendar's time zone: `monday` to `sunday`.", "`starts_at`, `time_zone`";
    Date "date" Text "The date it starts on in the calendar's time zone: `2026-03-06`.", "`starts_at`, `time_zone`";
    Hour "hour" Number "The hour it starts in, 0 to 23, in the calendar's time zone.", "`starts_at`, `time_zone`";
    StartMinute "start_minute" Number "Minutes from midnight to the start, 0 to 1439, in the calendar's time zone.", "`starts_at`, `time_zone`";
    EndMinute "end_minute" Number "Minutes from the midnight before the start to the end, in the calendar's time zone; 1440 or more if it ends on a later day.", "`starts_at`, `ends_at`, `time_zone`";
    LeadMinutes "lead_minutes" Number "How long before its start the event was created at Recall, in whole minutes; negative if it was created later.", "the event's `created_at`, `starts_at`";
    AllDay "all_day" Flag "It takes whole days.", "Google `start.date` or `start.dateTime`, Outlook `isAllDay`";
    Visibility "visibility" Text "Who may see it: `default`, `public`, `private` or `confidential`.", "Google `visibility`; Outlook `sensitivity`, whose `normal` is `default` and `personal` is `private`";
    Private "private" Flag "It is private or confidential.", "`visibility`";
    ShowsAs "shows_as" Text "What the calendar shows: `free`, `tentative`, `busy`, `out_of_office` or `elsewhere`.", "Google `transparency`, `eventType`; Outlook `showAs`";
    Busy "busy" Flag "The calendar does not show the time as free.", "`shows_as`";
    OutOfOffice "out_of_office" Flag "It says that its owner is away.", "Google `eventType`, Outlook `showAs`";
    FocusTime "focus_time" Flag "It keeps time free for its owner's own work; never on Outlook, which does not tell it from others.", "`kind`";
    EventType "kind" Text "What kind of event it is: `default`, `out_of_office`, `focus_time`, `working_location`, `from_gmail` or `birthday`.", "Google `eventType`; always `default` on Outlook";
}

/// Every answer by its name.
pub(crate) const ANSWERS: &[&str] = &[
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

const KINDS: &[&str] = &[
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

    /// The texts it can be, if there are no others.
    #[must_use]
    pub fn choices(self) -> Option<&'static [&'static str]> {
        match self {
            Self::OwnResponse => Some(ANSWERS),
            Self::Platform => Some(&["google_calendar", "microsoft_outlook"]),
            Self::Weekday => Some(WEEKDAYS),
            Self::Visibility => Some(&["default", "public", "private", "confidential"]),
            Self::ShowsAs => Some(&["free", "tentative", "busy", "out_of_office", "elsewhere"]),
            Self::EventType => Some(KINDS),
            _ => None,
        }
    }
}
