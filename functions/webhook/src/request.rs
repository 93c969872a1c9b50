//! The request in an event of the HTTP API.
//!
//! `lambda_http` would make an `http::Request` of the event, and fails on much that a client
//! may send: a scheme, a path or a header that is not valid. The API answers such a failure
//! with 500. So the event is taken as text, and only the fields that are needed are read.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::Value;

/// A request, as far as it is needed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HttpRequest {
    pub(crate) method: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// An event that is not one of an HTTP API, or whose body is not what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidRequest {
    #[error("the event is not JSON")]
    NotJson,
    #[error("the event has no method")]
    NoMethod,
    #[error("the event's headers are not an object")]
    NoHeaders,
    #[error("the event's body is neither text nor base64")]
    NoBody,
}

impl HttpRequest {
    /// Reads an event of the payload format 2.0.
    pub(crate) fn read(event: &str) -> Result<Self, InvalidRequest> {
        let mut event: Value = serde_json::from_str(event).map_err(|_| InvalidRequest::NotJson)?;
        let method = event.pointer("/requestContext/http/method");
        let method = method.and_then(Value::as_str);
        let method = method.ok_or(InvalidRequest::NoMethod)?.to_owned();
        let mut take = |name: &str| event.get_mut(name).map(Value::take).unwrap_or_default();
        let headers = match take("headers") {
            Value::Null => Vec::new(),
            Value::Object(fields) => fields.into_iter().filter_map(header).collect(),
            _ => return Err(InvalidRequest::NoHeaders),
        };
        let body = match (take("body"), take("isBase64Encoded")) {
            (Value::Null, _) => Vec::new(),
            (Value::String(text), Value::Null | Value::Bool(false)) => text.into_bytes(),
            (Value::String(text), Value::Bool(true)) => BASE64_STANDARD
                .decode(text)
                .map_err(|_| InvalidRequest::NoBody)?,
            _ => return Err(InvalidRequest::NoBody),
        };
        Ok(Self {
            method,
            headers,
            body,
        })
    }

    /// The value of a header, whose name is in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A header; none if its value is not text.
fn header((name, value): (String, Value)) -> Option<(String, String)> {
    match value {
        Value::String(value) => Some((name, value)),
        _ => None,
    }
}
