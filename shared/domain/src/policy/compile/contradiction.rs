//! Shorthands that no meeting can meet together: such a rule would never apply.

use crate::policy::text::is_of;
use crate::policy::when::Shorthands;

/// What makes a rule never apply, in words.
pub(super) fn contradictions(asked: &Shorthands) -> Vec<String> {
    let mut found = Vec::new();
    if asked.external.is_some() && asked.external == asked.internal {
        found.push(
            "it never applies: `internal` is the contrary of `external`; write one of them"
                .to_owned(),
        );
    }
    let bounds = [
        (
            "participants",
            asked.participants_at_least,
            asked.participants_at_most,
        ),
        ("minutes", asked.minutes_at_least, asked.minutes_at_most),
        (
            "lead_minutes",
            asked.lead_minutes_at_least,
            asked.lead_minutes_at_most,
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
    let accepts = asked.own_response.iter().any(|answer| answer == "accepted");
    let says_else = asked.own_response.iter().any(|answer| answer != "accepted");
    let is_contrary = match asked.confirmed {
        Some(true) => says_else && !accepts,
        Some(false) => accepts && !says_else,
        None => false,
    };
    if is_contrary {
        found.push("it never applies: `own_response` is contrary to `confirmed`".to_owned());
    }
    if asked.busy == Some(false) && asked.out_of_office == Some(true) {
        found.push("it never applies: who is out of office is busy".to_owned());
    }
    let is_same =
        |one: &String, other: &String| one.trim().to_lowercase() == other.trim().to_lowercase();
    let all_of = |wanted: &[String], refused: &[String], is: &dyn Fn(&String, &String) -> bool| {
        let is_refused = |one: &String| refused.iter().any(|other| is(one, other));
        !wanted.is_empty() && wanted.iter().all(is_refused)
    };
    if all_of(&asked.title_has, &asked.title_lacks, &is_same) {
        found.push("it never applies: `title_lacks` has all of `title_has`".to_owned());
    }
    let is_within = |one: &String, other: &String| is_of(one, other);
    if all_of(&asked.any_domain, &asked.no_domain, &is_within) {
        found.push("it never applies: `no_domain` has all of `any_domain`".to_owned());
    }
    if asked.within_hours.is_some() && asked.within_hours == asked.outside_hours {
        found.push("it never applies: `outside_hours` are `within_hours`".to_owned());
    }
    found
}
