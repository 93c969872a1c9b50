//! A rule, and what follows from it for one meeting.
//!
//! A rule that skips applies also when it cannot be told whether it does: what
//! is not known must not end in a recording that somebody ruled out. A rule
//! that records does not. An expression that fails decides: never a recording.

use super::condition::{Condition, Truth};
use super::document::Then;
use super::words::why;
use crate::fact::{Fact, FactSource, FactValues};
use crate::verdict::{Reason, RuleName, Verdict};

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    pub(super) name: RuleName,
    /// All must hold; expressions stand last, since they cost most.
    pub(super) conditions: Vec<Condition>,
    pub(super) then: Then,
}

/// What a rule says about a meeting.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    /// It applies.
    Verdict(Verdict),
    /// It does not.
    Nothing,
    /// It would record, if it were not for these facts that nothing tells.
    Untold(Vec<Fact>),
}

impl Rule {
    pub(super) fn evaluate(&self, facts: &dyn FactSource) -> Said {
        let mut unknown = Vec::new();
        for condition in &self.conditions {
            match condition.evaluate(facts) {
                Truth::Yes => {}
                Truth::No => return Said::Nothing,
                Truth::Unknown(facts) => unknown.extend(facts),
                Truth::Failed(failure) => {
                    let reason = format!(
                        "the rule \"{}\" could not be judged, so nothing is recorded: {failure}",
                        self.name
                    );
                    return Said::Verdict(Verdict::Skip(Reason {
                        has_failed: true,
                        ..self.reason(reason, facts)
                    }));
                }
            }
        }
        match (self.then, unknown.is_empty()) {
            (Then::Record, true) => {
                let reason = format!("the rule \"{}\" records it: {}", self.name, self.why(facts));
                Said::Verdict(Verdict::Record(self.reason(reason, facts)))
            }
            (Then::Record, false) => Said::Untold(unknown),
            (Then::Skip, true) => {
                let reason = format!("the rule \"{}\" skips it: {}", self.name, self.why(facts));
                Said::Verdict(Verdict::Skip(self.reason(reason, facts)))
            }
            (Then::Skip, false) => {
                let reason = format!(
                    "the rule \"{}\" may have to skip it, and it cannot be told: {}",
                    self.name,
                    untold(&unknown)
                );
                Said::Verdict(Verdict::Skip(self.reason(reason, facts)))
            }
        }
    }

    fn why(&self, facts: &dyn FactSource) -> String {
        let reasons: Vec<_> = self
            .conditions
            .iter()
            .map(|asked| why(asked, facts))
            .collect();
        reasons.join("; ")
    }

    fn reason(&self, reason: String, facts: &dyn FactSource) -> Reason {
        Reason {
            rule: self.name.clone(),
            reason,
            facts: self.kept(facts),
            has_failed: false,
        }
    }

    /// The facts that an explanation keeps.
    pub(super) fn kept(&self, facts: &dyn FactSource) -> FactValues {
        let mut kept = FactValues::new();
        for condition in &self.conditions {
            condition.keep(facts, &mut kept);
        }
        kept
    }
}

/// Which facts nothing tells, in words.
pub(super) fn untold(facts: &[Fact]) -> String {
    let is_whole = |fact: &Fact| *fact != Fact::AttendeesComplete;
    let mut names: Vec<_> = facts.iter().copied().filter(is_whole).collect();
    names.sort_unstable();
    names.dedup();
    let names: Vec<_> = names.into_iter().map(Fact::name).collect();
    let mut parts = Vec::new();
    match names.as_slice() {
        [] => {}
        [name] => parts.push(format!("{name} is not known")),
        names => parts.push(format!("{} are not known", names.join(" and "))),
    }
    if !facts.iter().all(is_whole) {
        parts.push("attendees_complete does not hold, so there may be more people".to_owned());
    }
    parts.join(", and ")
}
