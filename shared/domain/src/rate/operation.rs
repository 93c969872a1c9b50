//! The kinds of calls, each of which Recall limits on its own.

/// A kind of call, which has a rate limit of its own at Recall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// List a page of events.
    ListEvents,
    /// Get one calendar.
    GetCalendar,
    /// Schedule a bot for an event.
    ScheduleBot,
    /// Unschedule the bots of an event.
    UnscheduleBot,
    /// List a page of calendars.
    ListCalendars,
    /// Create a calendar.
    CreateCalendar,
    /// Delete a calendar.
    DeleteCalendar,
    /// Get one event.
    GetEvent,
    /// Make a bot leave its call.
    LeaveCall,
    /// Get one bot.
    GetBot,
}

impl Operation {
    /// All kinds of calls.
    pub const ALL: [Self; 10] = [
        Self::ListEvents,
        Self::GetCalendar,
        Self::ScheduleBot,
        Self::UnscheduleBot,
        Self::ListCalendars,
        Self::CreateCalendar,
        Self::DeleteCalendar,
        Self::GetEvent,
        Self::LeaveCall,
        Self::GetBot,
    ];

    /// The name in the table and in logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ListEvents => "list-events",
            Self::GetCalendar => "get-calendar",
            Self::ScheduleBot => "schedule-bot",
            Self::UnscheduleBot => "unschedule-bot",
            Self::ListCalendars => "list-calendars",
            Self::CreateCalendar => "create-calendar",
            Self::DeleteCalendar => "delete-calendar",
            Self::GetEvent => "get-event",
            Self::LeaveCall => "leave-call",
            Self::GetBot => "get-bot",
        }
    }
}
