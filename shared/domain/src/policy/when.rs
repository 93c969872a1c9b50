//! When a rule applies, as it is written: shorthands that must all hold, or an expression.

use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// When a rule applies.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum When {
    /// An expression in CEL over the facts.
    Expression(String),
    /// Shorthands, all of which must hold.
    All(Box<Shorthands>),
}

/// What can be asked without an expression. Whatever is written must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Shorthands {
    /// Somebody from outside the calendar's domain takes part, or nobody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external: Option<bool>,
    /// Everybody is of the calendar's domain: the contrary of `external`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internal: Option<bool>,
    /// Somebody from outside the organizer's domain takes part, or nobody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_to_organizer: Option<bool>,
    /// Somebody of one of these domains, or of a subdomain, takes part.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "listed")]
    #[schemars(length(min = 1))]
    pub any_domain: Vec<String>,
    /// Nobody of these domains or their subdomains takes part.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "listed")]
    #[schemars(length(min = 1))]
    pub no_domain: Vec<String>,
    /// Everybody is of one of these domains or their subdomains, or of the calendar's.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "listed")]
    #[schemars(length(min = 1))]
    pub only_domains: Vec<String>,
    /// Somebody with one of these addresses is invited.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "listed")]
    #[schemars(length(min = 1))]
    pub any_attendee: Vec<String>,
    /// One of these addresses, or somebody of one of these domains, called the meeting.
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
    /// At least so many people take part; rooms are not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participants_at_least: Option<u32>,
    /// At most so many people take part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participants_at_most: Option<u32>,
    /// The calendar's owner called the meeting, or did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hosted: Option<bool>,
    /// The calendar's owner accepted, or has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<bool>,
    /// The calendar's owner said one of these: `accepted`, `tentative`, `declined`, `pending`.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "listed")]
    #[schemars(length(min = 1))]
    pub own_response: Vec<String>,
    /// The meeting is one of a series, or is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurring: Option<bool>,
    /// It lasts at least so many minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes_at_least: Option<u32>,
    /// It lasts at most so many minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes_at_most: Option<u32>,
    /// It begins and ends within these hours of these days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_hours: Option<HoursDocument>,
    /// It does not begin and end within these hours of these days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outside_hours: Option<HoursDocument>,
    /// It is private or confidential, or is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private: Option<bool>,
    /// It takes whole days, or does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all_day: Option<bool>,
    /// The calendar shows the time as taken, or as free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub busy: Option<bool>,
    /// It says that its owner is away, or does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of_office: Option<bool>,
    /// It keeps time free for its owner's own work, or does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focus_time: Option<bool>,
    /// It was created at least so many minutes before its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_minutes_at_least: Option<u32>,
    /// It was created at most so many minutes before its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_minutes_at_most: Option<u32>,
    /// People meet on one of these: `zoom`, `google_meet`, `microsoft_teams`, ….
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "listed")]
    #[schemars(length(min = 1))]
    pub meeting_platform: Vec<String>,
    /// The list of those invited is whole, or leaves people out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attendees_complete: Option<bool>,
    /// An expression in CEL that must hold too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
}

/// Hours of some days of the week, in the calendar's time zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HoursDocument {
    /// The days, `monday` to `sunday`; Monday to Friday if none is written.
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
    /// The name it is written under, and that the fact `weekday` has.
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

/// A list with something in it: one that is left empty by mistake must not ask
/// nothing, as if it were not there.
fn listed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let entries = Vec::<String>::deserialize(deserializer)?;
    if entries.is_empty() {
        return Err(D::Error::custom("an empty list: leave it out"));
    }
    Ok(entries)
}

fn working_days() -> Vec<DayOfWeek> {
    use DayOfWeek::{Friday, Monday, Thursday, Tuesday, Wednesday};
    vec![Monday, Tuesday, Wednesday, Thursday, Friday]
}

/// By hand, so that an unknown shorthand is named: trying one shape after the
/// other would only say that none fits.
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
                        "`when` asks nothing; to decide about every meeting, set `default`",
                    ));
                }
                Ok(When::All(Box::new(shorthands)))
            }
        }
        deserializer.deserialize_any(Either)
    }
}
