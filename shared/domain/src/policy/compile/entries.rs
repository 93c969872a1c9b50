//! The entries of lists, each with what to write instead if it cannot be read.

use std::fmt;

use crate::email::{Domain, Email};
use crate::fact::ANSWERS;
use crate::id::CalendarId;
use crate::policy::condition::Who;
use crate::policy::expression::nearest;
use crate::policy::problem::Place;
use crate::policy::rule_set::Matcher;

/// The most entries of one list.
const ENTRIES: usize = 500;
/// The longest word or phrase that a title is searched for, in characters.
const LONGEST_PHRASE: usize = 200;

/// Where people meet, by the names in Recall's specification. It is an open
/// set: these only tell what a misspelt one was meant to be.
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

/// Reads each entry of a list, noting what is wrong with it at its place.
pub(super) fn list<T, E: fmt::Display>(
    written: &[String],
    place: &mut Place<'_>,
    read: impl Fn(&str) -> Result<T, E>,
) -> Vec<T> {
    if written.len() > ENTRIES {
        place.refuse("there are more than 500 entries");
    }
    let read = |(index, text): (usize, &String)| place.item(index).accept(read(text));
    written.iter().enumerate().filter_map(read).collect()
}

pub(super) fn domain(text: &str) -> Result<Domain, String> {
    let domain = text.strip_prefix('@').unwrap_or(text);
    Domain::parse(domain).map_err(|error| format!("`{text}`: {error}"))
}

pub(super) fn address(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|error| match Domain::parse(text) {
        Ok(_) => format!("`{text}` is a domain: write an address, or any_domain for all of them"),
        Err(_) => format!("`{text}`: {error}"),
    })
}

pub(super) fn who(text: &str) -> Result<Who, String> {
    if text.contains('@') && !text.starts_with('@') {
        return address(text).map(Who::Address);
    }
    domain(text).map(Who::Domain)
}

pub(super) fn matcher(text: &str) -> Result<Matcher, String> {
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

pub(super) fn phrase(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_PHRASE {
        return Err("a word or phrase has 1 to 200 characters".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn answer(text: &str) -> Result<String, String> {
    if ANSWERS.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(match nearest(text, ANSWERS.iter().copied()) {
        Some(meant) => format!("`{text}` is no answer; did you mean `{meant}`?"),
        None => {
            format!("`{text}` is no answer: write accepted, tentative, declined or pending")
        }
    })
}

/// A platform's name; one that is almost a known one is that one misspelt.
pub(super) fn platform(text: &str) -> Result<String, String> {
    let text = phrase(text)?;
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
