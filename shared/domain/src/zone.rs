//! Time zones, in which the day and the hour of a meeting are determined.
//!
//! The database of zones is built in, so that verdicts do not depend on the machine's. A zone
//! has one name, whichever platform or program named it.

mod aliases;
mod names;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

#[cfg(test)]
use aliases::ALIASES;
use aliases::todays_name;

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// How names of zones begin that Outlook made itself.
const OUTLOOK: &str = "tzone://microsoft/";
/// How the database's names of offsets begin. Their signs are turned: `Etc/GMT+3` is three
/// hours behind UTC.
const OFFSETS: &str = "Etc/GMT";
/// The name of UTC.
const UTC: &str = "UTC";
/// The database's name for a machine whose zone was never set.
const NOT_SET: &str = "Factory";

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

/// A time zone: one that the database knows, or a fixed offset from UTC. Two are equal when
/// their names are.
#[derive(Clone)]
pub struct TimeZoneName {
    name: String,
    zone: TimeZone,
}

/// A text that is not the name of a time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown time zone: expected an IANA name such as Europe/Berlin, a Windows name, or an offset such as UTC+05:30"
)]
pub struct UnknownTimeZone;

impl TimeZoneName {
    /// Parses a name that has one meaning, in any case:
    ///
    /// - an IANA name, also one that the zone had before;
    /// - a Windows name such as `W. Europe Standard Time`, also a retired one, and its
    ///   description in menus, `(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna`;
    /// - an offset: `GMT-03:00`, `UTC+5:30`;
    /// - `tzone://Microsoft/` before one of these, or the path of a program's own database
    ///   before an IANA name.
    ///
    /// # Errors
    /// If the name is unknown, such as that of Outlook's customised zones,
    /// `tzone://Microsoft/Custom` and `Customized Time Zone`, whose rules are in another field.
    pub fn parse(text: &str) -> Result<Self, UnknownTimeZone> {
        let text = text.trim();
        let is_outlooks = |start: &&str| start.eq_ignore_ascii_case(OUTLOOK);
        let text = match text.get(..OUTLOOK.len()).filter(is_outlooks) {
            Some(start) => &text[start.len()..],
            None => text,
        };
        let text = text.trim_matches('"');
        known(text)
            .or_else(|| known(&text.replace(' ', "_")))
            .or_else(|| names::ends_of_path(text).find_map(known))
            .or_else(|| known(names::iana_name(text)?))
            .or_else(|| names::offset(text).map(fixed))
            .or_else(|| known(names::of_places(text)?))
            .ok_or(UnknownTimeZone)
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

    /// The name: IANA's, as IANA spells it today, or `UTC+05:30` for an offset.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Whether it is UTC.
    #[must_use]
    pub fn is_utc(&self) -> bool {
        self.name == UTC
    }

    /// The instant at which clocks show `local`, the first one if there are two.
    #[must_use]
    pub fn instant(&self, local: DateTime) -> Option<Timestamp> {
        self.zone.to_timestamp(local).ok()
    }

    /// The local date and time at `instant`.
    #[must_use]
    pub fn local(&self, instant: Timestamp) -> DateTime {
        self.zone.to_datetime(instant)
    }
}

fn known(name: &str) -> Option<TimeZoneName> {
    let zone = ZONES.get(name).ok().filter(|zone| !zone.is_unknown())?;
    let spelled = zone.iana_name().filter(|name| *name != NOT_SET)?;
    if spelled.starts_with(OFFSETS) {
        return Some(fixed(zone.to_offset(Timestamp::UNIX_EPOCH)));
    }
    let name = todays_name(spelled).to_owned();
    Some(TimeZoneName { name, zone })
}

fn fixed(offset: Offset) -> TimeZoneName {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let name = match minutes.abs() {
        0 => UTC.to_owned(),
        minutes => format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60),
    };
    let zone = TimeZone::fixed(offset);
    TimeZoneName { name, zone }
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
    use windows_timezones::WindowsTimezone;

