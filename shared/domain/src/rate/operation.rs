//! The kinds of calls, each of which Recall limits on its own.

/// A kind of call that Recall limits on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// A page of events.
    ListEvents,
    /// One calendar.
    GetCalendar,
    /// A bot onto an event.
    ScheduleBot,
    /// A bot off an event.
    UnscheduleBot,
    /// A page of calendars.
    ListCalendars,
    /// A calendar away.
    DeleteCalendar,
    /// One event.
    GetEvent,
    /// A bot out of the call it is in.
    LeaveCall,
}

impl Operation {
    /// The name it is kept and logged under.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ListEvents => "list-events",
            Self::GetCalendar => "get-calendar",
            Self::ScheduleBot => "schedule-bot",
            Self::UnscheduleBot => "unschedule-bot",
            Self::ListCalendars => "list-calendars",
            Self::DeleteCalendar => "delete-calendar",
            Self::GetEvent => "get-event",
            Self::LeaveCall => "leave-call",
        }
    }
}
