//! A call to the API, parsed once.

use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::request::Parts;
use jiff::Timestamp;
use serde_json::Value;
use url::form_urlencoded;
use uuid::Uuid;

use crate::ids::{BotId, CalendarId, EventId};
use crate::model::CallRecord;
use crate::operation::{Operation, Route};
use crate::workspace::Workspace;

/// Parsed request to the API.
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) raw_query: Option<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) route: Route,
    pub(crate) event: Option<EventId>,
    pub(crate) calendar: Option<CalendarId>,
    pub(crate) bot: Option<BotId>,
    pub(crate) body: Bytes,
    pub(crate) json: Option<Value>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) authorization: Option<String>,
    /// Base URL by which the simulator was called.
    pub(crate) base_url: String,
}

impl Call {
    pub(crate) fn new(parts: &Parts, body: Bytes) -> Self {
        let header = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let method = parts.method.as_str().to_owned();
        let path = parts.uri.path().to_owned();
        let raw_query = parts.uri.query().map(str::to_owned);
        let query: Vec<(String, String)> =
            form_urlencoded::parse(raw_query.as_deref().unwrap_or_default().as_bytes())
                .into_owned()
                .collect();
        let route = Operation::find(&method, &path);
        let mut call = Self {
            json: serde_json::from_slice(&body).ok(),
            body,
            idempotency_key: header("idempotency-key"),
            authorization: header(AUTHORIZATION.as_str()),
            base_url: format!("http://{}", header(HOST.as_str()).unwrap_or_default()),
            method,
            path,
            raw_query,
            query,
            route,
            event: None,
            calendar: None,
            bot: None,
        };
        call.parse_ids();
        call
    }

    /// Parses the identifiers of the calendar, event or bot that the call concerns.
    fn parse_ids(&mut self) {
        let Route::Operation(operation, id) = &self.route else {
            return;
        };
        let id = id.as_deref();
        match operation {
            Operation::GetEvent | Operation::ScheduleBot | Operation::UnscheduleBot => {
                self.event = id.and_then(|id| id.parse().ok());
            }
            Operation::GetCalendar
            | Operation::UpdateCalendar
            | Operation::DeleteCalendar
            | Operation::AccessToken => self.calendar = id.and_then(|id| id.parse().ok()),
            Operation::LeaveCall | Operation::GetBot => {
                self.bot = id.and_then(|id| id.parse().ok());
            }
            Operation::ListEvents => {
                self.calendar = self.parameter("calendar_id").and_then(|id| id.parse().ok());
            }
            Operation::ListCalendars | Operation::CreateCalendar => {}
        }
    }

    pub(crate) const fn operation(&self) -> Option<Operation> {
        match self.route {
            Route::Operation(operation, _) => Some(operation),
            Route::MethodNotAllowed | Route::NotFound => None,
        }
    }

    pub(crate) fn id_is_uuid(&self) -> bool {
        match &self.route {
            Route::Operation(_, Some(id)) => Uuid::try_parse(id).is_ok(),
            _ => false,
        }
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        self.json.as_ref()?.get(name)
    }

    pub(crate) fn deduplication_key(&self) -> Option<&str> {
        self.field("deduplication_key")?.as_str()
    }

    /// Calendar that the call concerns, directly or through its event.
    pub(crate) fn calendar_in(&self, workspace: &Workspace) -> Option<CalendarId> {
        let event = self.event.and_then(|event| workspace.events.get(&event));
        self.calendar.or_else(|| event.map(|event| event.calendar))
    }

    /// Method and path.
    pub(crate) fn subject(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Entry of the call log for a call that has just arrived.
    pub(crate) fn record(&self, workspace: &Workspace, received_at: Timestamp) -> CallRecord {
        let event = self.event.and_then(|event| workspace.events.get(&event));
        CallRecord {
            sequence: 0,
            operation: self.operation(),
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.raw_query.clone(),
            calendar: self.calendar_in(workspace),
            event: self.event,
            bot: self.bot,
            deduplication_key: self.deduplication_key().map(str::to_owned),
            idempotency_key: self.idempotency_key.clone(),
            meeting_start: event.map(|event| event.draft.start),
            received_at,
            answered_at: None,
            status: None,
            faulted: false,
        }
    }
}
