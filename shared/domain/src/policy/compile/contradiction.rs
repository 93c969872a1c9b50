//! Shorthands that contradict each other: such a rule would never apply.

use crate::policy::text::is_of;
use crate::policy::when::Shorthands;
use crate::policy::words::Phrase;

/// Why a rule with these shorthands never applies.
pub(super) fn contradictions(shorthands: &Shorthands) -> Vec<String> {
    let mut found = flags(shorthands);
    found.extend(bounds(shorthands));
    found.extend(lists(shorthands));
    if shorthands.within_hours.is_some() && shorthands.within_hours == shorthands.outside_hours {
        found.push("`outside_hours` are `within_hours`".to_owned());
    }
    found
        .into_iter()
        .map(|reason| format!("it never applies: {reason}"))
        .collect()
}

fn flags(shorthands: &Shorthands) -> Vec<String> {
    let mut found = Vec::new();
    if shorthands.external.is_some() && shorthands.external == shorthands.internal {
        found.push("`internal` is the contrary of `external`; write one of them".to_owned());
    }
    let is_accepted = |response: &String| response == "accepted";
    let includes_accepted = shorthands.own_response.iter().any(is_accepted);
    let includes_others = !shorthands.own_response.iter().all(is_accepted);
    let is_contrary = match shorthands.confirmed {
        Some(true) => includes_others && !includes_accepted,
        Some(false) => includes_accepted && !includes_others,
        None => false,
    };
    if is_contrary {
        found.push("`own_response` is contrary to `confirmed`".to_owned());
    }
    if shorthands.busy == Some(false) && shorthands.out_of_office == Some(true) {
        found.push("an owner who is out of office is busy".to_owned());
    }
    found
}

fn bounds(shorthands: &Shorthands) -> Vec<String> {
    let bounds = [
        (
            "participants",
            shorthands.participants_at_least,
            shorthands.participants_at_most,
        ),
        (
            "minutes",
            shorthands.minutes_at_least,
            shorthands.minutes_at_most,
        ),
        (
            "lead_minutes",
            shorthands.lead_minutes_at_least,
            shorthands.lead_minutes_at_most,
        ),
    ];
    let contradiction = |(name, least, most): (&str, Option<u32>, Option<u32>)| {
        let (least, most) = least.zip(most).filter(|(least, most)| least > most)?;
        Some(format!(
            "`{name}_at_least` is {least}, more than `{name}_at_most`, {most}"
        ))
    };
    bounds.into_iter().filter_map(contradiction).collect()
}

fn lists(shorthands: &Shorthands) -> Vec<String> {
    let mut found = Vec::new();
    let is_same = |one: &String, other: &String| {
        let phrases = Phrase::of(one.trim()).zip(Phrase::of(other.trim()));
        phrases.is_some_and(|(one, other)| one.is(&other))
    };
    let excludes_all =
        |wanted: &[String], excluded: &[String], is: &dyn Fn(&String, &String) -> bool| {
            let is_excluded = |one: &String| excluded.iter().any(|other| is(one, other));
            !wanted.is_empty() && wanted.iter().all(is_excluded)
        };
    if excludes_all(&shorthands.title_has, &shorthands.title_lacks, &is_same) {
        found.push("`title_lacks` has all of `title_has`".to_owned());
    }
    let is_within = |one: &String, other: &String| is_of(one, other);
    if excludes_all(&shorthands.any_domain, &shorthands.no_domain, &is_within) {
        found.push("`no_domain` has all of `any_domain`".to_owned());
    }
    found
}
