//! A client of the deployed console.

use callsheet_auth::{Grant, NewToken, SigningKeys};
use callsheet_console::{open_api, schema_of_answer};
use callsheet_domain::{Actor, Timestamp};
use callsheet_runtime::{Environment, Secret, aws_config};
use callsheet_testkit::schema_violations_within;
use callsheet_tests::variable;
use jiff::SignedDuration;
use reqwest::header::{ETAG, IF_MATCH};
use reqwest::{Client, Method};
use serde_json::Value;

/// A client of the deployed console. Each answer is held to the OpenAPI document.
#[derive(Debug)]
pub(crate) struct ConsoleClient {
    url: String,
    keys: SigningKeys,
    http: Client,
}

/// An answer of the console.
#[derive(Debug)]
pub(crate) struct ConsoleAnswer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The document.
    pub(crate) json: Value,
    /// The entity tag.
    pub(crate) tag: Option<String>,
}

impl ConsoleClient {
    /// A client of the console that the environment names, with its signing keys as of `now`.
    pub(crate) async fn of_environment(now: Timestamp) -> Self {
        // Every address here is plain HTTP, but the client needs a TLS provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let aws = aws_config(&Environment::of_process()).expect("a region");
        let arn = variable("CALLSHEET_SIGNING_KEYS");
        let keys = Secret::load(&aws, &arn, SigningKeys::parse, now).await;
        Self {
            url: variable("CALLSHEET_CONSOLE_URL"),
            keys: keys.expect("the signing keys").current().await,
            http: Client::new(),
        }
    }

    /// A token for half an hour.
    pub(crate) fn token(&self, grant: Grant, now: Timestamp) -> String {
        let key = self.keys.signing(grant.role()).expect("a key");
        let new = NewToken {
            subject: Actor::parse("lead@acme.example").expect("a name"),
            grant,
            zone: None,
            issued_at: now,
            life: SignedDuration::from_mins(30),
        };
        key.sign(&new).expect("a token")
    }

    /// An ID token of the issuer at which people sign in, with these claims.
    pub(crate) async fn id_token(&self, claims: &Value) -> String {
        let url = format!("{}/id-token", variable("CALLSHEET_ISSUER_URL"));
        let response = self.http.post(url).json(claims).send().await;
        let document: Value = response
            .expect("the issuer answers")
            .json()
            .await
            .expect("JSON");
        let token = document["id_token"].as_str();
        token.expect("an ID token").to_owned()
    }

    /// Exchanges an ID token for an access token: the status and the document. API Gateway answers
    /// a token that it refuses in its own form.
    pub(crate) async fn exchange(&self, id_token: Option<&str>) -> (u16, Value) {
        let url = format!("{}/v1/tokens", self.url.trim_end_matches('/'));
        let mut request = self.http.post(url);
        if let Some(id_token) = id_token {
            request = request.bearer_auth(id_token);
        }
        let response = request.send().await.expect("the console answers");
        let status = response.status().as_u16();
        (status, response.json().await.expect("JSON"))
    }

    /// Gets what is at a path that begins with a slash, with a token if there is one.
    pub(crate) async fn get(&self, path: &str, token: Option<&str>) -> ConsoleAnswer {
        self.send((Method::GET, path), token, None).await
    }

    /// Sends a request, with a body in JSON if there is one.
    pub(crate) async fn send(
        &self,
        request: (Method, &str),
        token: Option<&str>,
        body: Option<&Value>,
    ) -> ConsoleAnswer {
        self.send_over(request, token, body, None).await
    }

    /// Sends a request that changes what has this entity tag.
    pub(crate) async fn send_over(
        &self,
        (method, path): (Method, &str),
        token: Option<&str>,
        body: Option<&Value>,
        seen: Option<&str>,
    ) -> ConsoleAnswer {
        let url = format!("{}{path}", self.url.trim_end_matches('/'));
        let mut request = self.http.request(method.clone(), url);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(seen) = seen {
            request = request.header(IF_MATCH, seen);
        }
        let response = request.send().await.expect("the console answers");
        let status = response.status().as_u16();
        let tag = response.headers().get(ETAG);
        let tag = tag.map(|tag| tag.to_str().expect("ASCII").to_owned());
        let json: Value = response.json().await.expect("JSON");
        let document = open_api();
        let path = path.split('?').next().unwrap_or_default();
        let schema = schema_of_answer(&document, method.as_str(), path, status);
        let schema = schema.expect("the answer is documented");
        if path != "/openapi.json" {
            let violations = schema_violations_within(&document, &schema, &json);
            assert_eq!(violations, [""; 0], "{path}: {json}");
        }
        ConsoleAnswer { status, json, tag }
    }
}
