//! Parameters of a query. Unknown ones are refused: a list whose filter is misspelt would have
//! everything. Of the others all that are invalid are reported at once.

use std::collections::BTreeSet;

use callsheet_api::problem::InvalidPart;
use callsheet_domain::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::problem::Refused;

/// The parameters of a query, and the problems that were found in them so far.
pub(crate) struct Parameters {
    given: Vec<(String, String)>,
    problems: Vec<InvalidPart>,
}

impl Parameters {
    /// Parses a query as it was sent.
    pub(crate) fn of(query: &str) -> Self {
        let given = form_urlencoded::parse(query.as_bytes()).into_owned();
        Self {
            given: given.collect(),
            problems: Vec::new(),
        }
    }

    /// Refuses parameters that are not among the `known` ones.
    pub(crate) fn refuse_unknown(mut self, known: &[&str]) -> Result<(), Refused> {
        let unknown = self.given.iter().map(|(name, _)| name.clone());
        let unknown: BTreeSet<_> = unknown
            .filter(|name| !known.contains(&name.as_str()))
            .collect();
        let expected = match known {
            [] => "no parameter".to_owned(),
            known => format!("one of these parameters: {}", known.join(", ")),
        };
        for name in unknown {
            self.refuse(&name, &expected);
        }
        self.finish()
    }

    /// The values of a parameter that may be given several times.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let given = self.given.iter().filter(|(given, _)| given == name);
        given.map(|(_, value)| value.clone()).collect()
    }

    /// The value of a parameter, as `parse` reads it; none if it is missing. If it is given twice,
    /// or `parse` refuses it, that is noted, with what is `expected`.
    pub(crate) fn one<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let values = self.all(name);
        let parsed = match values.as_slice() {
            [] => return None,
            [value] => parse(value),
            _ => None,
        };
        if parsed.is_none() {
            self.refuse(name, expected);
        }
        parsed
    }

    /// The values of a parameter that may be given several times, as `parse` reads them. If it
    /// refuses one, that is noted, with what is `expected`.
    pub(crate) fn each<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let values = self.all(name);
        let parsed: Vec<T> = values.iter().filter_map(|value| parse(value)).collect();
        if parsed.len() < values.len() {
            self.refuse(name, expected);
        }
        parsed
    }

    /// Notes that a parameter is invalid.
    pub(crate) fn refuse(&mut self, name: &str, expected: &str) {
        self.problems.push(InvalidPart {
            place: name.to_owned(),
            detail: format!("expected {expected}"),
        });
    }

    /// An instant.
    pub(crate) fn instant(&mut self, name: &str) -> Option<Timestamp> {
        self.one(name, "an instant in RFC 3339", |text| text.parse().ok())
    }

    /// A date, in UTC.
    pub(crate) fn date(&mut self, name: &str) -> Option<Date> {
        self.one(name, "a date such as 2026-11-27", |text| text.parse().ok())
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let flag = self.one(name, "true or false", |text| text.parse().ok());
        flag.unwrap_or_default()
    }

    /// A number up to `most`.
    pub(crate) fn limit(&mut self, most: usize, default: usize) -> usize {
        let expected = format!("a number from 1 to {most}");
        let parse = |text: &str| text.parse().ok().filter(|n| (1..=most).contains(n));
        self.one("limit", &expected, parse).unwrap_or(default)
    }

    /// A text that is not blank.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let is_short = |text: &&str| !text.trim().is_empty() && text.chars().count() <= 200;
        self.one(name, "a text of 1 to 200 characters", |text| {
            Some(text).filter(is_short).map(str::to_owned)
        })
    }

    /// A time zone: the one that is given, or that of the token, or UTC.
    pub(crate) fn zone(&mut self, of_token: Option<&TimeZone>) -> TimeZone {
        let zones = TimeZoneDatabase::bundled();
        let expected = "an IANA time zone such as Europe/Berlin";
        let given = self.one("zone", expected, |name| zones.get(name).ok());
        let zone = given.or_else(|| of_token.cloned());
        zone.unwrap_or(TimeZone::UTC)
    }

    /// Ends the reading.
    pub(crate) fn finish(self) -> Result<(), Refused> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(Refused::Invalid(self.problems))
        }
    }
}

/// What is expected of a cursor.
pub(crate) const CURSOR: &str = "the cursor of a page before";

/// The query of the page that a cursor leads to.
pub(crate) fn next_page(query: &str, cursor: Option<&str>) -> Option<String> {
    Some(changed_query(
        query,
        &[("cursor", Some(cursor?.to_owned()))],
    ))
}

/// The query of another page of a list: the given one, with its filters, and with other values of
/// some parameters.
pub(crate) fn changed_query(query: &str, changed: &[(&str, Option<String>)]) -> String {
    let kept = form_urlencoded::parse(query.as_bytes());
    let kept = kept.filter(|(name, _)| changed.iter().all(|(changed, _)| changed != name));
    let mut other = form_urlencoded::Serializer::new(String::new());
    other.extend_pairs(kept);
    let values = changed.iter();
    other.extend_pairs(values.filter_map(|(name, value)| Some((name, value.as_ref()?))));
    other.finish()
}
