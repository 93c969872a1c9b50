//! Responses of the API, in the several shapes that the service uses, and the cut of a connection
//! in place of a response.

use std::fmt;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use crate::options::DispatchedStatus;
use crate::workspace::Rejection;

/// Response to a call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiResponse {
    pub(crate) status: u16,
    pub(crate) content: Content,
    pub(crate) retry_after: Option<u64>,
}

/// Body of a response.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    Empty,
    Json(Value),
    /// Text of a fault, which may not be JSON.
    Rewritten(String),
    Html(String),
}

impl ApiResponse {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            content: Content::Json(body),
            retry_after: None,
        }
    }

    pub(crate) const fn empty(status: u16) -> Self {
        Self {
            status,
            content: Content::Empty,
            retry_after: None,
        }
    }

    pub(crate) fn html(status: u16) -> Self {
        let reason = reason(status);
        let page = format!(
            "<html>\n<head><title>{status} {reason}</title></head>\n\
             <body>\n<center><h1>{status} {reason}</h1></center>\n</body>\n</html>\n"
        );
        Self {
            status,
            content: Content::Html(page),
            retry_after: None,
        }
    }

    pub(crate) fn coded(status: u16, code: &str, detail: &str) -> Self {
        Self::json(status, json!({"code": code, "detail": detail}))
    }

    pub(crate) fn not_found() -> Self {
        Self::json(404, json!({"detail": "Not found."}))
    }

    /// A 400 in the shape that lists the errors field by field.
    pub(crate) fn invalid(code: &str, message: &str, errors: &[String]) -> Self {
        Self::json(
            400,
            json!({"code": code, "message": message, "errors": errors}),
        )
    }

    pub(crate) fn throttled(seconds: u64) -> Self {
        let detail = format!(
            "Request was throttled. Expected available in {seconds} second{}.",
            if seconds == 1 { "" } else { "s" }
        );
        Self {
            retry_after: Some(seconds),
            ..Self::json(429, json!({"detail": detail}))
        }
    }

    /// Response that a fault causes, in the shape that the service uses for this status.
    pub(crate) fn faulted(status: u16, retry_after: Option<u64>) -> Self {
        let response = match status {
            401 => Self::unauthorized(),
            402 => Self::coded(
                402,
                "insufficient_credits",
                "The workspace has no credit left.",
            ),
            409 => Self::conflict(),
            429 => Self::throttled(retry_after.unwrap_or(1)),
            507 => Self::coded(
                507,
                "adhoc_pool_depleted",
                "All ad-hoc bots are currently in use. Please try again later.",
            ),
            400 => Self::invalid("invalid", "The request was refused.", &[]),
            404 => Self::not_found(),
            _ => Self::html(status),
        };
        Self {
            retry_after,
            ..response
        }
    }

    /// Response of a fault that gives the body.
    pub(crate) fn with_body(status: u16, body: &str) -> Self {
        Self {
            content: Content::Rewritten(body.to_owned()),
            ..Self::empty(status)
        }
    }

    /// Refusal to unschedule a bot that is dispatched. The service was seen to answer 405 and 400.
    pub(crate) fn dispatched(status: DispatchedStatus) -> Self {
        let code = "cannot_delete_bot";
        let detail = "The bot is already dispatched and can no longer be unscheduled.";
        match status {
            DispatchedStatus::MethodNotAllowed => Self::coded(405, code, detail),
            DispatchedStatus::BadRequest => Self::invalid(code, detail, &[]),
        }
    }

    /// The same response, with texts in its body replaced.
    pub(crate) fn rewritten(self, texts: &[(String, String)]) -> Self {
        let Content::Json(json) = &self.content else {
            return self;
        };
        let body = json.to_string();
        if !texts.iter().any(|(text, _)| body.contains(text)) {
            return self;
        }
        let replace = |body: String, (text, by): &(String, String)| body.replace(text, by);
        Self {
            content: Content::Rewritten(texts.iter().fold(body, replace)),
            ..self
        }
    }

    pub(crate) fn unauthorized() -> Self {
        Self::coded(401, "authentication_failed", "Invalid API token.")
    }

    pub(crate) fn conflict() -> Self {
        Self::coded(
            409,
            "conflict",
            "Another request for the same bot is in progress.",
        )
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let (content_type, body) = match self.content {
            Content::Empty => (None, Body::empty()),
            Content::Json(value) => (Some("application/json"), Body::from(value.to_string())),
            Content::Rewritten(text) => (Some("application/json"), Body::from(text)),
            Content::Html(page) => (Some("text/html"), Body::from(page)),
        };
        let mut response = Response::new(body);
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(content_type) = content_type {
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

fn reason(status: u16) -> &'static str {
    StatusCode::from_u16(status)
        .ok()
        .and_then(|s| s.canonical_reason())
        .unwrap_or("Error")
}

impl From<Rejection> for ApiResponse {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::NoEvent | Rejection::NoBot => Self::not_found(),
            Rejection::EventDeleted => Self::invalid(
                "calendar_event_deleted",
                "Calendar event has been deleted",
                &[],
            ),
            Rejection::EventEnded => {
                Self::invalid("calendar_event_ended", "Calendar event has ended", &[])
            }
            Rejection::NoMeetingLink => Self::invalid(
                "calendar_event_no_meeting_url",
                "Calendar event has no meeting link",
                &[],
            ),
            Rejection::CalendarDisconnected => {
                Self::invalid("calendar_disconnected", "Calendar is disconnected", &[])
            }
            Rejection::Dispatched(status) => Self::dispatched(status),
            Rejection::NotStarted => Self::invalid(
                "cannot_command_unstarted_bot",
                "Cannot send a command to a bot which has not been started.",
                &[],
            ),
            Rejection::AlreadyFinished => Self::invalid(
                "cannot_command_completed_bot",
                "Cannot send a command to a bot which has completed.",
                &[],
            ),
        }
    }
}

/// Marker of a response that must not be sent: the connection is cut instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectionCut;

impl ConnectionCut {
    /// Response with the marker.
    pub(crate) fn response() -> Response<Body> {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(Self);
        response
    }
}

impl fmt::Display for ConnectionCut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fault cut the connection")
    }
}

impl std::error::Error for ConnectionCut {}
