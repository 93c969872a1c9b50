//! Profiles: named sets of settings in a configuration file, for several workspaces and regions.
//!
//! A setting is taken from a flag, else from the environment, else from the profile, else from the
//! outputs of the stack. The file holds no key: it says where the key is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::Deserialize;
use serde_json::Value;

use super::setting::Setting;
use crate::error::CliError;

/// The configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    /// The profile in use if none is named.
    default: Option<String>,
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
}

/// Settings of one workspace.
#[expect(
    clippy::struct_field_names,
    reason = "AWS calls it a profile, and the names are those of the file"
)]
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// Name of the stack, from whose outputs the other settings are read.
    pub(crate) stack: Option<String>,
    /// Region of AWS.
    pub(crate) region: Option<String>,
    /// Profile of AWS's own configuration, with credentials.
    pub(crate) aws_profile: Option<String>,
    /// Recall's address in the region of the workspace.
    pub(crate) recall_url: Option<String>,
    /// Rate limit of listing events.
    pub(crate) list_events_per_minute: Option<u32>,
    /// Where the API key is.
    pub(crate) api_key: Option<KeySource>,
    /// Table of calendars, overrides and policies.
    pub(crate) state_table: Option<String>,
    /// Table of decisions.
    pub(crate) decisions_table: Option<String>,
    /// Queue of sync requests.
    pub(crate) queue_url: Option<String>,
    /// Its dead-letter queue.
    pub(crate) dlq_url: Option<String>,
    /// Address of the webhook function.
    pub(crate) webhook_url: Option<String>,
    /// Secret with the signing keys of the console.
    pub(crate) signing_keys: Option<String>,
    /// Address of the console.
    pub(crate) console_url: Option<String>,
}

/// Where a key is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub(crate) enum KeySource {
    /// In an environment variable of this name.
    Environment(String),
    /// In Secrets Manager, as a secret of this name or ARN.
    Secret(String),
}

/// A place of a key that is not understood. It may be the key, so the error does not quote it.
#[derive(Debug, thiserror::Error)]
#[error("api_key: expected `environment: NAME` or `secret: NAME`. The file must not hold the key")]
pub(crate) struct NoKeySource;

impl TryFrom<Value> for KeySource {
    type Error = NoKeySource;

    fn try_from(value: Value) -> Result<Self, NoKeySource> {
        let fields = value.as_object().ok_or(NoKeySource)?;
        let mut fields = fields.iter();
        match (fields.next(), fields.next()) {
            (Some((name, Value::String(place))), None) if name == "environment" => {
                Ok(Self::Environment(place.clone()))
            }
            (Some((name, Value::String(place))), None) if name == "secret" => {
                Ok(Self::Secret(place.clone()))
            }
            _ => Err(NoKeySource),
        }
    }
}

impl Profile {
    /// The environment variable that has the API key.
    pub(crate) fn key_variable(&self) -> Option<&str> {
        match &self.api_key {
            Some(KeySource::Environment(name)) => Some(name),
            Some(KeySource::Secret(_)) | None => None,
        }
    }

    /// The value of a setting.
    pub(crate) fn setting(&self, setting: Setting) -> Option<&String> {
        match setting {
            Setting::StateTable => self.state_table.as_ref(),
            Setting::DecisionsTable => self.decisions_table.as_ref(),
            Setting::QueueUrl => self.queue_url.as_ref(),
            Setting::DlqUrl => self.dlq_url.as_ref(),
            Setting::WebhookUrl => self.webhook_url.as_ref(),
            Setting::SigningKeys => self.signing_keys.as_ref(),
            Setting::ConsoleUrl => self.console_url.as_ref(),
        }
    }
}

/// The usual place of the configuration file, from `XDG_CONFIG_HOME` and `HOME`.
pub(crate) fn usual_file(config_home: Option<&str>, home: Option<&str>) -> Option<PathBuf> {
    let folder = match config_home.map(Path::new) {
        // By the specification of XDG, a relative path is ignored.
        Some(folder) if folder.is_absolute() => folder.to_owned(),
        _ => Path::new(home?).join(".config"),
    };
    Some(folder.join("callsheet").join("config.yaml"))
}

