//! The last verdicts of a row. People read them, so one that this build cannot read is left out,
//! and does not make the row unreadable.

use callsheet_domain::{
    OverrideRevision, PastVerdict, PastVerdicts, PolicyRevision, RuleName, Timestamp,
};
use jiff::fmt::serde::timestamp::microsecond;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::parts::{VerdictRow, is_zero};
use crate::stored_text;

/// The verdicts, oldest first.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct PastVerdictsRow(Vec<StoredVerdict>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredVerdict {
    Past(PastVerdictRow),
    #[serde(skip_serializing)]
    Other(IgnoredAny),
}

#[derive(Serialize, Deserialize)]
struct PastVerdictRow {
    #[serde(with = "microsecond::required")]
    at: Timestamp,
    verdict: VerdictRow,
    #[serde(with = "stored_text")]
    rule: RuleName,
    policy: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    overrides: u64,
}

impl PastVerdictsRow {
    pub(super) fn of(verdicts: &PastVerdicts) -> Self {
        let verdicts = verdicts.all().iter().map(PastVerdictRow::of);
        Self(verdicts.map(StoredVerdict::Past).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn verdicts(self) -> PastVerdicts {
        PastVerdicts::kept(self.0.into_iter().filter_map(|stored| match stored {
            StoredVerdict::Past(row) => Some(row.verdict()),
            StoredVerdict::Other(_) => None,
        }))
    }
}

impl PastVerdictRow {
    fn of(past: &PastVerdict) -> Self {
        Self {
            at: past.at,
            verdict: if past.is_recorded {
                VerdictRow::Record
            } else {
                VerdictRow::Skip
            },
            rule: past.rule.clone(),
            policy: past.policy.0,
            overrides: past.overrides.0,
        }
    }

    fn verdict(self) -> PastVerdict {
        PastVerdict {
            at: self.at,
            is_recorded: matches!(self.verdict, VerdictRow::Record),
            rule: self.rule,
            policy: PolicyRevision(self.policy),
            overrides: OverrideRevision(self.overrides),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::{Unreadable, read_attributes};
    use serde_json::{Value, json};

    #[derive(Deserialize)]
    struct Row {
        #[serde(default)]
        verdicts: PastVerdictsRow,
    }

    fn read(row: Value) -> Result<PastVerdicts, Unreadable> {
        let attributes = serde_dynamo::to_item(row).expect("a row");
        let row: Row = read_attributes(attributes)?;
        Ok(row.verdicts.verdicts())
    }

    #[test]
    fn a_row_without_them_has_none() {
        assert_eq!(read(json!({})), Ok(PastVerdicts::default()));
    }

    #[test]
    fn a_verdict_of_a_later_build_is_left_out() {
        let past = json!({"at": 1, "verdict": "skip", "rule": "default", "policy": 4});
        let mut later = past.clone();
        later["verdict"] = "summarise".into();
        let verdicts = read(json!({"verdicts": [later, past]})).expect("readable");
        let rules: Vec<_> = verdicts
            .all()
            .iter()
            .map(|past| (past.is_recorded, past.policy.0))
            .collect();
        assert_eq!(rules, [(false, 4)]);
    }
}