    #[test_case("Europe/Berlin", Some("Europe/Berlin"); "an IANA name")]
    #[test_case(" europe/BERLIN ", Some("Europe/Berlin"); "in any case")]
    #[test_case("W. Europe Standard Time", Some("Europe/Berlin"); "a Windows name")]
    #[test_case("Pacific Standard Time", Some("America/Los_Angeles"); "another Windows name")]
    #[test_case("India Standard Time", Some("Asia/Kolkata"); "a Windows name whose zone was renamed")]
    #[test_case("Asia/Calcutta", Some("Asia/Kolkata"); "an IANA name that was renamed")]
    #[test_case("UTC", Some("UTC"); "UTC is both")]
    #[test_case("Etc/UTC", Some("UTC"); "UTC by its long name")]
    #[test_case("US/Pacific", Some("America/Los_Angeles"); "an IANA name by its country")]
    #[test_case("asia/saigon", Some("Asia/Ho_Chi_Minh"); "a former name of a city")]
    #[test_case("Europe/Oslo", Some("Europe/Oslo"); "a city that another one stands for in the database")]
    #[test_case("Zulu", Some("UTC"); "UTC by another name")]
    #[test_case("GMT", Some("UTC"); "Greenwich without summer time")]
    #[test_case("Etc/GMT+3", Some("UTC-03:00"); "an IANA name with its sign turned")]
    #[test_case("w. europe standard time", Some("Europe/Berlin"); "a Windows name in lower case")]
    #[test_case("W. Europe  Standard Time ", Some("Europe/Berlin"); "a Windows name with blanks")]
    #[test_case("W. Europe Daylight Time", Some("Europe/Berlin"); "a Windows name in summer")]
    #[test_case("Kamchatka Standard Time", Some("Asia/Kamchatka"); "a retired Windows name")]
    #[test_case("Mid-Atlantic Standard Time", Some("Atlantic/South_Georgia"); "another retired one")]
    #[test_case("Armenian Standard Time", Some("Asia/Yerevan"); "a country's retired one")]
    #[test_case("Russia TZ 2 Standard Time", Some("Europe/Moscow"); "a numbered one")]
    #[test_case("UTC-11", Some("UTC-11:00"); "a Windows name that is an offset")]
    #[test_case("tzone://Microsoft/Utc", Some("UTC"); "UTC by Outlook")]
    #[test_case("TZONE://microsoft/Pacific Standard Time", Some("America/Los_Angeles"); "a Windows name by Outlook")]
    #[test_case("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", Some("Europe/Berlin"); "a description")]
    #[test_case("(GMT+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", Some("Europe/Berlin"); "a description as it was")]
    #[test_case("(UTC+01:00) Amsterdam, Berlin, …", Some("Europe/Berlin"); "a description that was cut")]
    #[test_case("Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", Some("Europe/Berlin"); "a description without the offset")]
    #[test_case("(UTC-08:00) Pacific Time (US & Canada)", Some("America/Los_Angeles"); "a description with brackets")]
    #[test_case("(GMT-08:00) Pacific Time (US & Canada); Tijuana", Some("America/Los_Angeles"); "a description with a former place")]
    #[test_case("(UTC) Dublin, Edinburgh, Lisbon, London", Some("Europe/London"); "a description without a number")]
    #[test_case("(UTC+00:00) Dublin, Edinburgh, Lisbon, London", Some("Europe/London"); "a description with the number zero")]
    #[test_case("Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London", Some("Europe/London"); "a description with a name before")]
    #[test_case("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", Some("Asia/Kolkata"); "an offset of half an hour")]
    #[test_case("(GMT+05:30) Calcutta, Chennai, Mumbai, New Delhi", Some("Asia/Kolkata"); "a former name in a description")]
    #[test_case("(UTC) Coordinated Universal Time", Some("UTC"); "the description of UTC")]
    #[test_case("(UTC+02:00) Athens, Istanbul, Minsk", None; "a description of places that have parted since")]
    #[test_case("(UTC+02:00) La Paz", None; "a place in two zones")]
    #[test_case("(UTC+01:00) Moon Base", None; "a place that is in no description")]
    #[test_case("(UTC+01:00)", Some("UTC+01:00"); "an offset in brackets")]
    #[test_case("GMT-03:00", Some("UTC-03:00"); "an offset from Greenwich")]
    #[test_case("GMT-0300", Some("UTC-03:00"); "an offset without a sign between")]
    #[test_case("UTC+5:30", Some("UTC+05:30"); "an offset from UTC")]
    #[test_case("utc \u{2212}3", Some("UTC-03:00"); "an offset with a minus of its own")]
    #[test_case("GMT+00:00", Some("UTC"); "no offset")]
    #[test_case("Z", Some("UTC"); "no offset in one letter")]
    #[test_case("+01:00", Some("UTC+01:00"); "an offset alone")]
    #[test_case("UTC+25:00", None; "an offset that no place has")]
    #[test_case("UTC+1:7", None; "half an offset")]
    #[test_case("UTC+", None; "a sign alone")]
    #[test_case("America/Los Angeles", Some("America/Los_Angeles"); "a blank in place of a line")]
    #[test_case("\"Europe/Berlin\"", Some("Europe/Berlin"); "in quotes")]
    #[test_case("/mozilla.org/20050126_1/Europe/Berlin", Some("Europe/Berlin"); "a path of a program")]
    #[test_case("/freeassociation.sourceforge.net/America/Indiana/Knox", Some("America/Indiana/Knox"); "a path, and a name of three parts")]
    #[test_case("/citadel.org/20190914_1/US/Pacific", Some("America/Los_Angeles"); "a path, and a former name")]
    #[test_case("/some/where", None; "a path to nothing")]
    #[test_case("IST", None; "a short name of several zones")]
    #[test_case("Factory", None; "a machine's zone that was never set")]
    #[test_case("tzone://Microsoft/Custom", None; "customised in Outlook")]
    #[test_case("Custom Start", None; "a name of a program's own")]
    #[test_case("Customized Time Zone", None; "customised in Outlook, by another name")]
    #[test_case("Etc/Unknown", None; "a name for none")]
    #[test_case("CET-1CEST,M3.5.0,M10.5.0/3", None; "a rule is no name")]
    #[test_case("Mars/Olympus", None; "a place without a zone")]
    #[test_case("../../etc/passwd", None; "a path")]
    #[test_case("", None; "nothing")]
    fn parses_iana_and_windows_names(text: &str, expected: Option<&str>) {
        let zone = TimeZoneName::parse(text).ok();
        assert_eq!(zone.as_ref().map(TimeZoneName::as_str), expected);
    }

