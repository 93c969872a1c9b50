//! A policy as people write it, in YAML or JSON.
//!
//! The types here are the format: its JSON Schema is generated from them, and
//! what the doc comments say is what an editor shows to whoever writes one.
//! Whether the parts make sense together is found out by [`Policy::compile`](super::Policy::compile).

#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::expression::nearest;
use super::when::When;

/// Which meetings a company records, and with what bot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyDocument {
    /// The version of this format: 1.
    pub version: u32,
    /// How many bots a meeting gets that stands in several calendars. It
    /// cannot be changed while bots are scheduled.
    #[serde(default)]
    pub deduplication: DeduplicationScheme,
    /// Domains, with their subdomains, whose people are never recorded. Only a
    /// person's word for one event goes before this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub denied_domains: Vec<String>,
    /// The time zone that hours and weekdays are told in, by its IANA or its
    /// Windows name; without it, each event's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The rules, first one first: the first that applies decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleDocument>,
    /// What happens with a meeting that no rule applies to.
    pub default: Then,
    /// The bot: the body of Recall's Create Bot without `meeting_url` and
    /// `join_at`. Texts in it may hold `{{ facts }}`.
    #[serde(default)]
    pub bot: Map<String, Value>,
    /// Policies of their own for some calendars. What one does not say is as above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<NamedPolicyDocument>,
}

/// A policy of its own for some calendars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedPolicyDocument {
    /// What it is called: lower-case letters, digits and hyphens.
    pub name: String,
    /// The calendars under it: addresses of their owners, whole domains
    /// (`@emea.acme.example`), or Recall's calendar ids. A calendar under
    /// several is under the one that names its id or its owner, and of those
    /// that name its domain, or are equal otherwise, under the first.
    pub calendars: Vec<String>,
    /// The time zone of these calendars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The rules, instead of those above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<RuleDocument>>,
    /// What happens with a meeting that no rule applies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Then>,
    /// The bot, instead of the one above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot: Option<Map<String, Value>>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleDocument {
    /// What it is called in explanations: lower-case letters, digits and hyphens.
    pub name: String,
    /// When it applies.
    pub when: When,
    /// What happens then.
    pub then: Then,
}

/// What happens with a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Then {
    /// It is recorded.
    Record,
    /// It is not recorded.
    Skip,
}

/// How many bots a meeting gets that stands in several calendars, by the keys
/// of Recall's scheduling guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeduplicationScheme {
    /// One bot: `{start_time}-{meeting_url}`.
    #[default]
    Meeting,
    /// One for each company domain: `{start_time}-{meeting_url}-{domain}`.
    Domain,
    /// One for each calendar: `{start_time}-{meeting_url}-{event id}`.
    Calendar,
}

impl DeduplicationScheme {
    /// The name it is written and stored under.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Meeting => "meeting",
            Self::Domain => "domain",
            Self::Calendar => "calendar",
        }
    }
}

impl PolicyDocument {
    /// The version of the format that is written.
    pub const VERSION: u32 = 1;
    /// The longest document that is kept, in bytes of JSON.
    pub const LONGEST: usize = 100_000;

    /// Reads a stored document.
    ///
    /// # Errors
    /// Says what is not as the format wants it, and where.
    pub fn read(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| Self::clarified(&error.to_string()))
    }

    /// What a reader says of a document that is not in the format, and which of
    /// the names it expected was most likely meant.
    #[must_use]
    pub fn clarified(message: &str) -> String {
        match meant(message) {
            Some(meant) => format!("{message}; did you mean `{meant}`?"),
            None => message.to_owned(),
        }
    }

    /// The document as it is stored: equal documents are equal texts.
    ///
    /// # Panics
    /// Never: its keys are texts.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut json = serde_json::to_value(self).expect("keys are texts");
        json.sort_all_objects();
        json.to_string()
    }

    /// The JSON Schema of the format.
    ///
    /// # Panics
    /// Never: a schema is JSON.
    #[must_use]
    pub fn json_schema() -> Value {
        serde_json::to_value(schemars::schema_for!(Self)).expect("a schema is JSON")
    }

    /// The policy in force until one is pushed: meetings with outsiders are
    /// recorded unless the calendar's owner declined.
    ///
    /// # Panics
    /// Never: it is in the format.
    #[must_use]
    pub fn built_in() -> Self {
        Self::read(include_str!("built_in.json")).expect("a test reads it")
    }
}

/// The nearest of the names that a reader lists: "unknown field `x`, expected
/// one of `y`, `z`". serde's own readers put each in backticks, others none.
fn meant(message: &str) -> Option<String> {
    let (met, expected) = message.split_once(", expected ")?;
    let quoted = met.split('`').skip(1).step_by(2).last()?;
    if expected.contains('`') {
        return nearest(quoted, expected.split('`').skip(1).step_by(2));
    }
    let names = expected.strip_prefix("one of ").unwrap_or(expected);
    nearest(
        quoted,
        names.split([',', ' ']).filter(|name| !name.is_empty()),
    )
}
