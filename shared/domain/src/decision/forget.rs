//! Removes what a row says about people.

use crate::decision::applied::Applied;
use crate::decision::history::{CallRecord, History, RecordedResult};
use crate::decision::row::{Abandonment, Decision};
use crate::decision::wanted::Wanted;
use crate::fact::FactValues;
use crate::verdict::{Reason, TestedRules, Verdict};

/// What stands for a text that was removed.
const FORGOTTEN: &str = "forgotten";

impl Decision {
    /// The row without what it says about people: without title, links, facts, the sentence
    /// of its reason and those of its calls. The verdict, its rule, the times and the ids
    /// stay.
    ///
    /// The row is not due any more, so this is for meetings that are over, and for calendars
    /// that are gone.
    #[must_use]
    pub fn forgotten(mut self) -> Self {
        let reason = Reason {
            rule: self.verdict.reason().rule.clone(),
            reason: FORGOTTEN.to_owned(),
            facts: FactValues::default(),
            has_failed: self.verdict.reason().has_failed,
            is_locked: self.verdict.reason().is_locked,
            tested: self.verdict.reason().tested.clone().map(without_facts),
        };
        self.verdict = match self.verdict {
            Verdict::Record(_) => Verdict::Record(reason),
            Verdict::Skip(_) => Verdict::Skip(reason),
        };
        self.title = None;
        self.wanted = Wanted::Nothing;
        self.applied = Applied::Nothing;
        self.offer = None;
        self.owner_check = None;
        self.attempts.not_before = None;
        self.attempts.last_error = None;
        let calls = self.history.calls().iter().cloned().map(without_reason);
        self.history = History::kept(calls.collect::<Vec<_>>());
        self.abandoned = self.abandoned.map(|abandoned| Abandonment {
            reason: FORGOTTEN.to_owned(),
            ..abandoned
        });
        self
    }
}

fn without_facts(tested: TestedRules) -> TestedRules {
    let facts = FactValues::default();
    TestedRules { facts, ..tested }
}

fn without_reason(call: CallRecord) -> CallRecord {
    let forgotten = || FORGOTTEN.to_owned();
    let outcome = match call.outcome {
        RecordedResult::Again(_) => RecordedResult::Again(forgotten()),
        RecordedResult::Refused(_) => RecordedResult::Refused(forgotten()),
        RecordedResult::Blocked(_) => RecordedResult::Blocked(forgotten()),
        outcome @ (RecordedResult::Done | RecordedResult::Dispatched) => outcome,
    };
    CallRecord { outcome, ..call }
}
