//! Rules that are never tested, or never apply, since earlier ones decide.

use super::covers::{are_opposite, covers, holds_if_known, mostly_holds, never_holds};
use crate::email::Domain;
use crate::fact::Fact;
use crate::policy::condition::Condition;
use crate::policy::document::Then;
use crate::policy::problem::Place;

/// A rule with its conditions.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) conditions: Vec<Condition>,
    pub(super) then: Then,
}

/// Finds rules that are never reached.
pub(super) struct Reach {
    denied: Vec<Domain>,
}

impl Reach {
    pub(super) fn new(denied: &[String]) -> Self {
        let plain = |text: &String| Domain::parse(text.trim().trim_start_matches('@')).ok();
        Self {
            denied: denied.iter().filter_map(plain).collect(),
        }
    }

    /// Checks the rules from `first` on; those before it are tested before them and are
    /// reported elsewhere.
    pub(super) fn check(&self, rules: &[Listed], first: usize, place: &mut Place<'_>) {
        for (index, rule) in rules.iter().enumerate().skip(first) {
            if let Some(problem) = self.problem(rule, &rules[..index]) {
                place.item(index - first).report(problem);
            }
        }
    }

    fn problem(&self, rule: &Listed, before: &[Listed]) -> Option<String> {
        if rule.conditions.iter().any(never_holds) {
            return Some(
                "its condition holds for no meeting; delete the rule, or correct it".to_owned(),
            );
        }
        if let Some(all) = before.iter().find(|other| other.is_of_all()) {
            let name = &all.name;
            return Some(if all.decides_all() {
                format!(
                    "it is never tested, since the rule \"{name}\" before it applies to every meeting; put it before that one, or delete it"
                )
            } else {
                format!(
                    "it is tested only if facts are unknown, since the rule \"{name}\" before it applies to every other meeting; put it before that one, or delete it"
                )
            });
        }
        if let Some((one, other)) = opposites(before) {
            return Some(format!(
                "it is never tested, since every meeting is decided by the rules \"{}\" and \"{}\" before it; put it before them, or delete it",
                one.name, other.name
            ));
        }
        if let Some(general) = before.iter().find(|other| other.decides_before(rule)) {
            return Some(hidden_by(general, rule));
        }
        if let Some(domain) = self.denied_of(rule) {
            return Some(format!(
                "it never records: meetings with people of {domain} are skipped by `denied_domains`, which go before the rules"
            ));
        }
        if self.skips_hidden(rule) {
            return Some(
                "it never records: as long as there are `denied_domains`, meetings are skipped before the rules if their list of attendees is incomplete".to_owned(),
            );
        }
        rule.is_of_all()
            .then(|| "it applies to every meeting: delete it, and set `default` instead".to_owned())
    }

    /// Whether the rule would record meetings in which a denied domain may be hidden.
    fn skips_hidden(&self, rule: &Listed) -> bool {
        let is_hidden = |condition: &Condition| {
            matches!(condition, Condition::Flag(Fact::AttendeesComplete, false))
        };
        let records = rule.then == Then::Record;
        records && !self.denied.is_empty() && rule.conditions.iter().any(is_hidden)
    }

    /// A denied domain without which the rule does not apply.
    fn denied_of(&self, rule: &Listed) -> Option<&Domain> {
        if rule.then == Then::Skip {
            return None;
        }
        let asked = rule
            .conditions
            .iter()
            .find_map(|condition| match condition {
                Condition::AnyDomain(domains) => Some(domains),
                _ => None,
            })?;
        let denied = |domain: &Domain| self.denied.iter().find(|denied| domain.is_within(denied));
        let first = asked.first().and_then(denied)?;
        asked
            .iter()
            .all(|domain| denied(domain).is_some())
            .then_some(first)
    }
}

fn hidden_by(general: &Listed, rule: &Listed) -> String {
    let name = &general.name;
    let is_same = rule.covers(general) && general.then == rule.then;
    if is_same {
        return format!("it is the same as the rule \"{name}\" before it; delete one of them");
    }
    format!(
        "it never decides, since the rule \"{name}\" before it applies whenever it does; put it before that one, or delete it"
    )
}

/// Two rules of one condition each, of which one applies to each meeting. While the fact is
/// unknown, only a rule that skips applies.
fn opposites(rules: &[Listed]) -> Option<(&Listed, &Listed)> {
    let alone = |rule: &&Listed| rule.conditions.len() == 1;
    let single: Vec<&Listed> = rules.iter().filter(alone).collect();
    single.iter().enumerate().find_map(|(index, one)| {
        let mut later = single[index + 1..].iter();
        let other = later.find(|other| {
            let skips = one.then == Then::Skip || other.then == Then::Skip;
            skips && are_opposite(&one.conditions[0], &other.conditions[0])
        })?;
        Some((*one, *other))
    })
}

impl Listed {
    /// Whether it applies to every meeting but for rare ones.
    fn is_of_all(&self) -> bool {
        !self.conditions.is_empty() && self.conditions.iter().all(mostly_holds)
    }

    /// Whether it decides about every meeting. A rule that records does not if a fact is
    /// unknown; an expression then fails, and decides.
    fn decides_all(&self) -> bool {
        let is_expression = |condition: &Condition| matches!(condition, Condition::Expression(_));
        let decides = |condition: &Condition| {
            let is_decided = self.then == Then::Skip || is_expression(condition);
            is_decided && holds_if_known(condition)
        };
        self.conditions.iter().all(decides)
    }

    /// Whether it applies to each meeting that `other` applies to.
    fn covers(&self, other: &Self) -> bool {
        let holds = |general: &Condition| {
            holds_if_known(general)
                || other
                    .conditions
                    .iter()
                    .any(|special| covers(general, special))
        };
        !self.conditions.is_empty() && self.conditions.iter().all(holds)
    }

    /// Whether nothing is left for `rule` behind it. A rule that records does not apply as
    /// long as a fact is unknown. One that skips does, and one whose expression fails, so
    /// these meetings are left for them.
    fn decides_before(&self, rule: &Self) -> bool {
        if !self.covers(rule) {
            return false;
        }
        let own = |condition: &&Condition| {
            let is_expression = matches!(condition, Condition::Expression(_));
            is_expression
                && !self
                    .conditions
                    .iter()
                    .any(|general| covers(general, condition))
        };
        let may_fail = rule.conditions.iter().any(|condition| own(&condition));
        self.then == Then::Skip || (rule.then == Then::Record && !may_fail)
    }
}
