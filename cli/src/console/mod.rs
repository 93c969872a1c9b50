//! Access to the console: signs tokens, makes links with them, and adds, removes and lists
//! signing keys.
//!
//! The permission on the secret is the authorization. Two keys that are added at the same moment
//! may lose one of them, since Secrets Manager has no condition on writes; its earlier versions are
//! kept, and the name of a lost key is refused by the console, so that is noticed at once.

#[cfg(test)]
mod tests;

use std::io;

use callsheet_api::console::{AddedKey, ConsoleLink, KeyList, ListedKey, SignedToken};
use callsheet_app::find_calendar::find_for_access;
use callsheet_app::ports::Calendars;
use callsheet_auth::{Grant, NewToken, Role, SigningKey, SigningKeys};
use callsheet_domain::{Actor, CalendarId, EventId, Timestamp, plus};
use jiff::SignedDuration;

use crate::arguments::{ConsoleCommand, KeyCommand};
use crate::error::CliError;
use crate::key_secret::StoredKeys;
use crate::render::{Render, show};
use crate::screen::Screen;
use crate::workspace::Workspace;

/// Runs a command about access to the console.
pub(crate) async fn run(
    workspace: &Workspace,
    command: ConsoleCommand,
    now: Timestamp,
) -> Result<io::Result<u8>, CliError> {
    let (secret, output) = (workspace.signing_keys().await?, &workspace.output());
    Ok(match command {
        ConsoleCommand::Token(arguments) => {
            let calendars = match arguments.calendars.as_slice() {
                [] => Vec::new(),
                names => ids_of(&workspace.state().await?, names).await?,
            };
            let (life, event, reader) = (arguments.life, arguments.event.clone(), arguments.reader);
            let by = arguments.by.actor(workspace.user())?;
            let grant = grant(calendars, event, reader)?;
            show(&sign(&secret, grant, by, (now, life)).await?, output)
        }
        ConsoleCommand::Open { reader, life, by } => {
            let by = by.actor(workspace.user())?;
            let grant = grant(Vec::new(), None, reader)?;
            let token = sign(&secret, grant, by, (now, life)).await?;
            show(&link(&workspace.console_url().await?, token), output)
        }
        ConsoleCommand::Link {
            calendars,
            participant,
            life,
            by,
        } => {
            let calendars = match calendars.as_slice() {
                [] => Vec::new(),
                names => ids_of(&workspace.state().await?, names).await?,
            };
            let by = by.actor(workspace.user())?;
            let grant = grant(calendars, participant, false)?;
            let token = sign(&secret, grant, by, (now, life)).await?;
            show(&link(&workspace.console_url().await?, token), output)
        }
        ConsoleCommand::Key(KeyCommand::Add { name, roles }) => {
            show(&add(&secret, &name, &roles).await?, output)
        }
        ConsoleCommand::Key(KeyCommand::Remove { name }) => {
            show(&remove(&secret, &name).await?, output)
        }
        ConsoleCommand::Key(KeyCommand::List) => show(&list(&secret).await?, output),
    })
}

