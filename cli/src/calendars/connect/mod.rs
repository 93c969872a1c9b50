//! Connects one's own calendar: a person consents in the browser, with the company's OAuth client,
//! and the calendar is created at Recall. Other people connect theirs through the company's
//! product.

mod consent;
mod exchange;
mod provider;
mod redirect;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;
use std::path::Path;

use callsheet_api::calendars::CalendarConnected;
use callsheet_app::connect::connect as create;
use callsheet_app::ports::{CalendarCreation, Clock, NewCalendar, Queue, RateLimits};

use crate::arguments::ConnectArguments;
use crate::error::CliError;
use crate::screen::wrapped;
use crate::terminal::print_error;
use crate::workspace::Workspace;
use consent::Consent;
use exchange::{OAuthClient, refresh_token};
use provider::Issuer;
use redirect::{Answer, Redirect};

/// Runs the command.
pub(super) async fn run(
    workspace: &Workspace,
    arguments: ConnectArguments,
    clock: &impl Clock,
) -> Result<CalendarConnected, CliError> {
    let client = OAuthClient {
        id: arguments.client_id,
        secret: secret(arguments.client_secret_file.as_deref(), workspace)?,
    };
    let issuer = Issuer::of(arguments.provider, workspace.simulator())?;
    // What is missing is said before anybody consents.
    let (state, queue) = (workspace.state().await?, workspace.queue().await?);
    let recall = workspace.recall("").await?;
    let ports = (&state, &recall, queue.as_ref());
    let redirect = Redirect::listen(arguments.port).await?;
    let (opens, width) = (!arguments.no_browser, workspace.screen().width);
    let browse = |url: &str| {
        let is_open = opens && webbrowser::open(url).is_ok();
        let what = if is_open {
            "The browser asks for your consent. If it does not, open this address:"
        } else {
            "Open this address in a browser on this machine, and consent:"
        };
        print_error(&format!("{}\n{url}\n", wrapped(what, width)));
    };
    let asked = Asked {
        issuer: &issuer,
        client: &client,
        metadata: arguments.metadata.into_iter().collect(),
    };
    connect(ports, asked, &redirect, browse, clock).await
}

/// What is asked for: whose consent, by which client, and what the calendar gets.
struct Asked<'a> {
    issuer: &'a Issuer,
    client: &'a OAuthClient,
    metadata: BTreeMap<String, String>,
}

/// Asks for the consent by `browse`, and creates the calendar.
async fn connect<S, R, Q>(
    ports: (&S, &R, Option<&Q>),
    asked: Asked<'_>,
    redirect: &Redirect,
    browse: impl FnOnce(&str),
    clock: &impl Clock,
) -> Result<CalendarConnected, CliError>
where
    S: RateLimits,
    R: CalendarCreation,
    Q: Queue,
{
    let (issuer, client) = (asked.issuer, asked.client);
    let mut random = [0; 64];
    getrandom::fill(&mut random).map_err(|error| {
        CliError::Failed(format!("this machine has no random numbers: {error}"))
    })?;
    let consent = Consent::new(issuer, redirect.port()?, random);
    browse(consent.url(issuer, &client.id).as_str());
    let code = match redirect.answer(&consent.state).await? {
        Answer::Code(code) => code,
        Answer::Refused(error) => {
            return Err(CliError::Refused(format!(
                "there is no consent ({error}): no calendar was connected"
            )));
        }
    };
    let new = NewCalendar {
        platform: issuer.platform,
        client_id: client.id.clone(),
        client_secret: client.secret.clone(),
        refresh_token: refresh_token(issuer, client, (&consent, &code)).await?,
        metadata: asked.metadata,
    };
    Ok(CalendarConnected::of(&create(ports, &new, clock).await?))
}

/// The secret of the OAuth client, from the file or else from the environment.
fn secret(file: Option<&Path>, workspace: &Workspace) -> Result<String, CliError> {
    let text = match file {
        Some(file) => std::fs::read_to_string(file).map_err(|error| {
            CliError::Failed(format!("{} cannot be read: {error}", file.display()))
        })?,
        None => workspace
            .oauth_client_secret()
            .unwrap_or_default()
            .to_owned(),
    };
    match text.trim() {
        "" => Err(CliError::Failed(
            "no secret of the OAuth client is given: put it into a file that only you can read, and name \
             the file by --client-secret-file, or set CALLSHEET_OAUTH_CLIENT_SECRET"
                .to_owned(),
        )),
        secret => Ok(secret.to_owned()),
    }
}
