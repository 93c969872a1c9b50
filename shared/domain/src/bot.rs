//! Bots: their configuration, the wanted bot, and the applied one.

use std::fmt;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::id::{BotId, DeduplicationKey};
use jiff::Timestamp;

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

/// A digest of a meeting's link: tells whether the link is another one, without holding it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LinkDigest(String);

impl LinkDigest {
    /// The digest of `link`.
    #[must_use]
    pub fn of(link: &str) -> Self {
        Self(short_hash(link.as_bytes()))
    }

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

impl fmt::Display for LinkDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Half of a SHA-256 as text.
pub(crate) fn short_hash(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..16])
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

/// What stands before the number of a retry in a deduplication key.
const RETRY: &str = "-retry-";

/// A retry sends another bot to the same meeting, so its key is that of the first bot with the
/// number of the retry: every copy of the meeting makes the same one of it.
impl DeduplicationKey {
    /// The highest number of a retry.
    pub const LAST_RETRY: u32 = 99;

    /// Half of a SHA-256 over the key of the first bot, as text: short enough for the key of an
    /// index, which so has the bots of all retries of a meeting in one place.
    #[must_use]
    pub fn digest(&self) -> String {
        short_hash(self.of_first().as_bytes())
    }

    /// The number of the retry; 0 for the first bot of a meeting.
    #[must_use]
    pub fn retry(&self) -> u32 {
        self.parts().1
    }

    /// The key of the meeting's first bot.
    #[must_use]
    pub fn of_first(&self) -> &str {
        self.parts().0
    }

    /// Whether both are bots of one meeting, the first one or a retry.
    #[must_use]
    pub fn is_of_same_meeting(&self, other: &Self) -> bool {
        self.of_first() == other.of_first()
    }

    /// The key of the retry of this number; none if the number or the key is too long.
    #[must_use]
    pub fn of_retry(&self, number: u32) -> Option<Self> {
        let first = self.of_first();
        match number {
            0 => Self::parse(first).ok(),
            1..=Self::LAST_RETRY => Self::parse(format!("{first}{RETRY}{number}")).ok(),
            _ => None,
        }
    }

    fn parts(&self) -> (&str, u32) {
        let text = self.as_str();
        let split = text.rsplit_once(RETRY).and_then(|(first, number)| {
            let is_plain = number.bytes().all(|byte| byte.is_ascii_digit());
            let is_plain = is_plain && !number.starts_with('0') && !first.is_empty();
            let number = number.parse().ok().filter(|_| is_plain)?;
            (number <= Self::LAST_RETRY).then_some((first, number))
        });
        split.unwrap_or((text, 0))
    }
}

/// The bot that should exist for an event. Its `Debug` hides the link.
#[derive(Clone, PartialEq, Eq)]
pub struct WantedBot {
    /// The key that copies of a meeting share.
    pub deduplication_key: DeduplicationKey,
    /// When it joins.
    pub starts_at: Timestamp,
    /// Where it joins.
    pub meeting_url: String,
    /// How it is configured.
    pub config: BotConfig,
}

impl WantedBot {
    /// Whether it is sent in place of `before`, which had the same meeting.
    #[must_use]
    pub fn is_retry_of(&self, before: &AppliedBot) -> bool {
        let (key, before) = (&self.deduplication_key, &before.deduplication_key);
        key.is_of_same_meeting(before) && key.retry() > before.retry()
    }
}

impl fmt::Debug for WantedBot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "WantedBot({}, {:?})",
            self.starts_at, self.config
        )
    }
}

/// The bot that is known to exist at Recall for an event. Its `Debug` hides the link.
#[derive(Clone, PartialEq, Eq)]
pub struct AppliedBot {
    /// Its id; none if no response has contained it.
    pub bot_id: Option<BotId>,
    /// The key it was scheduled under.
    pub deduplication_key: DeduplicationKey,
    /// The start it was scheduled for.
    pub starts_at: Timestamp,
    /// The link it was given.
    pub meeting_url: String,
    /// The configuration it was given.
    pub config: ConfigDigest,
}

impl AppliedBot {
    /// Whether this is exactly the wanted bot.
    #[must_use]
    pub fn is(&self, wanted: &WantedBot) -> bool {
        self.deduplication_key == wanted.deduplication_key
            && self.starts_at == wanted.starts_at
            && self.meeting_url == wanted.meeting_url
            && self.config == *wanted.config.digest()
    }

    /// The bot of an entry that Recall lists. An entry has neither link nor configuration.
    #[must_use]
    pub fn listed(entry: &BotEntry) -> Self {
        Self {
            bot_id: Some(entry.bot_id.clone()),
            deduplication_key: entry.deduplication_key.clone(),
            starts_at: entry.starts_at,
            meeting_url: String::new(),
            config: ConfigDigest::kept(""),
        }
    }

    /// A bot that is known from a status of its own only: its link and configuration are not.
    pub(crate) fn reported(entry: &BotEntry) -> Self {
        Self {
            meeting_url: "reported".to_owned(),
            ..Self::listed(entry)
        }
    }

    /// Whether it is known from Recall's list only.
    pub(crate) fn is_listed_only(&self) -> bool {
        self.meeting_url.is_empty()
    }
}

/// The bot as it is wanted, under an id that is not known yet.
impl From<&WantedBot> for AppliedBot {
    fn from(wanted: &WantedBot) -> Self {
        Self {
            bot_id: None,
            deduplication_key: wanted.deduplication_key.clone(),
            starts_at: wanted.starts_at,
            meeting_url: wanted.meeting_url.clone(),
            config: wanted.config.digest().clone(),
        }
    }
}

impl fmt::Debug for AppliedBot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "AppliedBot({:?}, {}, {})",
            self.bot_id, self.starts_at, self.config
        )
    }
}

/// A bot that Recall lists with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotEntry {
    /// The bot.
    pub bot_id: BotId,
    /// The start it was scheduled for. It stays when the event moves.
    pub starts_at: Timestamp,
    /// The key it was scheduled under.
    pub deduplication_key: DeduplicationKey,
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

    #[test_case("10:00-https://meet.example/a", "10:00-https://meet.example/a", 0; "a first bot")]
    #[test_case("10:00-https://meet.example/a-retry-2", "10:00-https://meet.example/a", 2; "a retry")]
    #[test_case("a-retry-1-retry-12", "a-retry-1", 12; "a retry of what looks like one")]
    #[test_case("a-retry-02", "a-retry-02", 0; "a number with a zero before it")]
    #[test_case("a-retry-100", "a-retry-100", 0; "a number that no retry has")]
    #[test_case("a-retry-", "a-retry-", 0; "no number")]
    #[test_case("-retry-1", "-retry-1", 0; "no key")]
    fn a_key_has_the_number_of_its_retry(text: &str, first: &str, retry: u32) {
        let key = DeduplicationKey::parse(text).expect("a key");
        assert_eq!((key.of_first(), key.retry()), (first, retry));
        assert_eq!(key.of_retry(retry), Some(key.clone()));
        let next = key.of_retry(3).expect("short enough");
        assert_eq!((next.of_first(), next.retry()), (first, 3));
        assert_ne!(next, key);
        assert!(next.is_of_same_meeting(&key));
        assert_eq!(next.digest(), key.digest());
        assert_eq!(key.of_retry(DeduplicationKey::LAST_RETRY + 1), None);
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
