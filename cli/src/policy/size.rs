//! How many rules a policy has.

use callsheet_domain::PolicyDocument;
use serde::Serialize;

use crate::render::counted;

/// Size of a policy document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Size {
    /// Number of rules, including those for all and those of the policies for some calendars.
    pub(crate) rules: usize,
    /// Number of policies for some calendars.
    pub(crate) policies: usize,
}

impl Size {
    pub(crate) fn of(document: &PolicyDocument) -> Self {
        let nested = document.policies.iter().flat_map(|named| &named.rules);
        Self {
            rules: document.rules_for_all.len()
                + document.rules.len()
                + nested.map(Vec::len).sum::<usize>(),
            policies: document.policies.len(),
        }
    }

    pub(crate) fn summary(self) -> String {
        let rules = counted(self.rules, "rule", "rules");
        match self.policies {
            0 => rules,
            nested => format!(
                "{rules}, {} for some calendars",
                counted(nested, "policy", "policies")
            ),
        }
    }
}
