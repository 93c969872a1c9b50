//! The rules that were tested for a verdict, as a part of the row.

use callsheet_domain::TestedRules;
use serde::{Deserialize, Serialize};

use super::facts::FactsRow;
use crate::attributes::Unreadable;

#[derive(Serialize, Deserialize)]
pub(super) struct TestedRow {
    /// Absent for the main policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    passed: usize,
    #[serde(default, skip_serializing_if = "FactsRow::is_empty")]
    facts: FactsRow,
}

impl TestedRow {
    pub(super) fn of(tested: &TestedRules) -> Self {
        Self {
            policy: tested.policy.clone(),
            passed: tested.passed,
            facts: FactsRow::of(&tested.facts),
        }
    }

    pub(super) fn tested(self) -> Result<TestedRules, Unreadable> {
        Ok(TestedRules {
            policy: self.policy,
            passed: self.passed,
            facts: self.facts.values()?,
        })
    }
}
