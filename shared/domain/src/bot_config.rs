//! The configuration of a bot, checked against Recall's limits.

use std::fmt;

use serde_json::{Map, Value};

use crate::short_hash::short_hash;

/// The longest bot name, by Recall's Create Bot.
const LONGEST_NAME: usize = 100;
/// The longest metadata value, by Recall's Create Bot.
const LONGEST_METADATA: usize = 500;

/// A digest of a configuration: different configurations have different digests.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ConfigDigest(String);

impl ConfigDigest {
    /// A stored digest.
    #[must_use]
    pub fn kept(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The digest as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConfigDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A configuration that Recall would refuse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBotConfig {
    /// It is not a JSON object.
    #[error("the bot configuration must be a JSON object")]
    NotAnObject,
    /// It sets a field that comes from the event.
    #[error("the bot configuration must not set {0}: it comes from the event")]
    FromEvent(&'static str),
    /// The name is not a text, or too long.
    #[error("bot_name must be text of at most 100 characters")]
    Name,
    /// A metadata value is not a text, or too long.
    #[error("metadata must be an object whose values are texts of at most 500 characters")]
    Metadata,
}

/// A complete bot configuration: the body of Recall's Create Bot, without the fields that
/// come from the event. It replaces an earlier configuration.
#[derive(Clone, PartialEq, Eq)]
pub struct BotConfig {
    json: Map<String, Value>,
    digest: ConfigDigest,
}

impl BotConfig {
    /// Checks a configuration against Recall's limits.
    ///
    /// # Errors
    /// Says which part Recall would refuse, the first of them.
    pub fn new(json: Value) -> Result<Self, InvalidBotConfig> {
        let Value::Object(json) = json else {
            return Err(InvalidBotConfig::NotAnObject);
        };
        if let Some(problem) = Self::problems(&json).into_iter().next() {
            return Err(problem);
        }
        let digest = digest(&json);
        Ok(Self { json, digest })
    }

    /// Each part of a configuration that Recall would refuse.
    #[must_use]
    pub fn problems(json: &Map<String, Value>) -> Vec<InvalidBotConfig> {
        let of_event = ["meeting_url", "join_at"].into_iter();
        let of_event = of_event.filter(|name| json.contains_key(*name));
        let mut found: Vec<_> = of_event.map(InvalidBotConfig::FromEvent).collect();
        let is_short = |value: &Value, longest: usize| {
            let text = value.as_str();
            text.is_some_and(|text| text.chars().count() <= longest)
        };
        let name = json.get("bot_name");
        if name.is_some_and(|name| !is_short(name, LONGEST_NAME)) {
            found.push(InvalidBotConfig::Name);
        }
        let is_metadata = |value: &Value| {
            let values = value.as_object().map(Map::values);
            values.is_some_and(|mut values| values.all(|value| is_short(value, LONGEST_METADATA)))
        };
        let metadata = json.get("metadata");
        if metadata.is_some_and(|metadata| !is_metadata(metadata)) {
            found.push(InvalidBotConfig::Metadata);
        }
        found
    }

    /// The configuration with one more metadata value. A value that is too long for Recall
    /// is omitted, since a cut value would be wrong.
    #[must_use]
    pub fn with_metadata(&self, name: &str, value: &str) -> Self {
        if value.chars().count() > LONGEST_METADATA {
            return self.clone();
        }
        let mut json = self.json.clone();
        let metadata = json
            .entry("metadata")
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(metadata) = metadata {
            metadata.insert(name.to_owned(), Value::from(value));
        }
        let digest = digest(&json);
        Self { json, digest }
    }

    /// Whether `other` differs in nothing but the metadata values of these names.
    pub(crate) fn is_same_without(&self, other: &Self, metadata: &[&str]) -> bool {
        let without = |config: &Self| {
            let mut json = config.json.clone();
            if let Some(Value::Object(values)) = json.get_mut("metadata") {
                values.retain(|name, _| !metadata.contains(&name.as_str()));
            }
            json
        };
        without(self) == without(other)
    }

    /// The configuration as Recall accepts it.
    #[must_use]
    pub fn json(&self) -> &Map<String, Value> {
        &self.json
    }

    /// Its digest.
    #[must_use]
    pub fn digest(&self) -> &ConfigDigest {
        &self.digest
    }
}

impl fmt::Debug for BotConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "BotConfig({})", self.digest)
    }
}

/// Half of a SHA-256 over the configuration with its names sorted.
fn digest(json: &Map<String, Value>) -> ConfigDigest {
    let mut sorted = Value::Object(json.clone());
    sorted.sort_all_objects();
    ConfigDigest(short_hash(sorted.to_string().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use test_case::test_case;

    #[test_case(json!({"bot_name": "Notes"}), None; "usual")]
    #[test_case(json!({}), None; "empty")]
    #[test_case(json!([]), Some(InvalidBotConfig::NotAnObject); "a list")]
    #[test_case(json!({"join_at": "2026-01-01T00:00:00Z"}), Some(InvalidBotConfig::FromEvent("join_at")); "a time of its own")]
    #[test_case(json!({"bot_name": "x".repeat(101)}), Some(InvalidBotConfig::Name); "a long name")]
    #[test_case(json!({"metadata": {"team": 7}}), Some(InvalidBotConfig::Metadata); "a number in the metadata")]
    #[test_case(json!({"metadata": {"team": "x".repeat(501)}}), Some(InvalidBotConfig::Metadata); "a long value in the metadata")]
    fn checks_a_configuration_against_the_limits(json: Value, expected: Option<InvalidBotConfig>) {
        assert_eq!(BotConfig::new(json).err(), expected);
    }

    #[test]
    fn the_digest_follows_the_content_and_not_the_order() {
        let one: Value = serde_json::from_str(r#"{"a": {"x": 1, "y": 2}, "b": 3}"#).expect("json");
        let other: Value =
            serde_json::from_str(r#"{"b": 3, "a": {"y": 2, "x": 1}}"#).expect("json");
        let one = BotConfig::new(one).expect("valid");
        assert_eq!(one.digest(), BotConfig::new(other).expect("valid").digest());
        assert_ne!(one.digest(), one.with_metadata("team", "sales").digest());
    }
}
