//! A stand-in for the services by which the owner of a calendar consents (OAuth 2.0 with PKCE).
//!
//! Whoever opens the address of a request consents at once, as a person does whose browser is
//! signed in, and refuses if `answer=access_denied` was added to the address. The exchange is refused unless it fits the request: client, redirect and verifier.
//! A code can be exchanged once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};

type Parameters = BTreeMap<String, String>;

/// Requests that were consented to and not exchanged, by the code that was given.
type Consents = Arc<Mutex<BTreeMap<String, Parameters>>>;

pub(crate) fn router() -> Router {
    Router::new()
        .route("/authorize", get(authorize))
        .route("/token", post(token))
        .with_state(Consents::default())
}

/// Sends the person back with a code, if the request is one that a service would accept.
async fn authorize(
    State(consents): State<Consents>,
    Query(request): Query<Parameters>,
) -> Response {
    let value = |name: &str| request.get(name).map_or("", String::as_str);
    let redirect = Url::parse(value("redirect_uri")).ok();
    let is_loopback = |url: &Url| {
        matches!(url.host_str(), Some("127.0.0.1" | "localhost")) && url.port().is_some()
    };
    let Some(mut redirect) = redirect.filter(is_loopback) else {
        return refused("redirect_uri_mismatch");
    };
    let is_complete = value("response_type") == "code"
        && value("code_challenge_method") == "S256"
        && ["client_id", "scope", "state", "code_challenge"]
            .iter()
            .all(|name| !value(name).is_empty());
    if !is_complete {
        return refused("invalid_request");
    }
    redirect
        .query_pairs_mut()
        .append_pair("state", value("state"));
    if !value("answer").is_empty() {
        redirect
            .query_pairs_mut()
            .append_pair("error", value("answer"));
        return (StatusCode::FOUND, [(LOCATION, redirect.to_string())]).into_response();
    }
    let mut consents = consents.lock().unwrap_or_else(PoisonError::into_inner);
    let code = format!("4/code-{}", consents.len() + 1);
    redirect.query_pairs_mut().append_pair("code", &code);
    consents.insert(code, request);
    (StatusCode::FOUND, [(LOCATION, redirect.to_string())]).into_response()
}

/// Exchanges a code for a refresh token.
async fn token(State(consents): State<Consents>, body: String) -> Response {
    let form: Parameters = form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect();
    let value = |name: &str| form.get(name).map_or("", String::as_str);
    let consent = {
        let mut consents = consents.lock().unwrap_or_else(PoisonError::into_inner);
        consents.remove(value("code"))
    };
    let Some(consent) = consent else {
        return refused("invalid_grant");
    };
    let asked = |name: &str| consent.get(name).map_or("", String::as_str);
    let proof = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(value("code_verifier")));
    if value("client_secret").is_empty() || value("client_id") != asked("client_id") {
        return refused("invalid_client");
    }
    if value("grant_type") != "authorization_code"
        || value("redirect_uri") != asked("redirect_uri")
        || proof != asked("code_challenge")
    {
        return refused("invalid_grant");
    }
    let granted = json!({
        "access_token": "never-log-me-access-token", "token_type": "Bearer", "expires_in": 3600,
        "refresh_token": "never-log-me-refresh-token", "scope": asked("scope"),
    });
    Json(granted).into_response()
}

fn refused(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response()
}
