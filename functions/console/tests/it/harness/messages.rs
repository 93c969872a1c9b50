//! Requests and responses of the HTTP API. A JSON answer is held to the OpenAPI document.

use callsheet_console::{Route, open_api, schema_of_answer};
use callsheet_testkit::schema_violations_within;
use serde_json::{Value, json};

/// A request to the HTTP API.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<String>,
    /// The claims that API Gateway has verified.
    pub(crate) claims: Option<Value>,
}

impl Request {
    pub(crate) fn get(path: &str) -> Self {
        Self {
            method: "GET",
            path: path.to_owned(),
            headers: Vec::new(),
            body: None,
            claims: None,
        }
    }

    /// A sign-in with these claims, besides those of the issuer and the client.
    pub(crate) fn sign_in(claims: &Value) -> Self {
        let mut verified = json!({
            "iss": "https://id.acme.example",
            "aud": "callsheet",
            "sub": "00u-1",
        });
        for (name, value) in claims.as_object().expect("claims") {
            verified[name] = value.clone();
        }
        let request = Self::get("/v1/tokens").with_method("POST");
        Self {
            claims: Some(verified),
            ..request
        }
    }

    pub(crate) fn with_json(mut self, body: &Value) -> Self {
        self.body = Some(body.to_string());
        self.with_header("content-type", "application/json")
    }

    pub(crate) fn with_method(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn with_token(self, token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {token}"))
    }

    /// The event of an HTTP API in the payload format 2.0.
    pub(crate) fn event(&self) -> Value {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let headers = self.headers.iter();
        let headers = headers.map(|(name, value)| ((*name).to_owned(), json!(value)));
        let authorizer = self.claims.as_ref();
        let authorizer =
            authorizer.map(|claims| json!({"jwt": {"claims": claims, "scopes": null}}));
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": query,
            "headers": headers.collect::<serde_json::Map<_, _>>(),
            "requestContext": {
                "requestId": "request-1",
                "http": {"method": self.method, "path": path},
                "stage": "$default",
                "authorizer": authorizer,
            },
            "body": self.body,
            "isBase64Encoded": false,
        })
    }
}

/// A response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: i64,
    pub(crate) body: String,
    pub(super) headers: Vec<(String, String)>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// The name of the problem.
    pub(crate) fn problem(&self) -> String {
        let kind = self.json()["type"].as_str().expect("a problem").to_owned();
        let name = kind.strip_prefix("urn:callsheet:problem:");
        name.expect("one of ours").to_owned()
    }
}

/// What an answer has that the OpenAPI document does not say.
pub(super) fn violations(request: &Request, reply: &Reply) -> Vec<String> {
    if reply.body.is_empty() {
        return Vec::new();
    }
    let kind = reply.header("content-type");
    if matches!(kind, Some("text/html; charset=utf-8" | "application/yaml")) {
        return Vec::new();
    }
    let path = request.path.split('?').next().unwrap_or_default();
    let status = u16::try_from(reply.status).expect("a status");
    let document = open_api();
    let schema = schema_of_answer(&document, request.method, path, status);
    let schema = schema.expect("the answer is documented");
    let is_document = reply.status < 300;
    let kind = if is_document {
        "application/json"
    } else {
        "application/problem+json"
    };
    assert_eq!(reply.header("content-type"), Some(kind));
    if is_document && path == Route::OpenApi.template() {
        return Vec::new();
    }
    schema_violations_within(&document, &schema, &reply.json())
}
