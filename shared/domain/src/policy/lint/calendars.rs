//! Calendars that no policy is for, and policies that are for no calendar.

use std::collections::BTreeMap;

use super::covers::is_part;
use super::{addresses, domains};
use crate::email::Domain;
use crate::event::{Calendar, CalendarStatus};
use crate::policy::compile::matcher;
use crate::policy::document::PolicyDocument;
use crate::policy::explanation::pairs;
use crate::policy::expression::nearest;
use crate::policy::problem::Place;
use crate::policy::rule_set::Matcher;

/// Checks how named policies name their calendars.
pub(super) fn selectors(document: &PolicyDocument, place: &mut Place<'_>) {
    let mut before: Vec<(Matcher, String, usize)> = Vec::new();
    for (index, named) in document.policies.iter().enumerate() {
        for (entry, text) in named.calendars.iter().enumerate() {
            let mut place = place.item(index);
            let mut place = place.at("calendars");
            let mut place = place.item(entry);
            let problem = if text.starts_with('@') {
                domains::problem(text, &named.calendars)
            } else {
                addresses::problem(text)
            };
            if let Some(problem) = problem {
                place.report(problem);
            }
            let Ok(matcher) = matcher(text) else {
                continue;
            };
            if let Some((_, other, policy)) =
                before.iter().find(|(other, ..)| hides(other, &matcher))
            {
                place.report(hidden(
                    text,
                    other,
                    *policy == index,
                    &document.policies[*policy].name,
                ));
            }
            before.push((matcher, text.clone(), index));
        }
        if !named.metadata.is_empty() {
            let matcher = Matcher::Metadata(named.metadata.clone());
            let text = pairs(&named.metadata, ", ");
            if let Some((_, other, policy)) =
                before.iter().find(|(other, ..)| hides(other, &matcher))
            {
                let policy = &document.policies[*policy].name;
                let mut place = place.item(index);
                place
                    .at("metadata")
                    .report(hidden(&text, other, false, policy));
            }
            before.push((matcher, text, index));
        }
    }
}

fn hidden(text: &str, other: &str, is_same_policy: bool, policy: &str) -> String {
    if is_same_policy {
        return format!("`{text}` is in the list already: `{other}` includes it");
    }
    format!(
        "`{text}` is for no calendar, since the policy \"{policy}\" before it has `{other}`, and the first of them counts; put this policy before that one"
    )
}

/// Whether each calendar of `matcher` has the policy of `other`, which is before it.
fn hides(other: &Matcher, matcher: &Matcher) -> bool {
    match (other, matcher) {
        (Matcher::Domain(wide), Matcher::Domain(narrow)) => narrow.is_within(wide),
        (Matcher::Metadata(few), Matcher::Metadata(many)) => is_part(few, many),
        (other, matcher) => other == matcher,
    }
}

/// Denied domains that are those of the calendars themselves.
pub(super) fn denied(document: &PolicyDocument, place: &mut Place<'_>) {
    for (index, text) in document.denied_domains.domains().iter().enumerate() {
        let Some(denied) = plain(text) else {
            continue;
        };
        let selectors = document.policies.iter().flat_map(|named| &named.calendars);
        let mut selectors = selectors
            .filter(|selector| owner_domain(selector).is_some_and(|own| own.is_within(&denied)));
        let named = document
            .policies
            .iter()
            .filter_map(|named| named.own_domains.as_ref());
        let mut ours = named.flatten().chain(&document.own_domains);
        if let Some(selector) = selectors.next() {
            place.item(index).report(own_domain(text, selector));
        } else if ours.any(|own| plain(own).is_some_and(|own| own.is_within(&denied))) {
            place.item(index).report(format!(
                "`{text}` is ours by `own_domains`: no meeting in which one of these people takes part is recorded; remove it from one of the lists"
            ));
        }
    }
}

fn own_domain(text: &str, calendar: &str) -> String {
    format!(
        "`{text}` is the domain of {calendar}, who takes part in each meeting of that calendar: none of them is recorded; to record nothing in some calendars, give them a policy with `default: skip`"
    )
}

/// The domain of the calendars that a selector names.
fn owner_domain(selector: &str) -> Option<Domain> {
    match matcher(selector).ok()? {
        Matcher::Id(_) | Matcher::Metadata(_) => None,
        Matcher::Owner(email) => Some(email.domain()),
        Matcher::Domain(domain) => Some(domain),
    }
}

