//! Time zones, in which the day and the hour of a meeting are determined.
//!
//! The database of zones is built in, so that verdicts do not depend on the machine's.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use windows_timezones::WindowsTimezone;

use jiff::Timestamp;

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Old names that Unicode's table of Windows zones still uses, and their current IANA names:
/// a zone has one name, whichever platform it comes from.
const RENAMED: [(&str, &str); 8] = [
    ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ("America/Godthab", "America/Nuuk"),
    ("America/Indianapolis", "America/Indiana/Indianapolis"),
    ("Asia/Calcutta", "Asia/Kolkata"),
    ("Asia/Katmandu", "Asia/Kathmandu"),
    ("Asia/Rangoon", "Asia/Yangon"),
    ("Etc/UTC", "UTC"),
    ("Europe/Kiev", "Europe/Kyiv"),
];

/// Abbreviations that are no IANA names, and what is mostly meant by them.
const ABBREVIATIONS: [(&str, &str); 15] = [
    ("EDT", "America/New_York"),
    ("CST", "America/Chicago"),
    ("CDT", "America/Chicago"),
    ("MDT", "America/Denver"),
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
    ("BST", "Europe/London"),
    ("WEST", "Europe/Lisbon"),
    ("CEST", "Europe/Berlin"),
    ("EEST", "Europe/Athens"),
    ("IST", "Asia/Kolkata"),
    ("SGT", "Asia/Singapore"),
    ("JST", "Asia/Tokyo"),
    ("AEST", "Australia/Sydney"),
    ("AEDT", "Australia/Sydney"),
];

/// A time zone that the database knows. Two are equal when their names are.
#[derive(Clone)]
pub struct TimeZoneName {
    name: String,
    zone: TimeZone,
}

/// A text that is not the name of a time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone: expected an IANA name such as Europe/Berlin, or a Windows name")]
pub struct UnknownTimeZone;

impl TimeZoneName {
    /// Parses an IANA name in any case, or a Windows name such as `W. Europe Standard Time`,
    /// which always has an IANA equivalent.
    ///
    /// # Errors
    /// If the name is unknown, such as that of Outlook's customised zones,
    /// `tzone://Microsoft/Custom`, whose rules are in another field.
    pub fn parse(text: &str) -> Result<Self, UnknownTimeZone> {
        let text = text.trim();
        let windows = || {
            let zone: WindowsTimezone = text.parse().ok()?;
            known(zone.tzdb_id())
        };
        known(text).or_else(windows).ok_or(UnknownTimeZone)
    }

    /// The IANA name that an unknown text was probably meant to be: a misspelt one, a city, or
    /// an abbreviation.
    #[must_use]
    pub fn meant_by(text: &str) -> Option<String> {
        let plain = text.trim().replace(' ', "_").to_lowercase();
        let is_same = |name: &str| name.eq_ignore_ascii_case(&plain);
        if let Some((_, zone)) = ABBREVIATIONS.iter().find(|(name, _)| is_same(name)) {
            return Some((*zone).to_owned());
        }
        let names: Vec<String> = ZONES.available().map(|name| name.to_string()).collect();
        let is_of_city = |name: &&String| {
            let city = name.rsplit_once('/').map(|(_, city)| city.to_lowercase());
            city.as_deref() == Some(plain.as_str())
        };
        if let Some(city) = names.iter().find(is_of_city) {
            return Some(city.clone());
        }
        let distance = |name: &String| strsim::damerau_levenshtein(&name.to_lowercase(), &plain);
        let nearest = names.iter().map(|name| (distance(name), name)).min()?;
        // Short names are all alike.
        (nearest.0 <= 2 && plain.len() > 6).then(|| nearest.1.clone())
    }

    /// The IANA name, as IANA spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The local date and time at `instant`.
    #[must_use]
    pub fn local(&self, instant: Timestamp) -> DateTime {
        self.zone.to_datetime(instant)
    }
}

fn known(name: &str) -> Option<TimeZoneName> {
    let zone = ZONES.get(name).ok().filter(|zone| !zone.is_unknown())?;
    let spelled = zone.iana_name()?;
    let renamed = RENAMED.iter().find(|(old, _)| *old == spelled);
    let name = renamed.map_or(spelled, |(_, new)| new).to_owned();
    Some(TimeZoneName { name, zone })
}

impl FromStr for TimeZoneName {
    type Err = UnknownTimeZone;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl PartialEq for TimeZoneName {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for TimeZoneName {}

impl Hash for TimeZoneName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl fmt::Debug for TimeZoneName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TimeZoneName({})", self.name)
    }
}

