//! Responses: a document with its entity tag, or a problem.

use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::aws_lambda_events::encodings::Body;
use lambda_http::http::header::{ALLOW, CONTENT_TYPE, ETAG, LINK, RETRY_AFTER, WWW_AUTHENTICATE};
use lambda_http::http::{HeaderName, HeaderValue, Method, StatusCode};
use serde::Serialize;

use crate::entity_tag::{entity_tag, has_tag};
use crate::form::Form;
use crate::headers::headers;
use crate::page::problem;
use crate::problem::Refused;

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";
const YAML: &str = "application/yaml";
const PROBLEM: &str = "application/problem+json";

/// A document that answers a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    json: String,
    tag: String,
    status: StatusCode,
    /// The same in another form, with its type, if the request takes that.
    other: Option<(&'static str, String)>,
    /// The query of the next page.
    next: Option<String>,
}

/// What was asked for besides the document.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Conditions<'a> {
    /// The value of `If-None-Match`; none of a write, which answers what it has done.
    pub(crate) if_none_match: Option<&'a str>,
    /// Whether the body is not sent.
    pub(crate) is_head: bool,
    /// Whether the document holds no data.
    pub(crate) is_public: bool,
}

impl Answer {
    /// The answer of a document.
    pub(crate) fn of(document: &impl Serialize) -> Self {
        let value = serde_json::to_value(document).expect("a document can be written as JSON");
        Self {
            json: serde_json::to_string(document).expect("a document can be written as JSON"),
            tag: entity_tag(value),
            status: StatusCode::OK,
            other: None,
            next: None,
        }
    }

    /// The answer of a text in JSON.
    pub(crate) fn of_json(json: &str) -> Self {
        Self {
            json: json.to_owned(),
            tag: entity_tag(json.into()),
            status: StatusCode::OK,
            other: None,
            next: None,
        }
    }

    /// The same as the fragment of a page, if there is one.
    pub(crate) fn with_page(self, page: Option<String>) -> Self {
        self.with_other(HTML, page)
    }

    /// The same as the text of a policy, if there is one.
    pub(crate) fn with_yaml(self, yaml: Option<String>) -> Self {
        self.with_other(YAML, yaml)
    }

    fn with_other(self, kind: &'static str, text: Option<String>) -> Self {
        match text {
            Some(text) => Self {
                tag: entity_tag(text.as_str().into()),
                other: Some((kind, text)),
                ..self
            },
            None => self,
        }
    }

    /// The same with the query of the next page, if there is one.
    pub(crate) fn with_next(self, next: Option<String>) -> Self {
        Self { next, ..self }
    }

    /// The same with another entity tag, which a change may depend on.
    pub(crate) fn with_tag(self, tag: String) -> Self {
        Self { tag, ..self }
    }

    /// The same with the status of what is done later.
    pub(crate) fn accepted(self) -> Self {
        Self {
            status: StatusCode::ACCEPTED,
            ..self
        }
    }

    /// The same with the status of something new.
    pub(crate) fn created(self) -> Self {
        Self {
            status: StatusCode::CREATED,
            ..self
        }
    }

    /// The HTTP response.
    pub(crate) fn response(self, conditions: Conditions<'_>) -> ApiGatewayV2httpResponse {
        let mut headers = headers(conditions.is_public);
        let mut add = |name: HeaderName, value: &str| {
            let value = HeaderValue::from_str(value).expect("tags and queries are ASCII");
            headers.insert(name, value);
        };
        add(ETAG, &self.tag);
        if let Some(next) = &self.next {
            add(LINK, &format!("<?{next}>; rel=\"next\""));
        }
        let if_none_match = conditions.if_none_match;
        let is_known = if_none_match.is_some_and(|given| has_tag(given, &self.tag));
        let (kind, body) = self.other.unwrap_or((JSON, self.json));
        let status = if is_known {
            StatusCode::NOT_MODIFIED
        } else {
            add(CONTENT_TYPE, kind);
            self.status
        };
        let is_sent = !is_known && !conditions.is_head;
        let mut response = ApiGatewayV2httpResponse::default();
        response.status_code = status.as_u16().into();
        response.headers = headers;
        response.body = is_sent.then_some(Body::Text(body));
        response
    }
}

impl Refused {
    /// The HTTP response to the request of this id, in a form.
    pub(crate) fn response(
        &self,
        request_id: &str,
        (form, is_head): (Form, bool),
    ) -> ApiGatewayV2httpResponse {
        let document = self.document(request_id);
        let mut headers = headers(false);
        let (kind, text) = match form {
            Form::Json | Form::Yaml => {
                let json = serde_json::to_string(&document);
                (PROBLEM, json.expect("texts can be written as JSON"))
            }
            Form::Html => (HTML, problem(&document).into_string()),
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        match self {
            Self::TokenMissing | Self::NotSignedIn => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::TokenInvalid | Self::TokenExpired => {
                let error = HeaderValue::from_static("Bearer error=\"invalid_token\"");
                headers.insert(WWW_AUTHENTICATE, error);
            }
            Self::MethodNotAllowed(methods) => {
                let methods: Vec<_> = methods.iter().map(Method::as_str).collect();
                let methods = HeaderValue::from_str(&methods.join(", "));
                headers.insert(ALLOW, methods.expect("methods are ASCII"));
            }
            _ => {}
        }
        if let Some(seconds) = self.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        let mut response = ApiGatewayV2httpResponse::default();
        response.status_code = self.status().as_u16().into();
        response.headers = headers;
        response.body = (!is_head).then_some(Body::Text(text));
        response
    }
}
