//! Policies: one row with the active revision, and one row for each revision's
//! document.
//!
//! A push writes both in one transaction, on condition that the active revision
//! is still the one to be replaced. So the history has no gaps, and of two
//! simultaneous pushes over the same revision one is reported as a conflict.

use callsheet_app::PortError;
use callsheet_app::ports::{NewPolicy, Policies, PolicyWrite, StoredPolicy};
use callsheet_domain::{Actor, PolicyRevision, Timestamp};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use super::place::{POLICIES, Place};
use super::{StateTable, TRIES, row_at};
use crate::attributes::{read_row, write_row};
use crate::error::{busy, failed, unreadable};
use crate::expressions::Unchanged;
use crate::stored_text;

#[derive(Serialize, Deserialize)]
struct ActivePolicyRow {
    revision: u64,
}

#[derive(Serialize, Deserialize)]
struct PolicyRow {
    revision: u64,
    document: String,
    #[serde(with = "stored_text")]
    by: Actor,
    #[serde(with = "microsecond::required")]
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl Policies for StateTable {
    async fn active_revision(&self) -> Result<PolicyRevision, PortError> {
        let row: Option<ActivePolicyRow> = row_at(
            self,
            Place::active_policy(),
            "the revision of the active policy",
        )
        .await?;
        Ok(row
            .map(|row| PolicyRevision(row.revision))
            .unwrap_or_default())
    }

    async fn policy(&self, revision: PolicyRevision) -> Result<Option<StoredPolicy>, PortError> {
        let name = format!("policy {}", revision.0);
        let row: Option<PolicyRow> = row_at(self, Place::policy(revision), name).await?;
        Ok(row.map(PolicyRow::policy))
    }

    async fn push(
        &self,
        policy: &NewPolicy,
        over: PolicyRevision,
    ) -> Result<PolicyWrite, PortError> {
        let next = PolicyRevision(over.0 + 1);
        for _ in 0..TRIES {
            if self.active_revision().await? != over {
                return Ok(PolicyWrite::Conflict);
            }
            let unchanged = Unchanged {
                attribute: "revision",
                read: (over != PolicyRevision::default()).then_some(over.0),
            };
            let active = ActivePolicyRow { revision: next.0 };
            let active = unchanged.on(self.put(Place::active_policy(), write_row(active)));
            let row = write_row(PolicyRow::of(policy, next));
            let row = self.put(Place::policy(next), row);
            if self.write_both([active, row]).await? {
                return Ok(PolicyWrite::Active(next));
            }
        }
        Err(busy())
    }

    async fn history(&self, most: usize) -> Result<Vec<StoredPolicy>, PortError> {
        let mut history = Vec::new();
        let page = i32::try_from(most.max(1)).unwrap_or(i32::MAX);
        let query = self.rows_from_last(&Place::active_policy().partition, POLICIES);
        let mut rows = query.limit(page).into_paginator().items().send();
        while history.len() < most {
            let Some(row) = rows.next().await else {
                break;
            };
            let row: PolicyRow = read_row(row.map_err(failed)?)
                .map_err(|problem| unreadable("a policy", problem))?;
            history.push(row.policy());
        }
        Ok(history)
    }
}

impl PolicyRow {
    fn of(policy: &NewPolicy, revision: PolicyRevision) -> Self {
        Self {
            revision: revision.0,
            document: policy.document.clone(),
            by: policy.by.clone(),
            at: policy.at,
            note: policy.note.clone(),
        }
    }

    fn policy(self) -> StoredPolicy {
        StoredPolicy {
            revision: PolicyRevision(self.revision),
            document: self.document,
            by: self.by,
            at: self.at,
            note: self.note,
        }
    }
}