    #[test]
    fn every_windows_name_and_its_description_have_a_zone_of_todays_name() {
        for windows in WindowsTimezone::iter() {
            let of_table = TimeZoneName::parse(windows.tzdb_id()).expect("a zone");
            assert!(is_todays(of_table.as_str()), "{of_table}");
            for name in [windows.name(), windows.description()] {
                let zone = TimeZoneName::parse(name);
                let zone = zone.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(zone, of_table, "{name}");
            }
        }
    }

    #[test]
    fn every_name_of_the_database_is_understood_and_has_todays_name() {
        for name in ZONES.available().filter(|name| name.as_str() != NOT_SET) {
            let zone = TimeZoneName::parse(name.as_str());
            let zone = zone.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(is_todays(zone.as_str()), "{name} is {zone}");
        }
    }

    fn is_todays(name: &str) -> bool {
        ALIASES.iter().all(|(alias, _)| *alias != name)
    }

    #[test]
    fn another_name_is_the_same_zone() {
        assert!(ALIASES.is_sorted());
        for (alias, name) in ALIASES {
            let [one, other] = [alias, name].map(|name| TimeZoneName::parse(name).unwrap());
            assert_eq!(one, other, "{alias}");
            assert_eq!(other.as_str(), name);
            for month in 1..=12 {
                let instant = format!("2026-{month:02}-15T12:00:00Z").parse().unwrap();
                assert_eq!(one.local(instant), other.local(instant), "{alias}");
            }
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
    #[test_case("GMT-03:00", "2026-03-06T10:00:00Z", "2026-03-06T07:00:00"; "an offset to the west")]
    #[test_case("UTC+5:30", "2026-07-06T10:00:00Z", "2026-07-06T15:30:00"; "an offset to the east")]
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
