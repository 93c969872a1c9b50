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
}

/// The outcome of a rule for a meeting.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RuleOutcome {
    /// It applies.
    Applies(Verdict),
    /// It does not apply.
    DoesNotApply,
    /// It would record, but these facts are unknown.
    Unknown(Vec<Fact>),
}

impl Rule {
    pub(super) fn evaluate(&self, facts: &dyn FactSource) -> RuleOutcome {
        match (self.then, self.truth(facts)) {
            (_, Truth::No) => RuleOutcome::DoesNotApply,
            (_, Truth::Failed(failure)) => RuleOutcome::Applies(self.failed(&failure, facts)),
            (Then::Record, Truth::Yes) => {
                let reason = self.reason(format!("records it: {}", self.explain(facts)), facts);
                RuleOutcome::Applies(Verdict::Record(reason))
            }
            (Then::Record, Truth::Unknown(unknown)) => RuleOutcome::Unknown(unknown),
            (Then::Skip, Truth::Yes) => {
                let reason = self.reason(format!("skips it: {}", self.explain(facts)), facts);
                RuleOutcome::Applies(Verdict::Skip(reason))
            }
            (Then::Skip, Truth::Unknown(unknown)) => {
                let doing = format!("skips it, since it may apply: {}", list_unknown(&unknown));
                RuleOutcome::Applies(Verdict::Skip(self.reason(doing, facts)))
            }
        }
    }

    /// Whether all conditions hold.
    fn truth(&self, facts: &dyn FactSource) -> Truth {
        let mut unknown = Vec::new();
        for condition in &self.conditions {
            match condition.evaluate(facts) {
                Truth::Yes => {}
                Truth::Unknown(facts) => unknown.extend(facts),
                decided @ (Truth::No | Truth::Failed(_)) => return decided,
            }
        }
        if unknown.is_empty() {
            Truth::Yes
        } else {
            Truth::Unknown(unknown)
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
            let truth = self.truth(&kept);
            reduce_title(&mut kept, |kept| self.truth(kept) == truth);
            reduce_people(&mut kept, |kept| self.truth(kept) == truth);
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
