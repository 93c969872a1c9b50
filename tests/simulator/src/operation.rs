//! Operations of the API. Rate limits, faults and statistics are per operation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Operation of the API, with its own rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `GET /api/v2/calendar-events/`
    ListEvents,
    /// `GET /api/v2/calendar-events/{id}/`
    GetEvent,
    /// `POST /api/v2/calendar-events/{id}/bot/`
    ScheduleBot,
    /// `DELETE /api/v2/calendar-events/{id}/bot/`
    UnscheduleBot,
    /// `GET /api/v2/calendars/`
    ListCalendars,
    /// `GET /api/v2/calendars/{id}/`
    GetCalendar,
    /// `POST /api/v2/calendars/`
    CreateCalendar,
    /// `PATCH /api/v2/calendars/{id}/`
    UpdateCalendar,
    /// `DELETE /api/v2/calendars/{id}/`
    DeleteCalendar,
    /// `POST /api/v2/calendars/{id}/access-token/`
    AccessToken,
    /// `POST /api/v1/bot/{id}/leave_call/`
    LeaveCall,
    /// `GET /api/v1/bot/{id}/`
    GetBot,
}

impl Operation {
    /// All operations, in the order of the API reference.
    pub const ALL: [Self; 12] = [
        Self::ListEvents,
        Self::GetEvent,
        Self::ScheduleBot,
        Self::UnscheduleBot,
        Self::ListCalendars,
        Self::GetCalendar,
        Self::CreateCalendar,
        Self::UpdateCalendar,
        Self::DeleteCalendar,
        Self::AccessToken,
        Self::LeaveCall,
        Self::GetBot,
    ];

    /// Name in flags, statistics and logs, such as `list_events`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ListEvents => "list_events",
            Self::GetEvent => "get_event",
            Self::ScheduleBot => "schedule_bot",
            Self::UnscheduleBot => "unschedule_bot",
            Self::ListCalendars => "list_calendars",
            Self::GetCalendar => "get_calendar",
            Self::CreateCalendar => "create_calendar",
            Self::UpdateCalendar => "update_calendar",
            Self::DeleteCalendar => "delete_calendar",
            Self::AccessToken => "access_token",
            Self::LeaveCall => "leave_call",
            Self::GetBot => "get_bot",
        }
    }

    /// Published rate limit of a workspace: calls in any sliding minute.
    #[must_use]
    pub const fn published_limit(self) -> u32 {
        match self {
            Self::ListEvents | Self::ListCalendars => 60,
            Self::ScheduleBot | Self::UnscheduleBot => 600,
            _ => 300,
        }
    }

    /// Path template of the specification.
    pub(crate) const fn template(self) -> &'static str {
        match self {
            Self::ListEvents => "/api/v2/calendar-events/",
            Self::GetEvent => "/api/v2/calendar-events/{id}/",
            Self::ScheduleBot | Self::UnscheduleBot => "/api/v2/calendar-events/{id}/bot/",
            Self::ListCalendars | Self::CreateCalendar => "/api/v2/calendars/",
            Self::GetCalendar | Self::UpdateCalendar | Self::DeleteCalendar => {
                "/api/v2/calendars/{id}/"
            }
            Self::AccessToken => "/api/v2/calendars/{id}/access-token/",
            Self::LeaveCall => "/api/v1/bot/{id}/leave_call/",
            Self::GetBot => "/api/v1/bot/{id}/",
        }
    }

    /// HTTP method, in upper case.
    pub(crate) const fn method(self) -> &'static str {
        match self {
            Self::ListEvents
            | Self::GetEvent
            | Self::ListCalendars
            | Self::GetCalendar
            | Self::GetBot => "GET",
            Self::ScheduleBot | Self::CreateCalendar | Self::AccessToken | Self::LeaveCall => {
                "POST"
            }
            Self::UpdateCalendar => "PATCH",
            Self::UnscheduleBot | Self::DeleteCalendar => "DELETE",
        }
    }

    /// Finds the operation of a request.
    pub(crate) fn find(method: &str, path: &str) -> Route {
        let mut path_is_known = false;
        for operation in Self::ALL {
            if let Some(id) = match_path(operation.template(), path) {
                if operation.method() == method {
                    let id = (!id.is_empty()).then(|| id.to_owned());
                    return Route::Operation(operation, id);
                }
                path_is_known = true;
            }
        }
        if path_is_known {
            Route::MethodNotAllowed
        } else {
            Route::NotFound
        }
    }
}

/// Result of matching a request's method and path with the operations.
pub(crate) enum Route {
    /// Operation, and the id in the path if its template has one.
    Operation(Operation, Option<String>),
    /// The path exists, with other methods.
    MethodNotAllowed,
    /// No operation has this path.
    NotFound,
}

/// Matches `path` with `template` and returns the text in place of `{id}`: empty if the template
/// has no `{id}`, `None` if the path does not match.
fn match_path<'p>(template: &str, path: &'p str) -> Option<&'p str> {
    let Some((before, after)) = template.split_once("{id}") else {
        return (template == path).then_some("");
    };
    let id = path.strip_prefix(before)?.strip_suffix(after)?;
    (!id.is_empty() && !id.contains('/')).then_some(id)
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Operation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.name() == text)
            .ok_or_else(|| format!("{text:?} is not the name of an operation"))
    }
}
