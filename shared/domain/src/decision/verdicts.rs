//! The last changes of a row's verdict. They tell people how a decision came about.
//!
//! A change is added where a verdict is folded into a row that is written anyway, so a decision
//! that stays as it is costs no write. Folding in the same verdict once more adds nothing. Rows
//! of a build that kept no verdicts have none until theirs changes.

use jiff::Timestamp;

use crate::revision::{OverrideRevision, PolicyRevision};
use crate::verdict::{RuleName, Verdict};

/// A verdict that a row had from an instant on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastVerdict {
    /// When it was decided.
    pub at: Timestamp,
    /// Whether the meeting was to be recorded.
    pub is_recorded: bool,
    /// Name of the rule that decided.
    pub rule: RuleName,
    /// The revision of the policy that it was made from.
    pub policy: PolicyRevision,
    /// The latest revision of the overrides and pauses that applied; 0 if there were none.
    pub overrides: OverrideRevision,
}

/// The last verdicts of a row that differ in what they say or in their rule, oldest first; the
/// present one is the last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PastVerdicts(Vec<PastVerdict>);

impl PastVerdicts {
    /// How many verdicts are kept.
    pub const LONGEST: usize = 8;

    /// The last ones of stored verdicts.
    #[must_use]
    pub fn kept(verdicts: impl IntoIterator<Item = PastVerdict>) -> Self {
        let mut kept = Self::default();
        for verdict in verdicts {
            kept.add(verdict);
        }
        kept
    }

    /// The verdicts, oldest first.
    #[must_use]
    pub fn all(&self) -> &[PastVerdict] {
        &self.0
    }

    /// These with the `present` verdict, unless it says the same as the last one, or if there is
    /// none as the verdict `before`.
    #[must_use]
    pub(super) fn with(mut self, present: PastVerdict, before: Option<&Verdict>) -> Self {
        let is_noted = match self.0.last() {
            Some(last) => (last.is_recorded, &last.rule) == (present.is_recorded, &present.rule),
            None => before.is_some_and(|before| {
                let is_recorded = matches!(before, Verdict::Record(_));
                (is_recorded, &before.reason().rule) == (present.is_recorded, &present.rule)
            }),
        };
        if !is_noted {
            self.add(present);
        }
        self
    }

    fn add(&mut self, verdict: PastVerdict) {
        self.0.push(verdict);
        if self.0.len() > Self::LONGEST {
            self.0.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(number: u64) -> PastVerdict {
        PastVerdict {
            at: Timestamp::UNIX_EPOCH,
            is_recorded: number.is_multiple_of(2),
            rule: RuleName::DEFAULT,
            policy: PolicyRevision(number),
            overrides: OverrideRevision(0),
        }
    }

    #[test]
    fn the_last_verdicts_are_kept() {
        let kept = PastVerdicts::kept((0..20).map(verdict));
        let expected: Vec<_> = (12..20).map(verdict).collect();
        assert_eq!(kept.all(), expected);
    }
}
