//! The meaning of HTTP statuses that is the same for every operation.
//!
//! Error bodies are `{code, message, errors}`, `{code, detail}`, `{detail}`,
//! HTML or empty, so nothing depends on one.

use std::time::Duration;

use callsheet_app::{PortError, Service};
use reqwest::StatusCode;
use serde_json::Value;

use crate::lenient::repaired;

pub(crate) const SERVICE: Service = Service::Recall;

/// How long to wait after a 429 without `Retry-After`.
const THROTTLED: Duration = Duration::from_secs(10);
/// The longest wait that is accepted: the limits count calls of one minute.
const LONGEST_WAIT: Duration = Duration::from_mins(5);
/// The fields of an error's body that name its reason.
const REASONS: [&str; 4] = ["code", "detail", "error", "errors"];
/// The longest message, in characters.
const LONGEST_MESSAGE: usize = 200;

/// A response of Recall, with its whole body. The body of an error that is too long is empty.
#[derive(Debug)]
pub(crate) struct HttpReply {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

impl HttpReply {
    /// The failure that the body is not of its published shape. `problem` must not quote it.
    pub(crate) fn unreadable(&self, problem: &str) -> PortError {
        unreadable(format!("status {}: {problem}", self.status.as_u16()))
    }

    /// The wait in `Retry-After`, at most [`LONGEST_WAIT`].
    pub(crate) fn requested_wait(&self) -> Option<Duration> {
        self.retry_after.map(|wait| wait.min(LONGEST_WAIT))
    }

    /// The failure that this status means for every operation.
    pub(crate) fn failure(&self) -> PortError {
        let status = self.status.as_u16();
        match status {
            429 => PortError::Throttled {
                service: SERVICE,
                wait: self.requested_wait().unwrap_or(THROTTLED),
            },
            401 => denied("401: check that the API key belongs to a workspace of this region"),
            402 => denied("402: the workspace has no credit left: add credit"),
            403 => denied(
                "403: check the permissions of the API key; a firewall may also have refused the request",
            ),
            500..=599 => PortError::Unavailable {
                service: SERVICE,
                reason: format!("status {status}"),
                source: None,
            },
            _ => unreadable(format!("unexpected status {status}: {}", self.message())),
        }
    }

    /// The failure that this status means for an operation on one bot. A 403 may
    /// concern this one request: a firewall in front of the service blocks some
    /// payloads, such as a title with a `localhost` URL.
    ///
    /// The reason does not quote the body, which may quote the payload.
    pub(crate) fn bot_failure(&self) -> PortError {
        if self.status != StatusCode::FORBIDDEN {
            return self.failure();
        }
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let reason = if body.get("code").and_then(Value::as_str) == Some("request_blocked") {
            "403: a firewall blocked the content of this request, such as a localhost URL"
        } else {
            "403: a firewall blocked this request, or the API key lacks the permission"
        };
        PortError::Blocked {
            service: SERVICE,
            reason: reason.to_owned(),
        }
    }

    /// Whether this is an error with this code: that of the body, or of one of its errors.
    ///
    /// The same refusal comes with different statuses and in several shapes, so the code
    /// goes before the status.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        if self.status.is_success() {
            return false;
        }
        let body: Value = serde_json::from_str(&repaired(&self.body)).unwrap_or_default();
        is_named(&body, code, false)
    }

    /// The reason of a refusal from the body, without personal data.
    pub(crate) fn message(&self) -> String {
        let body: Value = serde_json::from_str(&repaired(&self.body)).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let message = text("message")
            .or_else(|| text("detail"))
            .or_else(|| text("code"));
        let words: Vec<_> = message
            .unwrap_or("refused without a reason")
            .split_whitespace()
            .map(|word| {
                if word.contains("://") || word.contains('@') {
                    "…"
                } else {
                    word
                }
            })
            .collect();
        words.join(" ").chars().take(LONGEST_MESSAGE).collect()
    }
}

#[cfg(test)]
impl HttpReply {
    /// A response with this status and body.
    pub(crate) fn of(status: u16, body: &[u8]) -> Self {
        Self {
            status: StatusCode::from_u16(status).expect("a status"),
            retry_after: None,
            body: body.to_vec(),
        }
    }
}

/// Whether `code` is a text in `body` under a name of reasons. Other fields may quote
/// the request.
fn is_named(body: &Value, code: &str, is_reason: bool) -> bool {
    match body {
        Value::String(text) => is_reason && text == code,
        Value::Array(items) => items.iter().any(|item| is_named(item, code, is_reason)),
        Value::Object(fields) => fields.iter().any(|(name, field)| {
            let is_reason = is_reason || REASONS.contains(&name.as_str());
            is_named(field, code, is_reason)
        }),
        _ => false,
    }
}

/// The failure that a response cannot be read.
pub(crate) fn unreadable(reason: String) -> PortError {
    PortError::Unreadable {
        service: SERVICE,
        reason,
    }
}

fn denied(reason: &str) -> PortError {
    PortError::Denied {
        service: SERVICE,
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn reply(status: u16, body: &str) -> HttpReply {
        HttpReply::of(status, body.as_bytes())
    }

    #[test_case(r#"{"code": "bad", "message": "calendar event has ended", "errors": []}"#, "calendar event has ended"; "the usual shape")]
    #[test_case(r#"{"detail": "Not found."}"#, "Not found."; "a bare detail")]
    #[test_case("<html><body>Forbidden</body></html>", "refused without a reason"; "a page")]
    #[test_case("", "refused without a reason"; "nothing")]
    #[test_case(r#"{"message": "no bot for \ud83d"}"#, "no bot for \u{fffd}"; "half a surrogate pair")]
    #[test_case(r#"{"message": "no bot for https://meet.example/abc?pwd=1 of a@b.example"}"#, "no bot for … of …"; "links and addresses are left out")]
    fn a_refusal_gives_its_reason_without_personal_data(body: &str, expected: &str) {
        assert_eq!(reply(400, body).message(), expected);
    }

    #[test_case(401, "denies us"; "a bad key")]
    #[test_case(402, "denies us"; "no credit")]
    #[test_case(403, "denies us"; "a firewall")]
    #[test_case(429, "asked us to wait 10s"; "too fast")]
    #[test_case(503, "did not answer"; "under load")]
    #[test_case(301, "cannot be read"; "a redirect is never followed")]
    fn a_failure_says_what_to_do_next(status: u16, expected: &str) {
        let error = reply(status, "").failure().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test_case(403, r#"{"code": "request_blocked", "detail": "Demo of http://localhost:3000"}"#, "blocked the request: 403: a firewall blocked the content of this request"; "a firewall that says so")]
    #[test_case(403, "<html>Demo of http://localhost:3000</html>", "blocked the request: 403: a firewall blocked this request, or the API key"; "a page")]
    #[test_case(401, "", "denies us"; "a bad key")]
    #[test_case(402, "", "denies us"; "no credit")]
    fn a_403_blocks_one_call_about_a_bot_and_its_reason_quotes_nothing(
        status: u16,
        body: &str,
        expected: &str,
    ) {
        let error = reply(status, body).bot_failure().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(
            !error.contains("Demo") && !error.contains("3000"),
            "{error}"
        );
    }
}
