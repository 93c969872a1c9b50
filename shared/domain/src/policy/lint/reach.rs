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
    pub(super) is_locked: bool,
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
            if let Some(problem) = self.problem(rule, &tested_before(index, rules)) {
                place.item(index - first).report(problem);
            }
        }
    }

    fn problem(&self, rule: &Listed, before: &[&Listed]) -> Option<String> {
        if rule.conditions.iter().any(never_holds) {
            return Some(
                "its condition holds for no meeting; delete the rule, or correct it".to_owned(),
            );
        }
        if let Some(all) = before.iter().find(|other| other.is_of_all()) {
            let (all_of_them, way_out) = (all.before(rule), all.way_out(rule));
            return Some(if all.decides_all() {
                format!(
                    "it is never tested, since {all_of_them} applies to every meeting; {way_out}"
                )
            } else {
                format!(
                    "it is tested only if facts are unknown, since {all_of_them} applies to every other meeting; {way_out}"
                )
            });
        }
        if let Some((one, other)) = opposites(before) {
            let is_behind_a_lock = !rule.is_locked && (one.is_locked || other.is_locked);
            let way_out = if is_behind_a_lock {
                "delete it, or narrow one of them"
            } else {
                "put it before them, or delete it"
            };
            return Some(format!(
                "it is never tested, since every meeting is decided by the rules \"{}\" and \"{}\" before it; {way_out}",
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
        let of_all = if rule.is_locked {
            "it applies to every meeting and is locked, so nothing is ever recorded, whatever a person sets: narrow it, or set `default: skip` instead"
        } else {
            "it applies to every meeting: delete it, and set `default` instead"
        };
        rule.is_of_all().then(|| of_all.to_owned())
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
    let is_same =
        rule.covers(general) && general.then == rule.then && general.is_locked == rule.is_locked;
    if is_same {
        return format!("it is the same as the rule \"{name}\" before it; delete one of them");
    }
    let (general, way_out) = (general.before(rule), general.way_out(rule));
    format!("it never decides, since {general} applies whenever it does; {way_out}")
}

/// The rules that are tested before that of this index: those above it, and all locked ones
/// unless it is locked itself.
fn tested_before(index: usize, rules: &[Listed]) -> Vec<&Listed> {
    let is_locked = rules[index].is_locked;
    let before = rules.iter().enumerate().filter(|(other, rule)| {
        let is_above = *other < index;
        if is_locked {
            rule.is_locked && is_above
        } else {
            rule.is_locked || is_above
        }
    });
    before.map(|(_, rule)| rule).collect()
}

/// Two rules of one condition each, of which one applies to each meeting. While the fact is
/// unknown, only a rule that skips applies.
fn opposites<'a>(rules: &[&'a Listed]) -> Option<(&'a Listed, &'a Listed)> {
    let alone = |rule: &&Listed| rule.conditions.len() == 1;
    let single: Vec<&Listed> = rules.iter().copied().filter(alone).collect();
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
    /// The rule in a sentence about `later`, which is tested after it.
    fn before(&self, later: &Self) -> String {
        if self.is_locked && !later.is_locked {
            format!("the locked rule \"{}\", which goes before it,", self.name)
        } else {
            format!("the rule \"{}\" before it", self.name)
        }
    }

    /// What to do with `later`, which this rule leaves nothing for.
    fn way_out(&self, later: &Self) -> &'static str {
        if self.is_locked && !later.is_locked {
            "delete it, or narrow the locked one"
        } else {
            "put it before that one, or delete it"
        }
    }

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
