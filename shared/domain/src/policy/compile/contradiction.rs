//! Shorthands that contradict each other: such a rule would never apply.

use crate::policy::text::is_of;
use crate::policy::when::Shorthands;

/// Why a rule with these shorthands never applies.
pub(super) fn contradictions(shorthands: &Shorthands) -> Vec<String> {
    let mut found = Vec::new();
    if shorthands.external.is_some() && shorthands.external == shorthands.internal {
        found.push(
            "it never applies: `internal` is the contrary of `external`; write one of them"
                .to_owned(),
        );
    }
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
    for (name, least, most) in bounds {
        if let (Some(least), Some(most)) = (least, most)
            && least > most
        {
            found.push(format!(
                "it never applies: `{name}_at_least` is {least}, more than `{name}_at_most`, {most}"
            ));
        }
    }
    let accepts = shorthands
        .own_response
        .iter()
        .any(|answer| answer == "accepted");
    let is_else = shorthands
        .own_response
        .iter()
        .any(|answer| answer != "accepted");
    let is_contrary = match shorthands.confirmed {
        Some(true) => is_else && !accepts,
        Some(false) => accepts && !is_else,
        None => false,
    };
    if is_contrary {
        found.push("it never applies: `own_response` is contrary to `confirmed`".to_owned());
    }
    if shorthands.busy == Some(false) && shorthands.out_of_office == Some(true) {
        found.push("it never applies: an owner who is out of office is busy".to_owned());
    }
    let is_same =
        |one: &String, other: &String| one.trim().to_lowercase() == other.trim().to_lowercase();
    let all_of = |wanted: &[String], refused: &[String], is: &dyn Fn(&String, &String) -> bool| {
        let is_refused = |one: &String| refused.iter().any(|other| is(one, other));
        !wanted.is_empty() && wanted.iter().all(is_refused)
    };
    if all_of(&shorthands.title_has, &shorthands.title_lacks, &is_same) {
        found.push("it never applies: `title_lacks` has all of `title_has`".to_owned());
    }
    let is_within = |one: &String, other: &String| is_of(one, other);
    if all_of(&shorthands.any_domain, &shorthands.no_domain, &is_within) {
        found.push("it never applies: `no_domain` has all of `any_domain`".to_owned());
    }
    if shorthands.within_hours.is_some() && shorthands.within_hours == shorthands.outside_hours {
        found.push("it never applies: `outside_hours` are `within_hours`".to_owned());
    }
    found
}
