//! The condition of a rule as a document states it: shorthands, or an expression.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::document::keyed;

/// When a rule applies.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum When {
    /// An expression in CEL over the facts.
    Expression(String),
    /// Shorthands, all of which must hold.
    All(Box<Shorthands>),
}

/// Conditions without an expression. All that are set must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Shorthands {
    /// A participant is from outside the calendar's domain, or (`false`) none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external: Option<bool>,
    /// All participants are from the calendar's domain: the opposite of `external`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internal: Option<bool>,
    /// A participant is from outside the organizer's domain, or (`false`) none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_to_organizer: Option<bool>,
    /// A participant is from one of these domains or their subdomains.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "listed")]
    #[schemars(length(min = 1))]
    pub any_domain: Vec<String>,
    /// No participant is from these domains or their subdomains.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "listed")]
    #[schemars(length(min = 1))]
    pub no_domain: Vec<String>,
    /// All participants are from these domains, their subdomains, or the calendar's domain.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "listed")]
    #[schemars(length(min = 1))]
    pub only_domains: Vec<String>,
    /// One of these addresses is on the list of attendees.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "listed")]
    #[schemars(length(min = 1))]
    pub any_attendee: Vec<String>,
    /// The organizer is one of these addresses, or from one of these domains.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "listed")]
    #[schemars(length(min = 1))]
    pub organizer: Vec<String>,
    /// The title has one of these words or phrases; case does not matter.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "listed")]
    #[schemars(length(min = 1))]
    pub title_has: Vec<String>,
    /// The title has none of these words or phrases.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "listed")]
    #[schemars(length(min = 1))]
    pub title_lacks: Vec<String>,
    /// The least number of participants; rooms are not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participants_at_least: Option<u32>,
    /// The greatest number of participants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participants_at_most: Option<u32>,
    /// The calendar's owner is the organizer, or (`false`) is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hosted: Option<bool>,
    /// The calendar's owner accepted, or has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<bool>,
    /// The calendar's owner responded with one of these: `accepted`, `tentative`, `declined`, `pending`.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "listed")]
    #[schemars(length(min = 1))]
    pub own_response: Vec<String>,
    /// The event belongs to a series, or does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurring: Option<bool>,
    /// The shortest duration in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes_at_least: Option<u32>,
    /// The longest duration in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes_at_most: Option<u32>,
    /// It starts and ends within these hours on these days.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "keyed::optional"
    )]
    pub within_hours: Option<HoursDocument>,
    /// It does not start and end within these hours on these days.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "keyed::optional"
    )]
    pub outside_hours: Option<HoursDocument>,
    /// It is private or confidential, or is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private: Option<bool>,
    /// It is an all-day event, or is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all_day: Option<bool>,
    /// The calendar shows the time as busy, or as free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub busy: Option<bool>,
    /// It marks the owner as out of office, or does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of_office: Option<bool>,
    /// It is focus time (Google only), or is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focus_time: Option<bool>,
    /// It was created at least this many minutes before its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_minutes_at_least: Option<u32>,
    /// It was created at most this many minutes before its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_minutes_at_most: Option<u32>,
    /// The meeting platform is one of these: `zoom`, `google_meet`, `microsoft_teams`, ….
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "listed")]
    #[schemars(length(min = 1))]
    pub meeting_platform: Vec<String>,
    /// The list of attendees is complete, or is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attendees_complete: Option<bool>,
    /// The calendar's metadata at Recall has all of these values: `{ team: sales }`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "pairs")]
    #[schemars(extend("minProperties" = 1))]
    pub calendar_metadata: BTreeMap<String, String>,
    /// An expression in CEL that must also hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
}

/// Hours on some days of the week, in the calendar's time zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HoursDocument {
    /// The days, `monday` to `sunday`; Monday to Friday by default.
    #[serde(default = "working_days")]
    pub days: Vec<DayOfWeek>,
    /// The earliest start, `09:00`.
    pub from: String,
    /// The latest end, `17:30`; `24:00` is midnight.
    pub to: String,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "days need no explanation")]
pub enum DayOfWeek {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl DayOfWeek {
    /// The name in documents, which is also the value of the fact `weekday`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Wednesday => "wednesday",
            Self::Thursday => "thursday",
            Self::Friday => "friday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }
}

/// A list that is not empty: an empty list by mistake must not be taken as no condition.
fn listed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let entries = Vec::<String>::deserialize(deserializer)?;
    if entries.is_empty() {
        return Err(D::Error::custom("an empty list: leave it out"));
    }
    Ok(entries)
}

/// Texts by key, at least one: an empty map by mistake must not be taken as no condition.
pub(super) fn pairs<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let pairs = BTreeMap::<String, String>::deserialize(deserializer)?;
    if pairs.is_empty() {
        return Err(D::Error::custom("an empty map: leave it out"));
    }
    Ok(pairs)
}

fn working_days() -> Vec<DayOfWeek> {
    use DayOfWeek::{Friday, Monday, Thursday, Tuesday, Wednesday};
    vec![Monday, Tuesday, Wednesday, Thursday, Friday]
}

/// Written by hand so that an error names the unknown shorthand; a derived implementation
/// would only say that no variant fits.
impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = When;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an expression or shorthands, such as `external: true`")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<When, E> {
                Ok(When::Expression(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<When, A::Error> {
                let shorthands = Shorthands::deserialize(MapAccessDeserializer::new(map))?;
                if shorthands == Shorthands::default() {
                    return Err(A::Error::custom(
                        "`when` has no condition; to decide about every meeting, set `default`",
                    ));
                }
                Ok(When::All(Box::new(shorthands)))
            }
        }
        deserializer.deserialize_any(Either)
    }
}
