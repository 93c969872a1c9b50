//! One event of one calendar, as it was seen at one moment.

use std::fmt;

use super::facts::Facts;
use super::platform::Platform;
use crate::bot::BotEntry;
use crate::id::{CalendarId, DecisionKey, EventId, IcalUid, PlatformEventId};
use jiff::Timestamp;

/// Where people meet. Its `Debug` leaves the link out: links carry passcodes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Meeting {
    /// The link people join by.
    pub url: String,
}

impl fmt::Debug for Meeting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Meeting(…)")
    }
}

/// One event of one calendar. Instants are whole microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEvent {
    /// Its name in this calendar.
    pub id: EventId,
    /// The calendar it stands in.
    pub calendar_id: CalendarId,
    /// Its name across calendars.
    pub ical_uid: IcalUid,
    /// Where the calendar is kept.
    pub platform: Platform,
    /// The platform's own name of it.
    pub platform_id: Option<PlatformEventId>,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// When the event was created at Recall.
    pub created_at: Timestamp,
    /// When Recall last changed the event: the order of its versions.
    pub updated_at: Timestamp,
    /// Removed from the calendar. Such events stay listed.
    pub is_deleted: bool,
    /// Where people meet, if a link was found.
    pub meeting: Option<Meeting>,
    /// What the link leads to, as Recall names it: an open set.
    pub meeting_platform: Option<String>,
    /// The bots Recall lists with it.
    pub bots: Vec<BotEntry>,
    /// What the platform's own payload says.
    pub facts: Facts,
}

impl CalendarEvent {
    /// Where the decision about this event is kept.
    #[must_use]
    pub fn key(&self) -> DecisionKey {
        DecisionKey {
            ical_uid: self.ical_uid.clone(),
            event_id: self.id.clone(),
        }
    }
}
