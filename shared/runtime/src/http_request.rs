//! The request in an event of the HTTP API.
//!
//! `lambda_http` would make an `http::Request` of the event, and fails on much that a client
//! may send: a scheme, a path or a header that is not valid. The API answers such a failure
//! with 500. So the event is taken as text, and only the fields that are needed are read.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Map, Value};

/// A request, as far as it is needed. Its `Debug` shows neither headers nor body nor claims, which
/// hold signatures, tokens and addresses.
#[derive(PartialEq, Eq)]
pub struct HttpRequest {
    /// The method.
    pub method: String,
    /// The path, which begins with a slash; empty if the event has none.
    pub path: String,
    /// The query, without the question mark, as it was sent.
    pub query: String,
    /// The id under which the API logs the request; empty if the event has none.
    pub request_id: String,
    headers: Vec<(String, String)>,
    /// The claims of the JSON Web Token that the API's own authorizer has verified for this
    /// request; none if the request came by a route without one. API Gateway writes them beside
    /// the request, where no client can.
    pub verified_claims: Option<Map<String, Value>>,
    /// The body.
    pub body: Vec<u8>,
}

/// An event that is not one of an HTTP API, or whose body is not what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequest {
    /// It is not JSON.
    #[error("the event is not JSON")]
    NotJson,
    /// It has no method.
    #[error("the event has no method")]
    NoMethod,
    /// Its headers are not an object.
    #[error("the event's headers are not an object")]
    NoHeaders,
    /// Its body is not what it says.
    #[error("the event's body is neither text nor base64")]
    NoBody,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpRequest")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

impl HttpRequest {
    /// Reads an event of the payload format 2.0.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(event: &str) -> Result<Self, InvalidRequest> {
        let mut event: Value = serde_json::from_str(event).map_err(|_| InvalidRequest::NotJson)?;
        let method = event.pointer("/requestContext/http/method");
        let method = method.and_then(Value::as_str);
        let method = method.ok_or(InvalidRequest::NoMethod)?.to_owned();
        let text = |pointer| event.pointer(pointer).and_then(Value::as_str);
        let text = |pointer| text(pointer).unwrap_or_default().to_owned();
        let (path, query) = (text("/rawPath"), text("/rawQueryString"));
        let request_id = text("/requestContext/requestId");
        let claims = event.pointer_mut("/requestContext/authorizer/jwt/claims");
        let verified_claims = match claims.map(Value::take) {
            Some(Value::Object(claims)) => Some(claims),
            _ => None,
        };
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
            path,
            query,
            request_id,
            headers,
            verified_claims,
            body,
        })
    }

    /// The value of a header, whose name is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
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
