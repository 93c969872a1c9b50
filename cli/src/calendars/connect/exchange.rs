//! Exchanges a person's consent for the refresh token that Recall reads the calendar with.
//!
//! Nothing of a request or an answer is shown but the code of an error.

use std::time::Duration;

use callsheet_recall::https_client;
use form_urlencoded::Serializer;
use serde::Deserialize;

use super::consent::Consent;
use super::provider::Issuer;
use super::redirect::error_code;
use crate::error::CliError;

const TIMEOUT: Duration = Duration::from_secs(15);

/// An OAuth client of the company that operates Callsheet. It has no `Debug`.
pub(super) struct OAuthClient {
    pub(super) id: String,
    pub(super) secret: String,
}

#[derive(Deserialize)]
struct Granted {
    refresh_token: Option<String>,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct Refused {
    error: String,
}

/// The refresh token for `code`.
pub(super) async fn refresh_token(
    issuer: &Issuer,
    client: &OAuthClient,
    (consent, code): (&Consent, &str),
) -> Result<String, CliError> {
    let mut form = Serializer::new(String::new());
    form.extend_pairs([
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", consent.redirect.as_str()),
        ("client_id", client.id.as_str()),
        ("client_secret", client.secret.as_str()),
        ("code_verifier", consent.verifier.as_str()),
    ]);
    let name = issuer.name;
    let failed = |error: reqwest::Error| {
        let reason = if error.is_timeout() {
            "it did not answer in time"
        } else {
            "the connection failed"
        };
        CliError::Failed(format!(
            "the consent could not be exchanged at {name}: {reason}"
        ))
    };
    let request = https_client(TIMEOUT)
        .post(issuer.token.clone())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.finish());
    let response = request.send().await.map_err(failed)?;
    let status = response.status();
    let body = response.bytes().await.map_err(failed)?;
    if !status.is_success() {
        let refused: Option<Refused> = serde_json::from_slice(&body).ok();
        return Err(match refused {
            Some(refused) if status.is_client_error() => refusal(name, &refused.error),
            _ => CliError::Failed(format!(
                "{name} answered {}: try again later",
                status.as_u16()
            )),
        });
    }
    let granted: Granted = serde_json::from_slice(&body).map_err(|_| {
        CliError::Failed(format!("{name}'s answer to the exchange is not understood"))
    })?;
    let is_missing = |needed: &str| {
        granted
            .scope
            .as_ref()
            .is_some_and(|given| !given.split(' ').any(|one| one == needed))
    };
    if issuer.needed_scope.is_some_and(is_missing) {
        return Err(CliError::Refused(format!(
            "the consent does not include the calendar's events: try again, and tick all that {name} asks for"
        )));
    }
    granted.refresh_token.ok_or_else(|| {
        CliError::Refused(format!(
            "{name} gave no refresh token. Remove the app's access in the settings of the account, and try \
             again"
        ))
    })
}

/// What the person can do about the code of an error.
fn refusal(name: &str, error: &str) -> CliError {
    let code = error_code(error);
    let advice = match code.as_str() {
        "invalid_client" | "unauthorized_client" => {
            ": check the client's id and secret, and that it is of the right type"
        }
        "invalid_grant" => ": the consent is used up or too old; try again",
        "redirect_uri_mismatch" => ": register the address that the browser was sent back to",
        _ => "",
    };
    CliError::Refused(format!(
        "{name} refuses the exchange of the consent ({code}){advice}"
    ))
}