/// The profile of this name in `file`; without a name, the default one, if there is any.
pub(crate) fn load(file: Option<&Path>, name: Option<&str>) -> Result<Profile, CliError> {
    let text = match file.map(fs::read_to_string) {
        None => None,
        Some(Ok(text)) => Some(text),
        Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => None,
        Some(Err(error)) => return Err(unusable(file, &error.to_string())),
    };
    let Some(text) = text else {
        return match name {
            None => Ok(Profile::default()),
            Some(name) => Err(unusable(
                file,
                &format!("the file does not exist, so there is no profile `{name}`"),
            )),
        };
    };
    choose(&text, name).map_err(|problem| unusable(file, &problem))
}

fn choose(text: &str, name: Option<&str>) -> Result<Profile, String> {
    let configuration: Configuration =
        serde_saphyr::from_str(text).map_err(|error| error.without_snippet().to_string())?;
    let Some(name) = name.or(configuration.default.as_deref()) else {
        return Ok(Profile::default());
    };
    let found = configuration.profiles.get(name).cloned();
    found.ok_or_else(|| {
        let known: Vec<_> = configuration.profiles.keys().map(String::as_str).collect();
        match known.as_slice() {
            [] => format!("there is no profile `{name}`, nor any other"),
            known => format!("there is no profile `{name}`, but {}", known.join(", ")),
        }
    })
}

fn unusable(file: Option<&Path>, problem: &str) -> CliError {
    let place = file.map_or_else(
        || "the configuration".to_owned(),
        |file| file.display().to_string(),
    );
    CliError::Failed(format!("{place}: {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    const FILE: &str = "
default: prod
profiles:
  prod:
    stack: callsheet
    region: eu-central-1
    aws_profile: acme
    recall_url: https://eu-central-1.recall.ai
    api_key: {secret: callsheet-key}
  dev:
    state_table: state
    list_events_per_minute: 30
    api_key: {environment: DEV_KEY}
";

    #[test_case(None, Some("callsheet"), Some(KeySource::Secret("callsheet-key".to_owned())); "the default profile")]
    #[test_case(Some("dev"), None, Some(KeySource::Environment("DEV_KEY".to_owned())); "a named profile")]
    fn a_profile_is_chosen_by_name(
        name: Option<&str>,
        stack: Option<&str>,
        key: Option<KeySource>,
    ) {
        let profile = choose(FILE, name).expect("a profile");
        assert_eq!(profile.stack.as_deref(), stack);
        assert_eq!(profile.api_key, key);
    }

    #[test_case(FILE, Some("staging"), "there is no profile `staging`, but dev, prod"; "an unknown profile")]
    #[test_case("profiles: {}", Some("dev"), "there is no profile `dev`, nor any other"; "no profile")]
    #[test_case("profiles: {dev: {api_key: whsec_or_a_key}}", None, "api_key"; "a key in the file")]
    #[test_case("profiles: {dev: {tabel: x}}", None, "tabel"; "an unknown setting")]
    fn a_profile_that_is_unusable_is_an_error(text: &str, name: Option<&str>, expected: &str) {
        let problem = choose(text, name).expect_err("it is unusable");
        assert!(problem.contains(expected), "{problem}");
        assert!(!problem.contains("whsec_or_a_key"), "{problem}");
    }

    #[test_case(Some("/etc/xdg"), Some("/home/a"), Some("/etc/xdg/callsheet/config.yaml"); "XDG's folder")]
    #[test_case(Some("relative"), Some("/home/a"), Some("/home/a/.config/callsheet/config.yaml"); "a relative folder")]
    #[test_case(None, Some("/home/a"), Some("/home/a/.config/callsheet/config.yaml"); "the home folder")]
    #[test_case(None, None, None; "no folder")]
    fn the_file_is_in_the_usual_place(
        config: Option<&str>,
        home: Option<&str>,
        expected: Option<&str>,
    ) {
        assert_eq!(usual_file(config, home).as_deref(), expected.map(Path::new));
    }

    #[test]
    fn a_missing_file_is_an_error_only_if_a_profile_is_named() {
        let file = Path::new("/no/such/file.yaml");
        assert_eq!(load(Some(file), None).ok(), Some(Profile::default()));
        let error = load(Some(file), Some("prod")).expect_err("there is none");
        assert!(
            error.report().contains("/no/such/file.yaml"),
            "{}",
            error.report()
        );
    }
}
