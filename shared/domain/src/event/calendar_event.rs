//! An event of a calendar, as Recall listed it at one moment.

use std::fmt;

use super::facts::Facts;
use super::platform::Platform;
use crate::bot::BotEntry;
use crate::id::{CalendarId, DecisionKey, EventId, IcalUid, PlatformEventId};
use jiff::Timestamp;

/// A meeting link. Its `Debug` omits the link, which may contain a passcode.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Meeting {
    /// The link.
    pub url: String,
}

impl fmt::Debug for Meeting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Meeting(…)")
    }
}

/// An event of a calendar. Instants are whole microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEvent {
    /// Its id in this calendar.
    pub id: EventId,
    /// Its calendar.
    pub calendar_id: CalendarId,
    /// The id that the copies of a meeting share.
    pub ical_uid: IcalUid,
    /// The calendar's platform.
    pub platform: Platform,
    /// The platform's id of it.
    pub platform_id: Option<PlatformEventId>,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// When the event was created at Recall, if that can be read.
    pub created_at: Option<Timestamp>,
    /// When Recall last changed the event. It orders the versions of an event.
    pub updated_at: Timestamp,
    /// It was deleted from the calendar. Recall still lists such events.
    pub is_deleted: bool,
    /// The meeting link, if Recall found one.
    pub meeting: Option<Meeting>,
    /// There is a meeting link that cannot be read.
    pub has_unreadable_link: bool,
    /// The meeting's platform by Recall's name, of an open set.
    pub meeting_platform: Option<String>,
    /// The bots that Recall lists with it.
    pub bots: Vec<BotEntry>,
    /// More bots are listed than can be read.
    pub has_unreadable_bots: bool,
    /// The facts of the platform's payload.
    pub facts: Facts,
}

impl CalendarEvent {
    /// The key of the decision about this event.
    #[must_use]
    pub fn key(&self) -> DecisionKey {
        DecisionKey {
            ical_uid: self.ical_uid.clone(),
            event_id: self.id.clone(),
        }
    }
}
