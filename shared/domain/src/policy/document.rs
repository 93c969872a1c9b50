//! The policy document that people write, in YAML or JSON.
//!
//! The types are the format: its JSON Schema is generated from them, and an editor shows
//! their doc comments to the author of a policy. [`Policy::compile`](super::Policy::compile)
//! checks whether the parts fit together.

#[cfg(test)]
mod tests;

use std::fmt;

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
    /// How many bots a meeting in several calendars gets. It cannot be changed while bots
    /// are scheduled.
    #[serde(default)]
    pub deduplication: DeduplicationScheme,
    /// When two links are of one meeting. By default as in the policy that is active. It
    /// cannot be changed while bots are scheduled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare_links: Option<LinkComparison>,
    /// Domains, with their subdomains, whose people are never recorded. Only an override of
    /// the event goes before this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub denied_domains: Vec<String>,
    /// Domains that are ours, with their subdomains, besides the calendar's own: their people
    /// are not external in any calendar.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own_domains: Vec<String>,
    /// Domains of public mail providers, whose people belong to no company, instead of the
    /// built-in list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_mail_domains: Option<Vec<String>>,
    /// The time zone of hours and weekdays, by its IANA or its Windows name; by default,
    /// each event's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Rules for all calendars: they are tested before `rules`, also before those of a named
    /// policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules_for_all: Vec<RuleDocument>,
    /// The rules: the first that applies decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleDocument>,
    /// Whether a meeting is recorded if no rule applies.
    pub default: Then,
    /// The bot: the body of Recall's Create Bot without `meeting_url` and
    /// `join_at`. Its texts may contain `{{ facts }}`.
    #[serde(default)]
    pub bot: Map<String, Value>,
    /// Named policies for some calendars. They inherit the settings that they leave out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<NamedPolicyDocument>,
}

/// A named policy for some calendars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedPolicyDocument {
    /// Its name: lower-case letters, digits and hyphens.
    pub name: String,
    /// The calendars under it: addresses of their owners, whole domains
    /// (`@emea.acme.example`), or Recall's calendar ids. If several policies name a
    /// calendar, an id or an owner goes before a domain, and otherwise the first wins.
    pub calendars: Vec<String>,
    /// Domains that are ours in these calendars, instead of those above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_domains: Option<Vec<String>>,
    /// The time zone of these calendars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The rules, instead of `rules` above. Those for all calendars are tested before them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<RuleDocument>>,
    /// Whether a meeting is recorded if no rule applies.
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
    /// Its name in explanations: lower-case letters, digits and hyphens.
    pub name: String,
    /// When it applies.
    pub when: When,
    /// Whether the meeting is recorded then.
    pub then: Then,
}

/// Whether a meeting is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Then {
    /// It is recorded.
    Record,
    /// It is not recorded.
    Skip,
}

/// How many bots a meeting in several calendars gets, by the deduplication keys of
/// Recall's scheduling guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeduplicationScheme {
    /// One bot: `{start_time}-{meeting_url}`.
    #[default]
    Meeting,
    /// One bot for each company domain: `{start_time}-{meeting_url}-{domain}`.
    Domain,
    /// One bot for each calendar: `{start_time}-{meeting_url}-{event id}`.
    Calendar,
}

impl DeduplicationScheme {
    /// The name in documents and stored policies.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Meeting => "meeting",
            Self::Domain => "domain",
            Self::Calendar => "calendar",
        }
    }
}

/// When two links are of one meeting, so that its copies share a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LinkComparison {
    /// If they are the same text. A stored policy that does not say has this.
    #[default]
    Text,
    /// If they name the same meeting on its platform, whatever else they hold.
    Meeting,
}

impl LinkComparison {
    /// The name in documents and stored policies.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Meeting => "meeting",
        }
    }
}

/// Which events share a bot. It must not change while bots are scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Deduplication {
    /// How many bots a meeting gets.
    pub scheme: DeduplicationScheme,
    /// When two links are of one meeting.
    pub links: LinkComparison,
}

impl fmt::Display for Deduplication {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, links) = (self.scheme.as_str(), self.links.as_str());
        write!(
            formatter,
            "`deduplication: {scheme}` with `compare_links: {links}`"
        )
    }
}

impl PolicyDocument {
    /// Which events share a bot.
    #[must_use]
    pub fn deduplication(&self) -> Deduplication {
        Deduplication {
            scheme: self.deduplication,
            links: self.compare_links.unwrap_or_default(),
        }
    }

    /// The document, which compares links as the `active` policy does if it does not say.
    #[must_use]
    pub fn over(mut self, active: LinkComparison) -> Self {
        self.compare_links.get_or_insert(active);
        self
    }

    /// The current version of the format.
    pub const VERSION: u32 = 1;
    /// The longest document, in bytes of JSON.
    pub const LONGEST: usize = 100_000;

    /// Parses a stored document.
    ///
    /// # Errors
    /// Says what does not conform to the format, and where.
    pub fn parse(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| Self::clarified(&error.to_string()))
    }

    /// A parser's message about a document, with the name that was most likely meant.
    #[must_use]
    pub fn clarified(message: &str) -> String {
        match meant(message) {
            Some(meant) => format!("{message}; did you mean `{meant}`?"),
            None => message.to_owned(),
        }
    }

    /// The text that is stored: equal documents have equal texts.
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

    /// The policy that is active until one is pushed: external meetings are recorded
    /// unless the calendar's owner declined.
    ///
    /// # Panics
    /// Never: it is in the format.
    #[must_use]
    pub fn built_in() -> Self {
        Self::parse(include_str!("built_in.json")).expect("a test reads it")
    }
}

/// The nearest of the names in a parser's message: "unknown field `x`, expected one of `y`,
/// `z`". Some parsers put the names in backticks.
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