fn plain(text: &str) -> Option<Domain> {
    Domain::parse(text.trim().trim_start_matches('@')).ok()
}

/// Checks the document against the calendars that are connected.
pub(super) fn connected(document: &PolicyDocument, calendars: &[Calendar], place: &mut Place<'_>) {
    let is_connected = |calendar: &&Calendar| calendar.status != CalendarStatus::Disconnected;
    let calendars: Vec<&Calendar> = calendars.iter().filter(is_connected).collect();
    if calendars.is_empty() {
        // Before the first is connected, every selector is ahead of its calendar.
        return;
    }
    denied_owners(
        document,
        &calendars,
        &mut place.at(document.denied_domains.place()),
    );
    for (index, named) in document.policies.iter().enumerate() {
        for (entry, text) in named.calendars.iter().enumerate() {
            if let Some(problem) = of_none(text, &calendars) {
                let mut place = place.at("policies");
                let mut place = place.item(index);
                place.at("calendars").item(entry).report(problem);
            }
        }
        if let Some(problem) = has_no_calendar(&named.metadata, &calendars) {
            let mut place = place.at("policies");
            place.item(index).at("metadata").report(problem);
        }
    }
}

/// What is wrong with metadata that no calendar has.
fn has_no_calendar(wanted: &BTreeMap<String, String>, calendars: &[&Calendar]) -> Option<String> {
    let matcher = Matcher::Metadata(wanted.clone());
    let is_named = |calendar: &&Calendar| matcher.specificity(calendar).is_some();
    if wanted.is_empty() || calendars.iter().any(is_named) {
        return None;
    }
    let (key, _) = wanted.first_key_value()?;
    Some(format!(
        "no connected calendar has {}; `callsheet calendars list --metadata {key}` shows what they have",
        pairs(wanted, " and ")
    ))
}

fn denied_owners(document: &PolicyDocument, calendars: &[&Calendar], place: &mut Place<'_>) {
    for (index, text) in document.denied_domains.domains().iter().enumerate() {
        let Some(denied) = plain(text) else { continue };
        let is_denied = |calendar: &&&Calendar| {
            let email = calendar.email.as_ref();
            email.is_some_and(|email| email.domain().is_within(&denied))
        };
        let own = match calendars.iter().filter(is_denied).count() {
            0 => continue,
            1 => "a connected calendar, whose owner takes part in each of its meetings".to_owned(),
            count => format!(
                "{count} connected calendars, whose owners take part in each of their meetings"
            ),
        };
        let problem = format!("`{text}` is the domain of {own}: none of these is recorded");
        place.item(index).report(problem);
    }
}

/// What is wrong with a selector that is of no calendar.
fn of_none(text: &str, calendars: &[&Calendar]) -> Option<String> {
    let matcher = matcher(text).ok()?;
    let is_named = |calendar: &&Calendar| matcher.specificity(calendar).is_some();
    if calendars.iter().any(is_named) {
        return None;
    }
    let is_owner_unknown = calendars.iter().any(|calendar| calendar.email.is_none());
    let known = match matcher {
        Matcher::Owner(_) | Matcher::Domain(_) if is_owner_unknown => {
            ", as far as the addresses of their owners are known"
        }
        _ => "",
    };
    let meant = nearest_owner(text, calendars);
    let meant = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
    Some(format!(
        "`{text}` is of no connected calendar{known}; `callsheet calendars list` shows them{meant}"
    ))
}

/// The calendar that was probably meant.
fn nearest_owner(text: &str, calendars: &[&Calendar]) -> Option<String> {
    let names = calendars.iter().flat_map(|calendar| {
        let email = calendar.email.as_ref();
        let owner = email.map(|email| email.as_str().to_owned());
        let domain = email.map(|email| format!("@{}", email.domain()));
        [Some(calendar.id.to_string()), owner, domain]
    });
    let names: Vec<String> = names.flatten().collect();
    // An address is not meant by a domain.
    let is_alike = |name: &&String| name.starts_with('@') == text.starts_with('@');
    let alike = names.iter().filter(is_alike).map(String::as_str);
    nearest(text, alike)
}
