//! One rule, and its outcome for one meeting.
//!
//! A rule that skips also applies if an unknown fact leaves open whether it does: a
//! meeting that a person ruled out must not be recorded. A rule that records does not
//! apply then. A rule whose expression fails skips the meeting.

use super::condition::{Condition, Truth};
use super::document::Then;
use super::explanation::explain;
use super::kept_people::reduce_people;
use super::kept_title::reduce_title;
use crate::fact::{Fact, FactSource, FactValues};
use crate::verdict::{Reason, RuleName, Verdict};

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    pub(super) name: RuleName,
    /// All must hold. Expressions are last, since they cost most.
    pub(super) conditions: Vec<Condition>,
    pub(super) then: Then,
    /// No override goes before it. It skips then.
    pub(super) is_locked: bool,
}

/// The outcome of a rule for a meeting.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RuleOutcome {
    /// It applies.
    Applies(Verdict),
    /// It does not apply.
    Passed(Passed),
}

/// Why a rule does not apply. Conditions are named by their index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Passed {
    /// The first condition that does not hold.
    Missed(usize),
    /// It would record, but these conditions need facts that are unknown.
    Unknown {
        conditions: Vec<usize>,
        facts: Vec<Fact>,
    },
}

/// Whether all conditions of a rule hold.
#[derive(Debug, PartialEq)]
enum Tested {
    Holds,
    /// This condition does not hold.
    Missed(usize),
    /// These conditions need facts that are unknown, and the others hold.
    Unknown {
        conditions: Vec<usize>,
        facts: Vec<Fact>,
    },
    /// The expression failed, for this reason.
    Failed(String),
}

impl Rule {
    pub(super) fn evaluate(&self, facts: &dyn FactSource) -> RuleOutcome {
        let verdict = match (self.then, self.test(facts)) {
            (_, Tested::Missed(index)) => return RuleOutcome::Passed(Passed::Missed(index)),
            (Then::Record, Tested::Unknown { conditions, facts }) => {
                return RuleOutcome::Passed(Passed::Unknown { conditions, facts });
            }
            (_, Tested::Failed(failure)) => self.failed(&failure, facts),
            (Then::Record, Tested::Holds) => {
                let doing = format!("records it: {}", self.explain(facts));
                Verdict::Record(self.reason(doing, facts))
            }
            (Then::Skip, Tested::Holds) => {
                let doing = format!("skips it: {}", self.explain(facts));
                Verdict::Skip(self.reason(doing, facts))
            }
            (Then::Skip, Tested::Unknown { facts: unknown, .. }) => {
                let doing = format!("skips it, since it may apply: {}", list_unknown(&unknown));
                Verdict::Skip(self.reason(doing, facts))
            }
        };
        RuleOutcome::Applies(verdict)
    }

    /// Why it does not apply; none if it does.
    pub(super) fn passed(&self, facts: &dyn FactSource) -> Option<Passed> {
        match (self.then, self.test(facts)) {
            (_, Tested::Missed(index)) => Some(Passed::Missed(index)),
            (Then::Record, Tested::Unknown { conditions, facts }) => {
                Some(Passed::Unknown { conditions, facts })
            }
            _ => None,
        }
    }

    /// The conditions that it was passed over by.
    pub(super) fn decisive(&self, passed: &Passed) -> &[Condition] {
        match passed {
            Passed::Missed(index) => &self.conditions[*index..=*index],
            Passed::Unknown { .. } => &self.conditions,
        }
    }

    /// Whether a condition reads one of `facts`.
    pub(super) fn reads_any(&self, facts: &[Fact]) -> bool {
        let mut read = self.conditions.iter().flat_map(Condition::reads);
        read.any(|fact| facts.contains(fact))
    }

    /// Whether all conditions hold.
    fn test(&self, facts: &dyn FactSource) -> Tested {
        let (mut conditions, mut unknown) = (Vec::new(), Vec::new());
        for (index, condition) in self.conditions.iter().enumerate() {
            match condition.evaluate(facts) {
                Truth::Yes => {}
                Truth::Unknown(facts) => {
                    conditions.push(index);
                    unknown.extend(facts);
                }
                Truth::No => return Tested::Missed(index),
                Truth::Failed(failure) => return Tested::Failed(failure),
            }
        }
        if conditions.is_empty() {
            Tested::Holds
        } else {
            Tested::Unknown {
                conditions,
                facts: unknown,
            }
        }
    }

    fn failed(&self, failure: &str, facts: &dyn FactSource) -> Verdict {
        let doing = format!("could not be evaluated, so it is not recorded: {failure}");
        Verdict::Skip(Reason {
            has_failed: true,
            ..self.reason(doing, facts)
        })
    }

    fn explain(&self, facts: &dyn FactSource) -> String {
        let reasons: Vec<_> = self
            .conditions
            .iter()
            .map(|condition| explain(condition, facts))
            .collect();
        reasons.join("; ")
    }

    /// The reason that the rule gives by `doing` something with the meeting.
    fn reason(&self, doing: String, facts: &dyn FactSource) -> Reason {
        Reason {
            rule: self.name.clone(),
            reason: format!("the rule \"{}\" {doing}", self.name),
            facts: self.kept(facts),
            has_failed: false,
            is_locked: self.is_locked,
            tested: None,
        }
    }

    /// The facts that an explanation keeps.
    fn kept(&self, facts: &dyn FactSource) -> FactValues {
        let mut kept = FactValues::new();
        for condition in &self.conditions {
            condition.keep(facts, &mut kept);
        }
        let is_reduced = [Fact::Attendees, Fact::Organizer, Fact::Title]
            .iter()
            .any(|fact| kept.contains_key(fact));
        if is_reduced {
            let outcome = self.test(&kept);
            reduce_title(&mut kept, |kept| self.test(kept) == outcome);
            reduce_people(&mut kept, |kept| self.test(kept) == outcome);
        }
        kept
    }
}

/// A phrase that lists unknown facts.
pub(super) fn list_unknown(facts: &[Fact]) -> String {
    let is_other = |fact: &Fact| *fact != Fact::AttendeesComplete;
    let mut names: Vec<_> = facts.iter().copied().filter(is_other).collect();
    names.sort_unstable();
    names.dedup();
    let names: Vec<_> = names.into_iter().map(Fact::name).collect();
    let mut parts = Vec::new();
    match names.as_slice() {
        [] => {}
        [name] => parts.push(format!("{name} is not known")),
        names => parts.push(format!("{} are not known", names.join(" and "))),
    }
    if !facts.iter().all(is_other) {
        parts.push("the list of attendees is incomplete (attendees_complete)".to_owned());
    }
    parts.join(", and ")
}
