//! The operations of the service: what a limit, a fault and a count each belong to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One operation of the API, with a limit of its own.
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
}

impl Operation {
    /// Every operation, in the order of the reference.
    pub const ALL: [Self; 11] = [
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
    ];

    /// Its name in flags, counts and logs, as in `list_events`.
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
        }
    }

    /// Calls a sliding minute that the published specification grants a workspace.
    #[must_use]
    pub const fn published_limit(self) -> u32 {
        match self {
            Self::ListEvents | Self::ListCalendars => 60,
            Self::ScheduleBot | Self::UnscheduleBot => 600,
            _ => 300,
        }
    }

    /// The path as the specification writes it.
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
        }
    }

    /// The method, in capitals.
    pub(crate) const fn method(self) -> &'static str {
        match self {
            Self::ListEvents | Self::GetEvent | Self::ListCalendars | Self::GetCalendar => "GET",
            Self::ScheduleBot | Self::CreateCalendar | Self::AccessToken | Self::LeaveCall => {
                "POST"
            }
            Self::UpdateCalendar => "PATCH",
            Self::UnscheduleBot | Self::DeleteCalendar => "DELETE",
        }
    }

    pub(crate) fn find(method: &str, path: &str) -> Found {
        let mut path_is_known = false;
        for operation in Self::ALL {
            if let Some(id) = fits(operation.template(), path) {
                if operation.method() == method {
                    let id = (!id.is_empty()).then(|| id.to_owned());
                    return Found::Operation(operation, id);
                }
                path_is_known = true;
            }
        }
        if path_is_known {
            Found::OtherMethod
        } else {
            Found::Nothing
        }
    }
}

/// What a request line names.
pub(crate) enum Found {
    Operation(Operation, Option<String>),
    OtherMethod,
    Nothing,
}

/// Whether `path` fits `template`, and what stands in the place of `{id}`; nothing, where the
/// template has none.
fn fits<'p>(template: &str, path: &'p str) -> Option<&'p str> {
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
            .ok_or_else(|| format!("there is no operation {text:?}"))
    }
}