impl fmt::Display for TimeZoneName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator;
    use test_case::test_case;

    #[test_case("Europe/Berlin", Some("Europe/Berlin"); "an IANA name")]
    #[test_case(" europe/BERLIN ", Some("Europe/Berlin"); "in any case")]
    #[test_case("W. Europe Standard Time", Some("Europe/Berlin"); "a Windows name")]
    #[test_case("Pacific Standard Time", Some("America/Los_Angeles"); "another Windows name")]
    #[test_case("India Standard Time", Some("Asia/Kolkata"); "a Windows name whose zone was renamed")]
    #[test_case("Asia/Calcutta", Some("Asia/Kolkata"); "an IANA name that was renamed")]
    #[test_case("UTC", Some("UTC"); "UTC is both")]
    #[test_case("Etc/UTC", Some("UTC"); "UTC by its long name")]
    #[test_case("tzone://Microsoft/Custom", None; "customised in Outlook")]
    #[test_case("Customized Time Zone", None; "customised in Outlook, by another name")]
    #[test_case("Etc/Unknown", None; "a name for none")]
    #[test_case("+01:00", None; "an offset is no zone")]
    #[test_case("CET-1CEST,M3.5.0,M10.5.0/3", None; "a rule is no name")]
    #[test_case("Mars/Olympus", None; "a place without a zone")]
    #[test_case("../../etc/passwd", None; "a path")]
    #[test_case("", None; "nothing")]
    fn parses_iana_and_windows_names(text: &str, expected: Option<&str>) {
        let zone = TimeZoneName::parse(text).ok();
        assert_eq!(zone.as_ref().map(TimeZoneName::as_str), expected);
    }

    #[test]
    fn every_windows_name_has_a_zone_of_todays_name() {
        for windows in WindowsTimezone::iter() {
            let zone = TimeZoneName::parse(windows.name());
            let zone = zone.unwrap_or_else(|error| panic!("{}: {error}", windows.name()));
            assert_eq!(TimeZoneName::parse(windows.tzdb_id()), Ok(zone.clone()));
            assert!(RENAMED.iter().all(|(old, _)| *old != zone.as_str()));
        }
    }

    #[test]
    fn a_renamed_zone_is_the_same_zone() {
        for (old, new) in RENAMED {
            assert_eq!(TimeZoneName::parse(old), TimeZoneName::parse(new), "{old}");
            assert_eq!(TimeZoneName::parse(new).unwrap().as_str(), new);
        }
    }

    #[test_case("Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29T01:59:59"; "the last second of winter")]
    #[test_case("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00"; "the first of summer")]
    #[test_case("Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00"; "an hour that comes twice, first")]
    #[test_case("Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00"; "an hour that comes twice, again")]
    #[test_case("America/New_York", "2026-03-08T06:59:59Z", "2026-03-08T01:59:59"; "winter in New York")]
    #[test_case("America/New_York", "2026-03-08T07:00:00Z", "2026-03-08T03:00:00"; "summer in New York")]
    #[test_case("America/New_York", "2090-07-01T12:00:00Z", "2090-07-01T08:00:00"; "far ahead, by today's rule")]
    #[test_case("Asia/Kathmandu", "2026-03-06T20:00:00Z", "2026-03-07T01:45:00"; "no whole hours, and tomorrow")]
    #[test_case("Pacific/Kiritimati", "2026-03-06T10:00:00Z", "2026-03-07T00:00:00"; "the earliest day there is")]
    #[test_case("UTC", "2026-03-06T10:00:00Z", "2026-03-06T10:00:00"; "as it stands")]
    fn converts_to_local_time(zone: &str, instant: &str, expected: &str) {
        let zone = TimeZoneName::parse(zone).unwrap();
        let local = zone.local(instant.parse().unwrap());
        assert_eq!(local.to_string(), expected);
    }

    #[test_case("Europe/Berln", Some("Europe/Berlin"); "a misspelt name")]
    #[test_case("san francisco", None; "a city without a zone")]
    #[test_case("los angeles", Some("America/Los_Angeles"); "a city")]
    #[test_case("cest", Some("Europe/Berlin"); "an abbreviation")]
    #[test_case("XYZ", None; "no abbreviation")]
    fn finds_the_zone_that_was_meant(text: &str, expected: Option<&str>) {
        assert_eq!(TimeZoneName::meant_by(text).as_deref(), expected);
    }

    #[test]
    fn every_abbreviation_is_of_a_zone_and_is_none_itself() {
        for (abbreviation, zone) in ABBREVIATIONS {
            assert!(TimeZoneName::parse(abbreviation).is_err(), "{abbreviation}");
            assert_eq!(TimeZoneName::parse(zone).unwrap().as_str(), zone);
        }
    }

    #[test]
    fn zones_are_equal_by_name() {
        let (one, other) = ("Europe/Berlin", "Europe/Paris");
        let [one, other] = [one, other].map(|name| TimeZoneName::parse(name).unwrap());
        assert_ne!(one, other);
        assert_eq!(one, "W. Europe Standard Time".parse().unwrap());
        assert_eq!(
            format!("{one} {one:?}"),
            "Europe/Berlin TimeZoneName(Europe/Berlin)"
        );
    }
}