/// The calendars that are named: of an address all, as a person who signs in has them.
async fn ids_of<S: Calendars>(state: &S, names: &[String]) -> Result<Vec<CalendarId>, CliError> {
    let mut ids = Vec::new();
    for name in names {
        for id in find_for_access(state, name).await? {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    Ok(ids)
}

/// What the token gives access to: an operator's, unless told otherwise.
fn grant(
    calendars: Vec<CalendarId>,
    event: Option<String>,
    is_reader: bool,
) -> Result<Grant, CliError> {
    if let Some(event) = event {
        let event = EventId::parse(event);
        let event = event.map_err(|error| CliError::Failed(error.to_string()))?;
        return Ok(Grant::Participant { event });
    }
    Ok(match (calendars, is_reader) {
        (calendars, _) if !calendars.is_empty() => Grant::Owner { calendars },
        (_, true) => Grant::Reader,
        (_, false) => Grant::Operator,
    })
}

async fn sign<S: StoredKeys>(
    secret: &S,
    grant: Grant,
    subject: Actor,
    (now, life): (Timestamp, SignedDuration),
) -> Result<SignedToken, CliError> {
    let role = grant.role();
    let keys = parse(&secret.read().await?)?;
    let key = keys.signing(role).ok_or_else(|| {
        CliError::Refused(format!(
            "no signing key may sign the role {role}: add one with `callsheet console key add NAME --roles {role}`"
        ))
    })?;
    let new = NewToken {
        subject,
        grant,
        zone: None,
        issued_at: now,
        life,
    };
    let token = key.sign(&new);
    Ok(SignedToken {
        token: token.map_err(|error| CliError::Refused(error.to_string()))?,
        role: role.as_str(),
        key: key.name().to_owned(),
        expires_at: plus(now, life),
    })
}

/// The link that opens the console at an address. The token is in the fragment, which a browser
/// sends to no server.
fn link(console: &str, token: SignedToken) -> ConsoleLink {
    ConsoleLink {
        url: format!("{console}#token={}", token.token),
        role: token.role,
        expires_at: token.expires_at,
    }
}

async fn add<S: StoredKeys>(secret: &S, name: &str, roles: &[Role]) -> Result<AddedKey, CliError> {
    let refused = |error: callsheet_auth::InvalidKeys| CliError::Refused(error.to_string());
    let keys = parse(&secret.read().await?)?;
    let text = secret.random().await?;
    let key = SigningKey::new(name, roles.iter().copied(), &text).map_err(refused)?;
    let keys = keys.with(key).map_err(refused)?;
    secret.write(&keys.to_text()).await?;
    let mut roles: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
    roles.sort_unstable();
    roles.dedup();
    Ok(AddedKey {
        name: name.to_owned(),
        roles,
        secret: text,
    })
}

async fn remove<S: StoredKeys>(secret: &S, name: &str) -> Result<KeyList, CliError> {
    let keys = parse(&secret.read().await?)?.without(name);
    let keys = keys.map_err(|error| CliError::Refused(error.to_string()))?;
    secret.write(&keys.to_text()).await?;
    Ok(KeyList {
        removed: Some(name.to_owned()),
        keys: listed(&keys),
    })
}

async fn list<S: StoredKeys>(secret: &S) -> Result<KeyList, CliError> {
    Ok(KeyList {
        removed: None,
        keys: listed(&parse(&secret.read().await?)?),
    })
}

fn listed(keys: &SigningKeys) -> Vec<ListedKey> {
    let listed = keys.iter().map(|key| ListedKey {
        name: key.name().to_owned(),
        roles: key.roles().map(Role::as_str).collect(),
    });
    listed.collect()
}

fn parse(text: &str) -> Result<SigningKeys, CliError> {
    SigningKeys::parse(text)
        .map_err(|error| CliError::Failed(format!("the secret with the signing keys: {error}")))
}

impl Render for SignedToken {
    /// The token alone, so that a shell can take it.
    fn text_on(&self, _screen: &Screen) -> String {
        self.token.clone()
    }
}

impl Render for KeyList {
    fn text_on(&self, _screen: &Screen) -> String {
        let keys = self.keys.iter().map(|key| {
            format!(
                "The key \"{}\" may sign: {}.",
                key.name,
                key.roles.join(", ")
            )
        });
        let removed = self.removed.iter().map(|name| {
            format!(
                "The key \"{name}\" is removed. The console refuses its tokens within two minutes. These are left:"
            )
        });
        removed.chain(keys).collect::<Vec<_>>().join("\n")
    }
}

impl Render for ConsoleLink {
    /// The address alone, so that a shell can take it.
    fn text_on(&self, _screen: &Screen) -> String {
        self.url.clone()
    }
}

impl Render for AddedKey {
    fn text_on(&self, _screen: &Screen) -> String {
        format!(
            "The key \"{}\" may sign: {}. The console takes its tokens within a minute. Its secret, which is not \
             shown again:\n\n{}",
            self.name,
            self.roles.join(", "),
            self.secret
        )
    }
}
