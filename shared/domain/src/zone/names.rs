//! Names of zones beside those of the IANA database: those of Windows, which Outlook uses,
//! their descriptions in menus, and offsets.
//!
//! A name is understood if it has one meaning. The offset in a description is not read, since
//! it changes with the law and the season: `(UTC+01:00) Amsterdam, Berlin, Bern` is named by
//! its cities.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::tz::Offset;
use strum::IntoEnumIterator;
use windows_timezones::WindowsTimezone;

use super::aliases::todays_name;
use crate::spelling::folded;

/// Names that Windows had, or has in other places, and the zones' IANA names.
const RETIRED: [(&str, &str); 19] = [
    ("Armenian Standard Time", "Asia/Yerevan"),
    ("Kamchatka Standard Time", "Asia/Kamchatka"),
    ("Jerusalem Standard Time", "Asia/Jerusalem"),
    ("Malay Peninsula Standard Time", "Asia/Singapore"),
    ("Mexico Standard Time", "America/Mexico_City"),
    ("Mexico Standard Time 2", "America/Mazatlan"),
    ("Mid-Atlantic Standard Time", "Atlantic/South_Georgia"),
    ("Prague Bratislava Standard Time", "Europe/Prague"),
    ("Russia TZ 1 Standard Time", "Europe/Kaliningrad"),
    ("Russia TZ 2 Standard Time", "Europe/Moscow"),
    ("Russia TZ 3 Standard Time", "Europe/Samara"),
    ("Russia TZ 4 Standard Time", "Asia/Yekaterinburg"),
    ("Russia TZ 6 Standard Time", "Asia/Krasnoyarsk"),
    ("Russia TZ 7 Standard Time", "Asia/Irkutsk"),
    ("Russia TZ 8 Standard Time", "Asia/Yakutsk"),
    ("Russia TZ 9 Standard Time", "Asia/Vladivostok"),
    ("Russia TZ 10 Standard Time", "Asia/Srednekolymsk"),
    ("Russia TZ 11 Standard Time", "Asia/Kamchatka"),
    (
        "Transitional Islamic State of Afghanistan Standard Time",
        "Asia/Kabul",
    ),
];

/// Places in the descriptions of earlier versions of Windows, and their zones.
const EARLIER: [(&str, &str); 8] = [
    ("calcutta", "Asia/Kolkata"),
    ("kiev", "Europe/Kyiv"),
    ("rangoon", "Asia/Yangon"),
    ("ulaan bataar", "Asia/Ulaanbaatar"),
    ("ekaterinburg", "Asia/Yekaterinburg"),
    ("bogota", "America/Bogota"),
    ("pretoria", "Africa/Johannesburg"),
    ("nuku alofa", "Pacific/Tongatapu"),
];

/// The farthest offset of a zone from UTC, in minutes.
const FARTHEST: i32 = 14 * 60;

/// The names of zones, folded, with IANA's.
static NAMES: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let mut names = BTreeMap::new();
    for zone in WindowsTimezone::iter() {
        names.insert(key(zone.name()), zone.tzdb_id());
        names.insert(key(place(zone.description())), zone.tzdb_id());
    }
    for (name, zone) in RETIRED {
        names.entry(key(name)).or_insert(zone);
    }
    names
});

/// The places in descriptions, folded, each with the zones that it is named in.
static PLACES: LazyLock<BTreeMap<String, BTreeSet<&'static str>>> = LazyLock::new(|| {
    let mut places: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    let zones = WindowsTimezone::iter().map(|zone| (zone.description(), zone.tzdb_id()));
    for (description, zone) in zones.chain(EARLIER) {
        for part in parts(place(description)) {
            places.entry(part).or_default().insert(todays_name(zone));
        }
    }
    places
});

/// The IANA name of a zone by a name of Windows or by its description in a menu.
pub(super) fn iana_name(name: &str) -> Option<&'static str> {
    let name = key(place(name));
    let standard = name
        .replace(" daylight time", " standard time")
        .replace(" summer time", " standard time");
    let known = NAMES.get(&name).or_else(|| NAMES.get(&standard));
    known.copied()
}

/// What may be an IANA name at the end of a path, which programs write that have a database of
/// their own: `/mozilla.org/20050126_1/Europe/Berlin`. Names have two parts or three.
pub(super) fn ends_of_path(path: &str) -> impl Iterator<Item = &str> {
    let parts = path.strip_prefix('/').unwrap_or_default();
    let slashes: Vec<usize> = parts.match_indices('/').map(|(at, _)| at).collect();
    let starts = slashes.into_iter().rev().skip(1).take(2);
    starts.map(|at| &parts[at + 1..])
}

/// The IANA name of the one zone in whose description all these places are, by their names in
/// any order. Names that are in no description do not count.
pub(super) fn of_places(name: &str) -> Option<&'static str> {
    let known = parts(place(name)).filter_map(|part| PLACES.get(&part).cloned());
    let common = known.reduce(|one, other| &one & &other)?;
    let mut zones = common.into_iter();
    zones.next().filter(|_| zones.next().is_none())
}

/// An offset from UTC: `GMT-03:00`, `UTC+5:30`, `(UTC+01:00)`, `+0100`.
pub(super) fn offset(text: &str) -> Option<Offset> {
    let text = text
        .strip_prefix('(')
        .map_or(Some(text), |text| text.strip_suffix(')'));
    let text = text?.trim().to_ascii_lowercase();
    let named = ["utc", "gmt"]
        .iter()
        .find_map(|name| text.strip_prefix(name));
    let digits = named.unwrap_or(&text).trim();
    if digits.is_empty() || text == "z" {
        return named
            .map(|_| Offset::UTC)
            .or((text == "z").then_some(Offset::UTC));
    }
    let (is_west, digits) = match digits.strip_prefix('+') {
        Some(digits) => (false, digits),
        None => (true, digits.strip_prefix(['-', '\u{2212}'])?),
    };
    let minutes = minutes(digits).filter(|minutes| *minutes <= FARTHEST)?;
    Offset::from_seconds(60 * if is_west { -minutes } else { minutes }).ok()
}

/// Minutes of `5`, `05`, `530`, `0530` and `5:30`.
fn minutes(digits: &str) -> Option<i32> {
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() > 2 && digits.is_ascii() => digits.split_at(digits.len() - 2),
        None => (digits, "00"),
    };
    let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain(hours) || !is_plain(minutes) || !(1..=2).contains(&hours.len()) {
        return None;
    }
    let minutes: i32 = minutes.parse().ok().filter(|_| minutes.len() == 2)?;
    (minutes < 60).then_some(hours.parse::<i32>().ok()? * 60 + minutes)
}

/// A description without the offset before it.
fn place(description: &str) -> &str {
    let rest = description.trim().strip_prefix('(');
    let rest = rest.and_then(|rest| rest.split_once(')'));
    match rest {
        Some((inside, rest)) if offset(inside).is_some() => rest.trim(),
        _ => description,
    }
}

/// The parts of a description, folded.
fn parts(description: &str) -> impl Iterator<Item = String> {
    let parts = description.split([',', ';', ':', '/']);
    parts.map(key).filter(|part| !part.is_empty())
}

/// A name in one spelling: its words, without signs.
fn key(name: &str) -> String {
    let folded = folded(name);
    let words = folded.split(|character: char| {
        !character.is_alphanumeric() && character != '+' && character != '-'
    });
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}
