//! The policy document that people write, in YAML or JSON.
//!
//! The types are the format: its JSON Schema is generated from them, and an editor shows
//! their doc comments to the author of a policy. [`Policy::compile`](super::Policy::compile)
//! checks whether the parts fit together.

mod denied;
pub(super) mod keyed;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::expression::nearest;
use super::when::When;
pub use denied::{DeniedDomains, DeniedDomainsDocument};

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
    /// the event or of the whole meeting goes before this, and none if they are locked.
    #[serde(default, skip_serializing_if = "DeniedDomains::is_empty")]
    pub denied_domains: DeniedDomains,
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
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "keyed::list"
    )]
    pub rules_for_all: Vec<RuleDocument>,
    /// The rules: the first that applies decides.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "keyed::list"
    )]
    pub rules: Vec<RuleDocument>,
    /// Whether a meeting is recorded if no rule applies.
    pub default: Then,
    /// The most bots of a day and of a month, of all calendars together. Only what a person asks
    /// for goes beyond.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "keyed::optional"
    )]
    pub spending: Option<SpendingDocument>,
    /// What an hour of a bot costs, in any currency: a preview shows estimates by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub price_per_hour: Option<f64>,
    /// The bot: the body of Recall's Create Bot without `meeting_url` and
    /// `join_at`. Its texts may contain `{{ facts }}`.
    #[serde(default)]
    pub bot: Map<String, Value>,
    /// When another bot is sent to a meeting in place of one that has ended.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "keyed::optional"
    )]
    pub retry: Option<RetryDocument>,
    /// Named policies for some calendars. They inherit the settings that they leave out.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "keyed::list"
    )]
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
    /// calendar, an id or an owner goes before metadata, metadata before a domain, and
    /// otherwise the first wins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<String>,
    /// Calendars whose metadata at Recall has all of these values are under it, too:
    /// `{ team: sales }`.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "super::when::pairs"
    )]
    #[schemars(extend("minProperties" = 1))]
    pub metadata: BTreeMap<String, String>,
    /// Domains that are ours in these calendars, instead of those above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_domains: Option<Vec<String>>,
    /// The time zone of these calendars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The rules, instead of `rules` above. Those for all calendars are tested before them.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "keyed::optional_list"
    )]
    pub rules: Option<Vec<RuleDocument>>,
    /// Whether a meeting is recorded if no rule applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Then>,
    /// The most bots of these calendars together. They also count for the caps above.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "keyed::optional"
    )]
    pub spending: Option<SpendingDocument>,
    /// The bot, instead of the one above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot: Option<Map<String, Value>>,
}

/// Caps on spending. Days and months are those of UTC, and a bot is counted once, however many
/// calendars its meeting is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SpendingDocument {
    /// The most bots that join on a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub bots_per_day: Option<u32>,
    /// The most hours that the meetings with bots of a day take.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub hours_per_day: Option<u32>,
    /// The most bots that join in a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub bots_per_month: Option<u32>,
    /// The most hours that the meetings with bots of a month take.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub hours_per_month: Option<u32>,
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
    /// The rule goes before every override. Only a rule that skips can be locked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
}

/// When another bot is sent to a running meeting in place of one that has ended. The copies of
/// a meeting share their bots, so this is the same for all calendars. No bot is sent after one
/// that people removed or denied, or that the platform blocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryDocument {
    /// What became of a bot after which another one is sent; by default a fault of the platform
    /// or of the bot. `[]` sends none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Vec<RetriedOutcome>>,
    /// How many further bots a meeting gets, up to 5; by default 2. 0 sends none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u32>,
    /// How many minutes of the meeting must be left; by default 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes_before_end: Option<u32>,
}

/// What became of a bot, such that another one may record the meeting.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RetriedOutcome {
    /// The platform or the bot failed.
    PlatformFault,
    /// Nobody else joined the call, or it was never started.
    NobodyCame,
    /// Nobody admitted the bot from the waiting room.
    NeverAdmitted,
    /// The link is wrong, or the room is closed or full.
    LinkOrRoom,
    /// The meeting asks for a sign-in or a registration.
    SignIn,
    /// The credentials or the account of the bot do not suffice.
    Credentials,
    /// Recall gave no reason that is known.
    Unknown,
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
        keyed::from_json(json).map_err(|error| Self::clarified(&error.to_string()))
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
