//! Whether one condition holds whenever another one does.

use std::collections::BTreeMap;

use super::always;
use crate::email::Domain;
use crate::fact::{Fact, RESPONSES};
use crate::policy::condition::{Condition, Who};
use crate::policy::text::is_of;
use crate::policy::words::Phrase;

/// Whether `general` holds for each meeting for which `special` holds.
pub(super) fn covers(general: &Condition, special: &Condition) -> bool {
    use Condition as C;
    match (general, special) {
        (C::Flag(fact, wanted), C::Flag(other, is_wanted)) => {
            plain_flag(*fact, *wanted) == plain_flag(*other, *is_wanted)
        }
        (C::OneOf(fact, texts, wanted), C::OneOf(other, others, is_wanted)) => {
            fact == other && one_of(texts, *wanted, others, *is_wanted)
        }
        (C::AtLeast(fact, least), C::AtLeast(other, more)) => fact == other && least <= more,
        (C::AtMost(fact, most), C::AtMost(other, less)) => fact == other && most >= less,
        (C::AnyDomain(wide), C::AnyDomain(narrow))
        | (C::OnlyDomains(wide), C::OnlyDomains(narrow))
        | (C::NoDomain(narrow), C::NoDomain(wide)) => all_within(narrow, wide),
        (C::AnyAttendee(many), C::AnyAttendee(few)) => few.iter().all(|one| many.contains(one)),
        (C::Organizer(many), C::Organizer(few)) => few
            .iter()
            .all(|one| many.iter().any(|who| includes(who, one))),
        (C::Title(wide, true), C::Title(narrow, true))
        | (C::Title(narrow, false), C::Title(wide, false)) => all_have(narrow, wide),
        (C::Hours(wide, true), C::Hours(narrow, true))
        | (C::Hours(narrow, false), C::Hours(wide, false)) => narrow.are_within(wide),
        (C::Metadata(few), C::Metadata(many)) => is_part(few, many),
        (C::Expression(one), C::Expression(other)) => same_source(one.source(), other.source()),
        _ => false,
    }
}

/// Whether one of two conditions holds for each meeting whose facts are known, and never both.
pub(super) fn are_opposite(one: &Condition, other: &Condition) -> bool {
    use Condition as C;
    match (one, other) {
        (C::Flag(fact, wanted), other) => covers(other, &C::Flag(*fact, !wanted)),
        (C::OneOf(fact, texts, wanted), other @ C::OneOf(..)) => {
            let opposite = C::OneOf(*fact, texts.clone(), !wanted);
            covers(&opposite, other) && covers(other, &opposite)
        }
        (C::AtLeast(fact, least), C::AtMost(other, most))
        | (C::AtMost(other, most), C::AtLeast(fact, least)) => fact == other && *least <= most + 1,
        (C::AnyDomain(any), C::NoDomain(none)) | (C::NoDomain(none), C::AnyDomain(any)) => {
            all_within(none, any)
        }
        (C::Title(one, wanted), C::Title(other, is_wanted)) => {
            wanted != is_wanted && all_have(one, other) && all_have(other, one)
        }
        (C::Hours(one, wanted), C::Hours(other, is_wanted)) => {
            wanted != is_wanted && one.are_within(other) && other.are_within(one)
        }
        _ => false,
    }
}

/// Whether it holds for each meeting whose facts are known.
pub(super) fn holds_if_known(condition: &Condition) -> bool {
    match condition {
        Condition::AtLeast(Fact::Participants | Fact::DurationMinutes, least) => *least <= 0,
        Condition::OneOf(Fact::OwnResponse, texts, true) => {
            let is_listed = |response: &&str| texts.iter().any(|text| text == response);
            RESPONSES.iter().all(is_listed)
        }
        Condition::Expression(expression) => always::value(expression) == Some(true),
        _ => false,
    }
}

/// Whether it holds for each meeting but for rare ones.
pub(super) fn mostly_holds(condition: &Condition) -> bool {
    // The owner takes part, but their address may be unknown.
    let is_one = matches!(condition, Condition::AtLeast(Fact::Participants, 1));
    is_one || holds_if_known(condition)
}

/// Whether it holds for no meeting.
pub(super) fn never_holds(condition: &Condition) -> bool {
    match condition {
        Condition::AtMost(Fact::Participants, most) => *most <= 0,
        Condition::Expression(expression) => always::value(expression) == Some(false),
        _ => false,
    }
}

fn plain_flag(fact: Fact, wanted: bool) -> (Fact, bool) {
    match fact {
        Fact::Internal => (Fact::External, !wanted),
        fact => (fact, wanted),
    }
}

/// Whether a text that is one of `others`, or none of them, is one of `texts`, or none.
fn one_of(texts: &[String], wanted: bool, others: &[String], is_wanted: bool) -> bool {
    match (wanted, is_wanted) {
        (true, true) => others.iter().all(|other| texts.contains(other)),
        (false, false) => texts.iter().all(|text| others.contains(text)),
        (false, true) => !others.iter().any(|other| texts.contains(other)),
        (true, false) => RESPONSES.iter().all(|response| {
            let is = |text: &String| text == response;
            texts.iter().any(is) || others.iter().any(is)
        }),
    }
}

fn all_within(inner: &[Domain], outer: &[Domain]) -> bool {
    let is_within = |one: &Domain| outer.iter().any(|other| one.is_within(other));
    inner.iter().all(is_within)
}

/// Whether each of `longer` has one of `shorter` in it.
fn all_have(longer: &[Phrase], shorter: &[Phrase]) -> bool {
    let has_one = |phrase: &Phrase| shorter.iter().any(|word| phrase.has(word));
    longer.iter().all(has_one)
}

fn includes(who: &Who, other: &Who) -> bool {
    match (who, other) {
        (Who::Address(one), Who::Address(other)) => one == other,
        (Who::Domain(domain), other) => is_of(other.as_str(), domain.as_str()),
        (Who::Address(_), Who::Domain(_)) => false,
    }
}

/// Whether metadata that has `many` values has the `few`, too.
pub(super) fn is_part(few: &BTreeMap<String, String>, many: &BTreeMap<String, String>) -> bool {
    few.iter().all(|(key, value)| many.get(key) == Some(value))
}

fn same_source(one: &str, other: &str) -> bool {
    // A blank matters in a text.
    let has_text = |source: &str| source.contains(['\'', '"']);
    if has_text(one) || has_text(other) {
        one.trim() == other.trim()
    } else {
        one.split_whitespace().eq(other.split_whitespace())
    }
}
