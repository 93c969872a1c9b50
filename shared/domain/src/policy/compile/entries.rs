//! Parses the entries of lists. An error says what to write instead.

use std::collections::BTreeMap;
use std::fmt;

use crate::email::{Domain, Email};
use crate::event::CalendarMetadata;
use crate::fact::RESPONSES;
use crate::id::CalendarId;
use crate::policy::condition::Who;
use crate::policy::expression::nearest;
use crate::policy::problem::Place;
use crate::policy::rule_set::Matcher;
use crate::policy::words::Phrase;

/// The most entries of one list.
const ENTRIES: usize = 500;
/// The most keys of metadata that one condition or policy names.
const PAIRS: usize = 20;
/// The longest phrase that titles are searched for, in characters.
const LONGEST_PHRASE: usize = 200;

/// The meeting platforms in Recall's specification. The set is open: these names only
/// serve to correct a misspelt one.
const PLATFORMS: [&str; 12] = [
    "zoom",
    "google_meet",
    "goto_meeting",
    "microsoft_teams",
    "microsoft_teams_live",
    "webex",
    "chime_sdk",
    "webrtc",
    "zoom_rtms",
    "google_meet_media_api",
    "slack_authenticator",
    "slack_huddle_observer",
];

/// Parses each entry of a list, and reports the problems at their places.
pub(super) fn list<T, E: fmt::Display>(
    written: &[String],
    place: &mut Place<'_>,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Vec<T> {
    if written.len() > ENTRIES {
        place.report("there are more than 500 entries");
    }
    let parsed = |(index, text): (usize, &String)| place.item(index).accept(parse(text));
    written.iter().enumerate().filter_map(parsed).collect()
}

pub(super) fn domain(text: &str) -> Result<Domain, String> {
    let domain = text.strip_prefix('@').unwrap_or(text);
    Domain::parse(domain).map_err(|error| match meant_domain(text) {
        Some(meant) if text.contains('@') => format!(
            "`{text}` is an address: write `{meant}` for everybody of that domain, or any_attendee for \
             one person"
        ),
        Some(meant) => format!("`{text}`: {error}; did you mean `{meant}`?"),
        None => format!("`{text}`: {error}"),
    })
}

/// The domain in a link, an address or a pattern.
fn meant_domain(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let host = text
        .split_once("://")
        .map_or(text.as_str(), |(_, host)| host);
    let host = host.split(['/', '?', '#', ':']).next()?;
    let host = host.rsplit('@').next()?;
    let host = host.trim_matches(['*', '.', '<', '>', '"', '\'']);
    let is_meant = host.contains('.') && Domain::parse(host).is_ok();
    is_meant.then(|| host.to_owned())
}

pub(super) fn address(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|error| match Domain::parse(text) {
        Ok(_) => format!("`{text}` is a domain: write an address, or any_domain for all of them"),
        Err(_) if text.matches('@').count() > 1 => {
            format!("`{text}`: write each address as an entry of its own")
        }
        Err(_) => format!("`{text}`: {error}"),
    })
}

pub(super) fn who(text: &str) -> Result<Who, String> {
    if text.contains('@') && !text.starts_with('@') {
        return address(text).map(Who::Address);
    }
    domain(text).map(Who::Domain)
}

pub(in crate::policy) fn matcher(text: &str) -> Result<Matcher, String> {
    if text.starts_with('@') {
        return domain(text).map(Matcher::Domain);
    }
    if text.contains('@') {
        return address(text).map(Matcher::Owner);
    }
    let id = CalendarId::parse(text).map(Matcher::Id);
    id.map_err(|_| match Domain::parse(text) {
        Ok(domain) => format!("`{text}` is no calendar id; a domain is written as @{domain}"),
        Err(_) => format!("`{text}` is no address, no @domain and no calendar id"),
    })
}

/// Keys and values of metadata. The problems are reported at their keys.
pub(super) fn pairs(
    written: &BTreeMap<String, String>,
    place: &mut Place<'_>,
) -> BTreeMap<String, String> {
    if written.len() > PAIRS {
        place.report("there are more than 20 keys");
    }
    for (key, value) in written {
        let mut place = place.at(key);
        if !CalendarMetadata::is_key(key) {
            place.report("a key of the metadata has 1 to 100 characters");
        }
        if value.is_empty() {
            place.report(
                "a value has a character at least; an expression asks for a missing key: \
                 `calendar_metadata.team == ''`",
            );
        } else if !CalendarMetadata::is_value(value) {
            place.report("a value has 500 characters at most: a longer one is never known");
        }
    }
    written.clone()
}

pub(super) fn phrase(text: &str) -> Result<Phrase, String> {
    let text = text.trim();
    let phrase = Phrase::of(text).filter(|_| text.chars().count() <= LONGEST_PHRASE);
    phrase.ok_or_else(|| "a word or phrase has 1 to 200 characters".to_owned())
}

pub(super) fn response(text: &str) -> Result<String, String> {
    if RESPONSES.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(match nearest(text, RESPONSES.iter().copied()) {
        Some(meant) => format!("`{text}` is no response; did you mean `{meant}`?"),
        None => {
            format!("`{text}` is no response: write accepted, tentative, declined or pending")
        }
    })
}

/// The name of a meeting platform. One that is almost a known name is taken as misspelt.
pub(super) fn platform(text: &str) -> Result<String, String> {
    let text = phrase(text)?.as_str().to_owned();
    if PLATFORMS.contains(&text.as_str()) {
        return Ok(text);
    }
    let plain = text.replace([' ', '-'], "_");
    let known = nearest(&plain, PLATFORMS).or_else(|| {
        let mut known = PLATFORMS.iter().copied();
        let is_part = |name: &&str| name.ends_with(&format!("_{}", plain.to_lowercase()));
        known.find(is_part).map(str::to_owned)
    });
    match known {
        Some(meant) => Err(format!("did you mean `{meant}` by `{text}`?")),
        None => Ok(text),
    }
}
