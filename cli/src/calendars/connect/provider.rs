//! The services that let a person consent: Google and Microsoft, or a stand-in of the local cloud.

use callsheet_domain::Platform;
use reqwest::Url;

use crate::arguments::Provider;
use crate::error::CliError;

/// Where a person consents, and to what.
#[derive(Debug, Clone)]
pub(super) struct Issuer {
    pub(super) name: &'static str,
    pub(super) platform: Platform,
    /// Where the person consents.
    pub(super) authorize: Url,
    /// Where the consent is exchanged for a refresh token.
    pub(super) token: Url,
    /// The scopes that Recall's guides name.
    pub(super) scopes: &'static str,
    /// Further parameters of the request for consent.
    pub(super) parameters: &'static [(&'static str, &'static str)],
    /// The host of the address that the person is sent back to. Microsoft allows any port only
    /// of `localhost`; Google allows it of both, and recommends the number.
    pub(super) host: &'static str,
    /// A scope without which the consent is worth nothing, if a person can leave it out.
    pub(super) needed_scope: Option<&'static str>,
}

const EVENTS_OF_GOOGLE: &str = "https://www.googleapis.com/auth/calendar.events.readonly";

impl Issuer {
    /// The service of `provider`; on the local cloud, its stand-in at `simulator`.
    pub(super) fn of(provider: Provider, simulator: Option<&str>) -> Result<Self, CliError> {
        let parse = |text: &str| {
            let url = Url::parse(text);
            url.map_err(|error| CliError::Failed(format!("the simulator's address: {error}")))
        };
        let [authorize, token] = match (provider, simulator) {
            (_, Some(simulator)) => {
                let at = |path: &str| {
                    parse(&format!("{}/oauth/{path}", simulator.trim_end_matches('/')))
                };
                [at("authorize")?, at("token")?]
            }
            (Provider::Google, None) => [
                parse("https://accounts.google.com/o/oauth2/v2/auth")?,
                parse("https://oauth2.googleapis.com/token")?,
            ],
            (Provider::Microsoft, None) => [
                parse("https://login.microsoftonline.com/common/oauth2/v2.0/authorize")?,
                parse("https://login.microsoftonline.com/common/oauth2/v2.0/token")?,
            ],
        };
        Ok(match provider {
            Provider::Google => Self {
                name: "Google",
                platform: Platform::Google,
                authorize,
                token,
                scopes: "https://www.googleapis.com/auth/calendar.events.readonly \
                         https://www.googleapis.com/auth/userinfo.email",
                // Without these, only the first consent gives a refresh token.
                parameters: &[("access_type", "offline"), ("prompt", "consent")],
                host: "127.0.0.1",
                needed_scope: Some(EVENTS_OF_GOOGLE),
            },
            Provider::Microsoft => Self {
                name: "Microsoft",
                platform: Platform::Outlook,
                authorize,
                token,
                scopes: "offline_access openid email https://graph.microsoft.com/Calendars.Read",
                parameters: &[("response_mode", "query"), ("prompt", "select_account")],
                host: "localhost",
                needed_scope: None,
            },
        })
    }
}
